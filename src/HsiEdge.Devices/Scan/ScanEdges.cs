using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Scan;

/// <summary>
/// Listens to the two lines that tell of a capture while it runs: <c>exposureActive</c>, whose edges go to the ledger, and <c>sourceSync</c>, which the
/// scanner waits for or counts. Without such lines it hears nothing.
/// </summary>
internal sealed class ScanEdges : IAsyncDisposable
{
    private readonly IEdgeWatch? _watch;
    private readonly PinLine? _sync;
    private readonly ILogger _log;
    private readonly Lock _gate = new();
    private readonly Task _pump;
    private ICapturePulses? _pulses;
    private TaskCompletionSource? _syncWaiter;
    private long _syncEdges;
    private string? _lost;

    /// <summary>Claims the lines that the board has.</summary>
    /// <exception cref="PinFaultException">A line is missing or in use.</exception>
    public ScanEdges(IBoardPins? board, ILogger log)
    {
        _log = log;
        var lines = new[] { board?.Profile.Find(PinRole.ExposureActive), board?.Profile.Find(PinRole.SourceSync) }.OfType<PinLine>().ToList();
        _sync = lines.Find(l => l.Role == PinRole.SourceSync);
        _watch = lines.Count == 0 ? null : board!.Watch(lines);
        _pump = _watch is null ? Task.CompletedTask : Task.Run(PumpAsync);
    }

    /// <summary>Rising edges of <c>sourceSync</c> so far.</summary>
    public long SyncEdges => Interlocked.Read(ref _syncEdges);

    /// <summary>Sends the exposure edges from now on to a capture's ledger.</summary>
    public void Attach(ICapturePulses pulses)
    {
        lock (_gate)
        {
            // What is queued is of before; what is still on its way the ledger knows by its time.
            Drain();
            _pulses = pulses;
        }
    }

    /// <summary>Ends that, after the edges that are here already.</summary>
    public void Detach()
    {
        lock (_gate)
        {
            Drain();
            _pulses = null;
        }
    }

    /// <summary>Waits until <c>sourceSync</c> is active.</summary>
    /// <exception cref="CameraFaultException">It was not in time; the message names the line.</exception>
    public async Task WaitForSyncAsync(TimeSpan timeout, TimeProvider time, CancellationToken cancellationToken)
    {
        var line = _sync ?? throw new InvalidOperationException("The plan was not checked for a sourceSync line.");
        TaskCompletionSource waiter;
        lock (_gate)
        {
            if (_lost is { } reason)
            {
                throw new CameraFaultException($"The light source's answer on {line} cannot be waited for: {reason}");
            }

            _syncWaiter = waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        try
        {
            // The level after the waiter stands: an edge in between is seen by the one or by the other.
            if (!_watch!.Read(line))
            {
                await waiter.Task.WaitAsync(timeout, time, cancellationToken);
            }
        }
        catch (TimeoutException e)
        {
            throw new CameraFaultException(
                $"The light source did not report that it has settled: {line} was not active {timeout.TotalMilliseconds:0} ms after the settle time. "
                + "Check the source and the wire of the line.",
                e);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        await _pump;
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await _watch!.Edges.WaitToReadAsync())
            {
                lock (_gate)
                {
                    Drain();
                }
            }
        }
        catch (PinFaultException e)
        {
            ScanLog.EdgesLost(_log, e.Message);
            lock (_gate)
            {
                _lost = e.Message;
                _syncWaiter?.TrySetException(new CameraFaultException(e.Message, e));
            }
        }
    }

    private void Drain()
    {
        while (_watch is not null && _watch.Edges.TryRead(out var edge))
        {
            if (!edge.Active)
            {
                continue;
            }

            if (edge.Line.Role == PinRole.ExposureActive)
            {
                _pulses?.ExposureSeen(edge.TimestampNanoseconds);
            }
            else
            {
                Interlocked.Add(ref _syncEdges, 1 + edge.LostBefore / 2);
                _syncWaiter?.TrySetResult();
            }
        }
    }
}
