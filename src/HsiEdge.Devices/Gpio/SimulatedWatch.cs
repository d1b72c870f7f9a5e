using System.Threading.Channels;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Gpio;

/// <summary>Watched lines of a simulated board: numbers edges as the kernel does and lets tests lose some.</summary>
internal sealed class SimulatedWatch(IReadOnlyList<PinLine> lines, Func<PinLine, bool> read, Action<SimulatedWatch> disposed) : IEdgeWatch
{
    private const int Capacity = 4096;
    private readonly Channel<PinEdge> _edges = Channel.CreateBounded<PinEdge>(new BoundedChannelOptions(Capacity) { SingleReader = false });
    private readonly Lock _gate = new();
    private readonly Dictionary<PinLine, Count> _counts = lines.ToDictionary(l => l, _ => new Count());

    /// <inheritdoc/>
    public ChannelReader<PinEdge> Edges => _edges.Reader;

    /// <summary>Which lines.</summary>
    public IReadOnlyList<PinLine> Lines { get; } = lines;

    /// <inheritdoc/>
    public bool Read(PinLine line) => read(line);

    /// <summary>Enters an edge of one of the lines.</summary>
    /// <param name="line">Which.</param>
    /// <param name="active">Level after it.</param>
    /// <param name="timestamp">When, in ns.</param>
    public void Enter(PinLine line, bool active, long timestamp)
    {
        lock (_gate)
        {
            if (!_counts.TryGetValue(line, out var count))
            {
                return;
            }

            count.Sequence++;
            if (count.ToLose > 0)
            {
                count.ToLose--;
                count.Lost++;
                return;
            }

            if (_edges.Writer.TryWrite(new PinEdge(line, active, timestamp, count.Sequence, count.Lost)))
            {
                count.Lost = 0;
            }
            else
            {
                count.Lost++;
            }
        }
    }

    /// <summary>Loses the next edges of a line, as a full kernel queue does.</summary>
    public void Lose(PinLine line, int edges)
    {
        lock (_gate)
        {
            if (_counts.TryGetValue(line, out var count))
            {
                count.ToLose += edges;
            }
        }
    }

    /// <summary>Ends it as a chip that went away does.</summary>
    public void Break(PinFaultException fault) => _edges.Writer.TryComplete(fault);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        disposed(this);
        _edges.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    private sealed class Count
    {
        public uint Sequence { get; set; }

        public int ToLose { get; set; }

        public long Lost { get; set; }
    }
}
