using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Kernel;

namespace HsiEdge.Devices.Gpio;

/// <summary>Input lines of one chip, claimed together with both edges reported.</summary>
internal sealed class EdgeRequest
{
    // Four times the kernel's default, so that a busy line does not push out the edges of a quiet one.
    private const uint EventsPerLine = 64;
    private readonly ISystemCalls _kernel;
    private readonly Dictionary<uint, PinLine> _byOffset;

    private EdgeRequest(ISystemCalls kernel, int descriptor, IReadOnlyList<(PinLine Line, uint Offset)> lines, bool hardwareClock)
    {
        _kernel = kernel;
        Descriptor = descriptor;
        Lines = lines;
        HasHardwareClock = hardwareClock;
        _byOffset = lines.ToDictionary(l => l.Offset, l => l.Line);
    }

    /// <summary>The file that edges are read from.</summary>
    public int Descriptor { get; }

    /// <summary>Lines in the order of the request.</summary>
    public IReadOnlyList<(PinLine Line, uint Offset)> Lines { get; }

    /// <summary>Whether edges are stamped by the hardware timestamp engine instead of CLOCK_MONOTONIC.</summary>
    public bool HasHardwareClock { get; }

    /// <summary>Claims the lines.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="chip">The chip.</param>
    /// <param name="lines">Lines and their offsets, at most 64.</param>
    /// <param name="useHardwareClock">Whether to ask for the hardware timestamp engine; a chip without one is asked again for CLOCK_MONOTONIC.</param>
    /// <param name="undebounced">Told of lines that the kernel cannot debounce, with its reason.</param>
    /// <exception cref="PinFaultException">A line is in use, or the kernel refuses.</exception>
    public static EdgeRequest Claim(
        ISystemCalls kernel, GpioChip chip, IReadOnlyList<(PinLine Line, uint Offset)> lines, bool useHardwareClock, Action<PinLine, string> undebounced)
    {
        var descriptor = kernel.Open(chip.Device);
        if (descriptor < 0)
        {
            throw new PinFaultException($"{chip.Device} cannot be opened: {ErrorNumber.Text(-descriptor)}.");
        }

        try
        {
            var hardware = useHardwareClock;
            var debounce = true;
            while (true)
            {
                var result = Ask(kernel, descriptor, lines, hardware, debounce);
                if (result >= 0)
                {
                    return new EdgeRequest(kernel, result, lines, hardware);
                }

                // Every kernel says it differently: EINVAL before 5.19, EOPNOTSUPP where the engine is not built in, ENODEV for a chip that it does not serve
                // (on Tegra all but the always-on one). Whatever else is wrong is refused again without it.
                if (hardware)
                {
                    hardware = false;
                }
                else if (-result is ErrorNumber.InvalidArgument or ErrorNumber.NotSupported or ErrorNumber.KernelNotSupported && debounce && lines.Any(l => l.Line.DebounceMicroseconds > 0))
                {
                    debounce = false;
                    foreach (var (line, _) in lines.Where(l => l.Line.DebounceMicroseconds > 0))
                    {
                        undebounced(line, ErrorNumber.Text(-result));
                    }
                }
                else
                {
                    throw Refused(kernel, chip, lines, -result);
                }
            }
        }
        finally
        {
            _ = kernel.Close(descriptor);
        }
    }

    /// <summary>The line of an offset.</summary>
    public PinLine LineAt(uint offset) => _byOffset[offset];

    /// <summary>Whether a line is active now.</summary>
    /// <exception cref="PinFaultException">It cannot be read.</exception>
    public bool Read(PinLine line)
    {
        var index = 0;
        while (Lines[index].Line != line)
        {
            index++;
        }

        Span<byte> values = stackalloc byte[GpioAbi.LineValuesSize];
        values.Clear();
        GpioAbi.Put(values, 8, 1UL << index);
        var result = _kernel.Ioctl(Descriptor, GpioAbi.GetValues, values);
        return result >= 0
            ? ((GpioAbi.U64(values, 0) >> index) & 1) != 0
            : throw new PinFaultException($"Line {line} cannot be read: {ErrorNumber.Text(-result)}.");
    }

    /// <summary>Releases the lines.</summary>
    public void Close() => _ = _kernel.Close(Descriptor);

