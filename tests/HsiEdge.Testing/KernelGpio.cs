using System.Diagnostics;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Kernel;

namespace HsiEdge.Testing;

/// <summary>
/// The kernel's GPIO character device, played in user space at the system-call boundary: it reads and writes the same bytes. Lines belong to one request at a time,
/// edges are numbered by request and by line, the queue of a request holds what was asked for and drops the oldest when it is full, reads give whole events only,
/// and wrong flags, offsets and sizes are refused with the kernel's error numbers.
/// </summary>
public sealed class KernelGpio : ISystemCalls
{
    private const ulong KnownFlags = 0x1FFF;
    private readonly Lock _gate = new();
    private readonly object _wait = new();
    private readonly List<Chip> _chips = [];
    private readonly Dictionary<int, object> _open = [];
    private int _nextDescriptor = 100;

    /// <summary>Whether chips debounce; else a request with a debounce time is refused.</summary>
    public bool CanDebounce { get; set; } = true;

    /// <summary>Whether chips have a hardware timestamp engine.</summary>
    public bool HasHardwareClock { get; set; }

    /// <summary>Error number with which a chip without the engine refuses: kernels differ, those with the engine built in say ENODEV.</summary>
    public int HardwareClockRefusal { get; set; } = ErrorNumber.NoDevice;

    /// <summary>Added to the engine's stamps, in ns: its clock is another one.</summary>
    public long HardwareClockOffset { get; set; }

    /// <summary>Errors that the next reads give, as EINTR does on a signal.</summary>
    public Queue<int> ReadErrors { get; } = new();

    /// <summary>Debounce times of the last request, by offset, in µs.</summary>
    public Dictionary<uint, uint> Debounce { get; } = [];

    /// <summary>Files that are open: 0 when nothing leaks.</summary>
    public int OpenFiles
    {
        get
        {
            lock (_gate)
            {
                return _open.Count;
            }
        }
    }

    public void AddChip(string label, params IReadOnlyList<string> lines)
    {
        lock (_gate)
        {
            _chips.Add(new Chip($"/dev/gpiochip{_chips.Count}", label, [.. lines.Select(n => new Line { Name = n })]));
        }
    }

    /// <summary>Another program takes a line.</summary>
    public void Occupy(string label, uint offset, string consumer)
    {
        lock (_gate)
        {
            ChipOf(label).Lines[(int)offset].Consumer = consumer;
        }
    }

    /// <summary>Sets the electrical level of a line: an edge where a request watches it.</summary>
    public void Drive(string label, uint offset, bool high)
    {
        lock (_gate)
        {
            var line = ChipOf(label).Lines[(int)offset];
            if (line.High != high)
            {
                line.High = high;
                line.Owner?.Enter(offset, high, HasHardwareClock ? HardwareClockOffset : 0);
            }
        }

        Wake();
    }

    /// <summary>The chip's driver is unbound: waiting ends with an error.</summary>
    public void Unplug(string label)
    {
        lock (_gate)
        {
            ChipOf(label).Gone = true;
        }

        Wake();
    }

    public IReadOnlyList<string> Devices(string prefix)
    {
        lock (_gate)
        {
            return [.. _chips.Where(c => !c.Gone).Select(c => c.Device).Where(d => d.StartsWith(prefix, StringComparison.Ordinal))];
        }
    }

    public int Open(string path)
    {
        lock (_gate)
        {
            return _chips.Find(c => c.Device == path && !c.Gone) is { } chip ? Add(chip) : -ErrorNumber.NoEntry;
        }
    }

    public int Close(int descriptor)
    {
        lock (_gate)
        {
            if (!_open.Remove(descriptor, out var closed))
            {
                return -ErrorNumber.BadDescriptor;
            }

            if (closed is Request request)
            {
                foreach (var offset in request.Offsets)
                {
                    var line = request.Chip.Lines[(int)offset];
                    (line.Owner, line.Consumer) = (null, null);
                }
            }

            return 0;
        }
    }

    public int Ioctl(int descriptor, uint request, Span<byte> argument)
    {
        lock (_gate)
        {
            return !_open.TryGetValue(descriptor, out var file) ? -ErrorNumber.BadDescriptor
                : argument.Length != ((request >> 16) & 0x3FFF) ? throw new InvalidOperationException($"ioctl {request:X} with {argument.Length} bytes: the kernel would write beyond them.")
                : (file, request) switch
                {
                    (Chip { Gone: true } or Request { Chip.Gone: true }, _) => -ErrorNumber.NoDevice,
                    (Chip chip, GpioAbi.GetChipInfo) => PutChip(chip, argument),
                    (Chip chip, GpioAbi.GetLineInfo) => PutLine(chip, argument),
                    (Chip chip, GpioAbi.GetLine) => Grant(chip, argument),
                    (Request granted, GpioAbi.GetValues) => PutValues(granted, argument),
                    _ => -ErrorNumber.InvalidArgument,
                };
        }
    }

