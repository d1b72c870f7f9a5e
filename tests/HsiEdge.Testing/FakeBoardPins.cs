using System.Collections.Concurrent;
using System.Threading.Channels;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Testing;

/// <summary>A board whose inputs a test drives and whose outputs it sees, with every fault at hand.</summary>
public sealed class FakeBoardPins(TimeProvider time, BoardProfile? profile = null) : IBoardPins
{
    private readonly ConcurrentDictionary<PinLine, EdgeWatch> _watches = new();
    private readonly ConcurrentDictionary<PinLine, Pin> _outputs = new();
    private readonly ConcurrentDictionary<PinLine, bool> _levels = new();

    public static PinLine Footswitch { get; } = new(PinRole.Footswitch, 0, "fake", "FOOT", ActiveLow: false, PinBias.PullUp, DebounceMicroseconds: 0, HeaderPin: 29);

    public static PinLine Interlock { get; } = new(PinRole.Interlock, 0, "fake", "LID", ActiveLow: false, PinBias.PullDown, DebounceMicroseconds: 0, HeaderPin: 31);

    public static PinLine ReadyLamp { get; } = new(PinRole.ReadyLamp, 0, "fake", "READY", ActiveLow: false, PinBias.AsIs, DebounceMicroseconds: 0, HeaderPin: 33);

    public static PinLine AlertLamp { get; } = new(PinRole.AlertLamp, 0, "fake", "ALERT", ActiveLow: false, PinBias.AsIs, DebounceMicroseconds: 0, HeaderPin: 35);

    public static PinLine CameraTrigger { get; } = new(PinRole.CameraTrigger, 0, "fake", "CAMERA", ActiveLow: false, PinBias.AsIs, DebounceMicroseconds: 0, HeaderPin: 37);

    public static BoardProfile Everything { get; } = new("fake", "Fake board", Simulated: true, [Footswitch, Interlock, ReadyLamp, AlertLamp, CameraTrigger]);

    public BoardProfile Profile { get; } = profile ?? Everything;

    public int MadeSafe { get; private set; }

    public bool Disposed { get; private set; }

    /// <summary>When set, outputs fail with it.</summary>
    public PinFaultException? OutputFault { get; set; }

    /// <summary>When set, levels cannot be read.</summary>
    public PinFaultException? ReadFault { get; set; }

    /// <summary>Level of an output now.</summary>
    public bool IsActive(PinLine line) => _outputs.TryGetValue(line, out var pin) && pin.Active;

    /// <summary>How often an output became active.</summary>
    public int Rises(PinLine line) => _outputs.TryGetValue(line, out var pin) ? pin.Rises : 0;

    /// <summary>Whether somebody watches an input.</summary>
    public bool IsWatched(PinLine line) => _watches.ContainsKey(line);

    /// <summary>Sets the level of an input without an edge.</summary>
    public void Hold(PinLine line, bool active) => _levels[line] = active;

    /// <summary>Drives an input: its level, and an edge now.</summary>
    public void Drive(PinLine line, bool active, long lostBefore = 0) => DriveAt(line, active, KernelTime.Nanoseconds(time), lostBefore);

    /// <summary>Drives an input at a time.</summary>
    public void DriveAt(PinLine line, bool active, long nanoseconds, long lostBefore = 0)
    {
        _levels[line] = active;
        if (_watches.TryGetValue(line, out var watch))
        {
            watch.Put(line, active, nanoseconds, lostBefore);
        }
    }

    /// <summary>The chip goes away: watches end with it.</summary>
    public void GoAway(string reason)
    {
        ReadFault = OutputFault = new PinFaultException(reason);
        foreach (var watch in _watches.Values)
        {
            watch.End(ReadFault);
        }
    }

    public IOutputPin Output(PinLine line) => _outputs.GetOrAdd(line, l => new Pin(this, l));

    public bool Read(PinLine line) => ReadFault is null ? _levels.GetValueOrDefault(line) : throw ReadFault;

    public IEdgeWatch Watch(IReadOnlyList<PinLine> lines)
    {
        ArgumentNullException.ThrowIfNull(lines);
        var watch = new EdgeWatch(this);
        foreach (var line in lines)
        {
            if (!_watches.TryAdd(line, watch))
            {
                throw new PinFaultException($"The line {line} is watched already.");
            }
        }

        return watch;
    }

    public void MakeSafe()
    {
        MadeSafe++;
        foreach (var pin in _outputs.Values)
        {
            pin.Set(active: false);
        }
    }

    public ValueTask DisposeAsync()
    {
        Disposed = true;
        MakeSafe();
        return ValueTask.CompletedTask;
    }

    private sealed class Pin(FakeBoardPins board, PinLine line) : IOutputPin
    {
        public bool Active { get; private set; }

        public int Rises { get; private set; }

        public PinLine Line { get; } = line;

        public void Set(bool active)
        {
            if (board.OutputFault is { } fault)
            {
                throw fault;
            }

            Rises += active && !Active ? 1 : 0;
            Active = active;
        }
    }

    private sealed class EdgeWatch(FakeBoardPins board) : IEdgeWatch
    {
        private readonly Channel<PinEdge> _edges = Channel.CreateUnbounded<PinEdge>();
        private uint _sequence;

        public ChannelReader<PinEdge> Edges => _edges.Reader;

        public bool Read(PinLine line) => board.Read(line);

        public void Put(PinLine line, bool active, long nanoseconds, long lostBefore)
        {
            _sequence += 1 + (uint)lostBefore;
            _edges.Writer.TryWrite(new PinEdge(line, active, nanoseconds, _sequence, lostBefore));
        }

        public void End(Exception reason) => _edges.Writer.TryComplete(reason);

        public ValueTask DisposeAsync()
        {
            _edges.Writer.TryComplete();
            foreach (var (line, _) in board._watches.Where(w => ReferenceEquals(w.Value, this)).ToList())
            {
                board._watches.TryRemove(line, out _);
            }

            return ValueTask.CompletedTask;
        }
    }
}
