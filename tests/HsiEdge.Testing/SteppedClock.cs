using Microsoft.Extensions.Time.Testing;

namespace HsiEdge.Testing;

/// <summary>A wall clock that somebody steps, over a monotonic clock that nobody can: as in a real box.</summary>
/// <param name="monotonic">Runs on, whatever the wall clock does.</param>
public sealed class SteppedClock(FakeTimeProvider monotonic) : TimeProvider
{
    /// <summary>How far the wall clock was stepped.</summary>
    public TimeSpan Step { get; set; }

    /// <inheritdoc/>
    public override long TimestampFrequency => monotonic.TimestampFrequency;

    /// <inheritdoc/>
    public override DateTimeOffset GetUtcNow() => monotonic.GetUtcNow() + Step;

    /// <inheritdoc/>
    public override long GetTimestamp() => monotonic.GetTimestamp();

    /// <inheritdoc/>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => monotonic.CreateTimer(callback, state, dueTime, period);
}