    public int Read(int descriptor, Span<byte> buffer)
    {
        lock (_gate)
        {
            if (ReadErrors.TryDequeue(out var error))
            {
                return -error;
            }

            return !_open.TryGetValue(descriptor, out var file) || file is not Request request ? -ErrorNumber.BadDescriptor
                : request.Chip.Gone ? -ErrorNumber.NoDevice
                : buffer.Length < GpioAbi.LineEventSize ? -ErrorNumber.InvalidArgument
                : request.Take(buffer);
        }
    }

    public int Poll(ReadOnlySpan<int> descriptors, Span<PollEvents> events, int timeoutMilliseconds)
    {
        var until = Stopwatch.GetTimestamp() + (timeoutMilliseconds * Stopwatch.Frequency / 1000);
        while (true)
        {
            var ready = 0;
            lock (_gate)
            {
                for (var i = 0; i < descriptors.Length; i++)
                {
                    events[i] = !_open.TryGetValue(descriptors[i], out var file) ? PollEvents.Invalid
                        : file is Request { Chip.Gone: true } ? PollEvents.HangUp | PollEvents.Error
                        : file is Request { Pending: true } ? PollEvents.In
                        : PollEvents.None;
                    ready += events[i] == PollEvents.None ? 0 : 1;
                }
            }

            if (ready > 0 || Stopwatch.GetTimestamp() >= until)
            {
                return ready;
            }

            Wait(5);
        }
    }

    private void Wait(int milliseconds)
    {
        lock (_wait)
        {
            Monitor.Wait(_wait, milliseconds);
        }
    }

    private void Wake()
    {
        lock (_wait)
        {
            Monitor.PulseAll(_wait);
        }
    }

    private int Add(object file)
    {
        _open.Add(++_nextDescriptor, file);
        return _nextDescriptor;
    }

    private Chip ChipOf(string label) => _chips.Find(c => c.Label == label) ?? throw new ArgumentException($"No chip {label}.", nameof(label));

    private static int PutChip(Chip chip, Span<byte> info)
    {
        GpioAbi.Put(info, 0, Path.GetFileName(chip.Device));
        GpioAbi.Put(info, 32, chip.Label);
        GpioAbi.Put(info, 64, (uint)chip.Lines.Count);
        return 0;
    }

    private static int PutLine(Chip chip, Span<byte> info)
    {
        var offset = GpioAbi.U32(info, 64);
        if (offset >= chip.Lines.Count)
        {
            return -ErrorNumber.InvalidArgument;
        }

        var line = chip.Lines[(int)offset];
        GpioAbi.Put(info, 0, line.Name);
        GpioAbi.Put(info, GpioAbi.NameSize, line.Consumer ?? "");
        GpioAbi.Put(info, 72, (ulong)(line.Consumer is null ? GpioLineFlags.Input : GpioLineFlags.Input | GpioLineFlags.Used));
        return 0;
    }

    private int Grant(Chip chip, Span<byte> asked)
    {
        var count = GpioAbi.U32(asked, GpioAbi.RequestLineCount);
        var attributes = GpioAbi.U32(asked, GpioAbi.RequestAttributeCount);
        if (count is 0 or > GpioAbi.MostLines || attributes > GpioAbi.MostAttributes)
        {
            return -ErrorNumber.InvalidArgument;
        }

        var request = new Request(chip, [.. Offsets(asked, (int)count)], (int)GpioAbi.U32(asked, GpioAbi.RequestEventBuffer));
        if (request.Offsets.Any(o => o >= chip.Lines.Count))
        {
            return -ErrorNumber.InvalidArgument;
        }

        if (request.Offsets.Any(o => chip.Lines[(int)o].Consumer is not null))
        {
            return -ErrorNumber.Busy;
        }

        if (ReadConfiguration(request, asked, (int)attributes) is not 0 and var refused)
        {
            return refused;
        }

        foreach (var offset in request.Offsets)
        {
            (chip.Lines[(int)offset].Owner, chip.Lines[(int)offset].Consumer) = (request, GpioAbi.Name(asked, GpioAbi.RequestConsumer));
        }

        GpioAbi.Put(asked, GpioAbi.RequestDescriptor, (uint)Add(request));
        return 0;
    }