    private static int Ask(ISystemCalls kernel, int chip, IReadOnlyList<(PinLine Line, uint Offset)> lines, bool hardwareClock, bool debounce)
    {
        Span<byte> request = stackalloc byte[GpioAbi.LineRequestSize];
        request.Clear();
        for (var i = 0; i < lines.Count; i++)
        {
            GpioAbi.Put(request, 4 * i, lines[i].Offset);
        }

        GpioAbi.Put(request, GpioAbi.RequestConsumer, "hsiedge");
        GpioAbi.Put(request, GpioAbi.RequestLineCount, (uint)lines.Count);
        GpioAbi.Put(request, GpioAbi.RequestEventBuffer, EventsPerLine * (uint)lines.Count);
        var clock = hardwareClock ? GpioLineFlags.EventClockHardware : GpioLineFlags.None;
        PutAttributes(request, lines, clock, debounce);
        var result = kernel.Ioctl(chip, GpioAbi.GetLine, request);
        return result < 0 ? result : (int)GpioAbi.U32(request, GpioAbi.RequestDescriptor);
    }

    /// <summary>Lines of the same polarity and bias share an attribute; so do lines of the same debounce time.</summary>
    private static void PutAttributes(Span<byte> request, IReadOnlyList<(PinLine Line, uint Offset)> lines, GpioLineFlags clock, bool debounce)
    {
        uint count = 0;
        var indexed = lines.Select((l, i) => (l.Line, Mask: 1UL << i)).ToList();
        foreach (var group in indexed.GroupBy(l => FlagsOf(l.Line) | clock))
        {
            PutAttribute(request, ref count, GpioAbi.AttributeFlags, (ulong)group.Key, group.Aggregate(0UL, (m, l) => m | l.Mask));
        }

        if (debounce)
        {
            foreach (var group in indexed.Where(l => l.Line.DebounceMicroseconds > 0).GroupBy(l => l.Line.DebounceMicroseconds))
            {
                PutAttribute(request, ref count, GpioAbi.AttributeDebounce, (ulong)Math.Ceiling(group.Key), group.Aggregate(0UL, (m, l) => m | l.Mask));
            }
        }

        GpioAbi.Put(request, GpioAbi.RequestFlags, (ulong)(GpioLineFlags.Input | GpioLineFlags.EdgeRising | GpioLineFlags.EdgeFalling));
        GpioAbi.Put(request, GpioAbi.RequestAttributeCount, count);
    }

    private static void PutAttribute(Span<byte> request, ref uint count, uint id, ulong value, ulong mask)
    {
        if (count == GpioAbi.MostAttributes)
        {
            throw new PinFaultException($"The lines of one chip differ in more than {GpioAbi.MostAttributes} polarities, biases and debounce times; give some the same.");
        }

        var at = GpioAbi.RequestAttributes + (GpioAbi.AttributeSize * (int)count++);
        GpioAbi.Put(request, at, id);
        GpioAbi.Put(request, at + 8, value);
        GpioAbi.Put(request, at + 16, mask);
    }

    private static GpioLineFlags FlagsOf(PinLine line) =>
        GpioLineFlags.Input | GpioLineFlags.EdgeRising | GpioLineFlags.EdgeFalling
        | (line.ActiveLow ? GpioLineFlags.ActiveLow : GpioLineFlags.None)
        | line.Bias switch
        {
            PinBias.PullUp => GpioLineFlags.BiasPullUp,
            PinBias.PullDown => GpioLineFlags.BiasPullDown,
            PinBias.Disabled => GpioLineFlags.BiasDisabled,
            _ => GpioLineFlags.None,
        };

    private static PinFaultException Refused(ISystemCalls kernel, GpioChip chip, IReadOnlyList<(PinLine Line, uint Offset)> lines, int error)
    {
        if (error == ErrorNumber.Busy)
        {
            var now = GpioChips.List(kernel).FirstOrDefault(c => c.Device == chip.Device);
            var used = lines.Select(l => (l.Line, now?.Lines.FirstOrDefault(n => n.Offset == l.Offset)?.User)).Where(l => l.User is not null).ToList();
            return new PinFaultException(used.Count > 0
                ? $"Line {used[0].Line} is in use by {used[0].User}; free it there, or wire the {used[0].Line.Name} to another line and say so in the profile."
                : $"A line of {string.Join(", ", lines.Select(l => l.Line))} is in use.");
        }

        return new PinFaultException($"{chip.Device} refuses to watch {string.Join(", ", lines.Select(l => l.Line))}: {ErrorNumber.Text(error)}.");
    }
}
