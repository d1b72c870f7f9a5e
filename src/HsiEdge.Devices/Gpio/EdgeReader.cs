using System.Diagnostics;
using System.Threading.Channels;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Kernel;

namespace HsiEdge.Devices.Gpio;

/// <summary>
/// Reads the edges of watched lines on a thread that does nothing else. The kernel stamps and numbers each edge of a line; a gap in the numbers is edges
/// lost in its queue, and what does not fit into ours is counted the same way, so that no loss stays unseen.
/// </summary>
internal sealed class EdgeReader : IEdgeWatch
{
    private const int QueueCapacity = 4096;
    private const int PollMilliseconds = 100;
    private const int EventsPerRead = 64;

    private readonly ISystemCalls _kernel;
    private readonly IReadOnlyList<EdgeRequest> _requests;
    private readonly Action<EdgeReader> _disposed;
    private readonly Channel<PinEdge> _edges = Channel.CreateBounded<PinEdge>(new BoundedChannelOptions(QueueCapacity) { SingleWriter = true });
    private readonly Dictionary<PinLine, LineCount> _counts;
    private readonly HardwareClock _clock = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _stopping;

    /// <summary>Starts reading.</summary>
    /// <param name="kernel">The kernel.</param>
    /// <param name="requests">Claimed lines, one request a chip; released at disposal.</param>
    /// <param name="disposed">Told at disposal.</param>
    public EdgeReader(ISystemCalls kernel, IReadOnlyList<EdgeRequest> requests, Action<EdgeReader> disposed)
    {
        _kernel = kernel;
        _requests = requests;
        _disposed = disposed;
        _counts = requests.SelectMany(r => r.Lines).ToDictionary(l => l.Line, _ => new LineCount());
        new Thread(Work) { IsBackground = true, Name = "edges", Priority = ThreadPriority.AboveNormal }.Start();
    }

    /// <inheritdoc/>
    public ChannelReader<PinEdge> Edges => _edges.Reader;

    /// <summary>Which lines.</summary>
    public IEnumerable<PinLine> Lines => _counts.Keys;

    /// <inheritdoc/>
    public bool Read(PinLine line) =>
        _requests.FirstOrDefault(r => r.Lines.Any(l => l.Line == line)) is { } request
            ? request.Read(line)
            : throw new PinFaultException($"Line {line} is not among those watched: {string.Join(", ", _counts.Keys)}.");

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_stopping)
        {
            return;
        }

        _stopping = true;
        await _ended.Task;
        foreach (var request in _requests)
        {
            request.Close();
        }

        _disposed(this);
    }

    private void Work()
    {
        Exception? fault = null;
        try
        {
            ReadEdges();
        }
#pragma warning disable CA1031 // Whatever ends the thread is told to the reader of the edges.
        catch (Exception e)
#pragma warning restore CA1031
        {
            fault = e;
        }

        _edges.Writer.TryComplete(fault);
        _ended.SetResult();
    }

    private void ReadEdges()
    {
        Span<int> descriptors = stackalloc int[_requests.Count];
        Span<PollEvents> events = stackalloc PollEvents[_requests.Count];
        Span<byte> buffer = stackalloc byte[EventsPerRead * GpioAbi.LineEventSize];
        for (var i = 0; i < descriptors.Length; i++)
        {
            descriptors[i] = _requests[i].Descriptor;
        }

        while (!_stopping)
        {
            var ready = _kernel.Poll(descriptors, events, PollMilliseconds);
            if (ready < 0 && -ready != ErrorNumber.Interrupted)
            {
                throw new PinFaultException($"The lines {string.Join(", ", _counts.Keys)} cannot be waited for: {ErrorNumber.Text(-ready)}.");
            }

            for (var i = 0; ready > 0 && i < descriptors.Length; i++)
            {
                if (events[i] != PollEvents.None)
                {
                    Drain(_requests[i], events[i], buffer);
                }
            }
        }
    }

    private void Drain(EdgeRequest request, PollEvents events, Span<byte> buffer)
    {
        if (events.HasFlag(PollEvents.In))
        {
            var read = _kernel.Read(request.Descriptor, buffer);
            if (read >= 0)
            {
                var received = Stopwatch.GetTimestamp();
                for (var at = 0; at + GpioAbi.LineEventSize <= read; at += GpioAbi.LineEventSize)
                {
                    Enter(request, buffer.Slice(at, GpioAbi.LineEventSize), received);
                }

                return;
            }

            if (-read is ErrorNumber.Again or ErrorNumber.Interrupted)
            {
                return;
            }

            throw Away(request, ErrorNumber.Text(-read));
        }

        throw Away(request, events.ToString());
    }

    private void Enter(EdgeRequest request, ReadOnlySpan<byte> edge, long received)
    {
        var line = request.LineAt(GpioAbi.U32(edge, 12));
        var sequence = GpioAbi.U32(edge, 20);
        var count = _counts[line];

        // The kernel counts from 1 and wraps; a first edge with a higher number means that those before it are lost.
        count.Lost += unchecked(sequence - count.Sequence - 1);
        count.Sequence = sequence;
        var stamped = (long)GpioAbi.U64(edge, 0);
        var timestamp = request.HasHardwareClock ? _clock.ToMonotonic(stamped, received) : stamped;
        if (_edges.Writer.TryWrite(new PinEdge(line, GpioAbi.U32(edge, 8) == GpioAbi.Rising, timestamp, sequence, count.Lost)))
        {
            count.Lost = 0;
        }
        else
        {
            count.Lost++;
        }
    }

    private static PinFaultException Away(EdgeRequest request, string what) =>
        new($"The chip of {string.Join(", ", request.Lines.Select(l => l.Line))} went away: {what}. Check the board; the lines are opened again when it is back.");

    private sealed class LineCount
    {
        public uint Sequence { get; set; }

        public long Lost { get; set; }
    }
}