    private int ReadConfiguration(Request request, ReadOnlySpan<byte> asked, int attributes)
    {
        Debounce.Clear();
        for (var line = 0; line < request.Offsets.Count; line++)
        {
            var flags = GpioAbi.U64(asked, GpioAbi.RequestFlags);
            var flagged = false;
            for (var i = 0; i < attributes; i++)
            {
                var at = GpioAbi.RequestAttributes + (i * GpioAbi.AttributeSize);
                if ((GpioAbi.U64(asked, at + 16) & (1UL << line)) == 0)
                {
                    continue;
                }

                switch (GpioAbi.U32(asked, at))
                {
                    case GpioAbi.AttributeFlags when !flagged:
                        (flags, flagged) = (GpioAbi.U64(asked, at + 8), true);
                        break;
                    case GpioAbi.AttributeDebounce when CanDebounce:
                        Debounce[request.Offsets[line]] = GpioAbi.U32(asked, at + 8);
                        break;
                    case GpioAbi.AttributeDebounce:
                        return -ErrorNumber.KernelNotSupported;
                }
            }

            if (!IsValid(flags))
            {
                return -ErrorNumber.InvalidArgument;
            }

            if (((GpioLineFlags)flags).HasFlag(GpioLineFlags.EventClockHardware) && !HasHardwareClock)
            {
                return -HardwareClockRefusal;
            }

            request.ActiveLow.Add(((GpioLineFlags)flags).HasFlag(GpioLineFlags.ActiveLow));
        }

        return 0;
    }

    private static bool IsValid(ulong flags)
    {
        var set = (GpioLineFlags)flags;
        var edges = (set & (GpioLineFlags.EdgeRising | GpioLineFlags.EdgeFalling)) != GpioLineFlags.None;
        var biases = System.Numerics.BitOperations.PopCount(flags & (ulong)(GpioLineFlags.BiasPullUp | GpioLineFlags.BiasPullDown | GpioLineFlags.BiasDisabled));
        return (flags & ~KnownFlags) == 0 && (flags & (ulong)GpioLineFlags.Used) == 0 && biases <= 1
            && set.HasFlag(GpioLineFlags.Input) != set.HasFlag(GpioLineFlags.Output) && (!edges || set.HasFlag(GpioLineFlags.Input));
    }

    private static int PutValues(Request request, Span<byte> values)
    {
        ulong bits = 0;
        for (var line = 0; line < request.Offsets.Count; line++)
        {
            bits |= request.Chip.Lines[(int)request.Offsets[line]].High != request.ActiveLow[line] ? 1UL << line : 0;
        }

        GpioAbi.Put(values, 0, bits & GpioAbi.U64(values, 8));
        return 0;
    }

    private static List<uint> Offsets(ReadOnlySpan<byte> asked, int count)
    {
        var offsets = new List<uint>();
        for (var i = 0; i < count; i++)
        {
            offsets.Add(GpioAbi.U32(asked, 4 * i));
        }

        return offsets;
    }

    private sealed record Chip(string Device, string Label, IReadOnlyList<Line> Lines)
    {
        public bool Gone { get; set; }
    }

    private sealed class Line
    {
        public required string Name { get; init; }

        public string? Consumer { get; set; }

        public bool High { get; set; }

        public Request? Owner { get; set; }
    }

    private sealed class Request(Chip chip, IReadOnlyList<uint> offsets, int queue)
    {
        private readonly LinkedList<byte[]> _events = new();
        private readonly uint[] _sequences = new uint[offsets.Count];
        private uint _sequence;

        public Chip Chip => chip;

        public IReadOnlyList<uint> Offsets => offsets;

        public List<bool> ActiveLow { get; } = [];

        public bool Pending => _events.Count > 0;

        public void Enter(uint offset, bool high, long clockOffset)
        {
            var line = offsets.ToList().IndexOf(offset);
            var bytes = new byte[GpioAbi.LineEventSize];
            GpioAbi.Put(bytes, 0, (ulong)(Stopwatch.GetTimestamp() + clockOffset));
            GpioAbi.Put(bytes, 8, high != ActiveLow[line] ? GpioAbi.Rising : GpioAbi.Falling);
            GpioAbi.Put(bytes, 12, offset);
            GpioAbi.Put(bytes, 16, ++_sequence);
            GpioAbi.Put(bytes, 20, ++_sequences[line]);
            if (_events.Count == (queue == 0 ? 16 * offsets.Count : queue))
            {
                _events.RemoveFirst();
            }

            _events.AddLast(bytes);
        }

        public int Take(Span<byte> buffer)
        {
            if (_events.Count == 0)
            {
                return -ErrorNumber.Again;
            }

            var at = 0;
            while (_events.First is { } first && at + GpioAbi.LineEventSize <= buffer.Length)
            {
                first.Value.CopyTo(buffer[at..]);
                _events.RemoveFirst();
                at += GpioAbi.LineEventSize;
            }

            return at;
        }
    }
}
