using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Appliance.Trigger;

/// <summary>
/// Asks for a capture at every multiple of a period since its start. A tick that comes due while its own last capture is under way is
/// skipped: nobody pressed anything, so there is nothing to refuse.
/// </summary>
public sealed class IntervalTriggerSource : ITriggerSource
{
    private readonly TimeSpan _period;
    private readonly TimeProvider _time;
    private readonly int? _limit;

    /// <summary>Makes a source.</summary>
    /// <param name="period">Time between two ticks, &gt; 0.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="limit">Stops after this many requests; null goes on.</param>
    public IntervalTriggerSource(TimeSpan period, TimeProvider time, int? limit = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(period, TimeSpan.Zero);
        ArgumentNullException.ThrowIfNull(time);
        _period = period;
        _time = time;
        _limit = limit;
    }

    /// <summary>Takes its signs of life: one a tick; a capture that it waits for shows its own.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;

    /// <inheritdoc/>
    public string Name => "interval";

    /// <inheritdoc/>
    public async Task RunAsync(ITriggerSink sink, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(sink);
        var start = _time.GetTimestamp();
        var tick = 0L;
        for (var posted = 0; posted < (_limit ?? int.MaxValue); posted++)
        {
            // A timer may fire up to a millisecond early: the tick that it was for must not come due once more.
            var elapsed = _time.GetElapsedTime(start);
            tick = Math.Max(tick, elapsed.Ticks / _period.Ticks) + 1;
            Life.Beat();
            await Task.Delay((tick * _period) - elapsed, _time, cancellationToken);
            Life.Rest();
            var receipt = sink.Post(TriggerCause.Interval);
            await receipt.Completion.WaitAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        Life.Dispose();
        return ValueTask.CompletedTask;
    }
}
