namespace HsiEdge.Core.Trigger;

/// <summary>
/// What the two lamps show at a moment. Ready: lit while a trigger would be taken; blinks fast for a second after one was refused, beginning with the
/// other state so that it is seen at once. Alert: blinks slowly while an alert waits for someone to acknowledge it, then lit steadily until it ends.
/// </summary>
public static class LampPattern
{
    /// <summary>How long a refusal is shown.</summary>
    public static readonly TimeSpan RefusalShown = TimeSpan.FromSeconds(1);

    /// <summary>Time between two changes of the ready lamp after a refusal.</summary>
    public static readonly TimeSpan FastHalfPeriod = TimeSpan.FromMilliseconds(100);

    /// <summary>Time between two changes of the alert lamp.</summary>
    public static readonly TimeSpan SlowHalfPeriod = TimeSpan.FromMilliseconds(500);

    /// <summary>The ready lamp.</summary>
    /// <param name="ready">Whether a trigger would be taken.</param>
    /// <param name="sinceRefusal">While a refusal is shown: time since it, or since the first of several; else null.</param>
    public static bool Ready(bool ready, TimeSpan? sinceRefusal) =>
        sinceRefusal is { } since ? ready == (since.Ticks / FastHalfPeriod.Ticks % 2 == 1) : ready;

    /// <summary>The alert lamp.</summary>
    /// <param name="open">Whether an alert is open.</param>
    /// <param name="unacknowledged">Whether one of them is not acknowledged.</param>
    /// <param name="sinceStart">Time since any fixed moment.</param>
    public static bool Alert(bool open, bool unacknowledged, TimeSpan sinceStart) =>
        open && (!unacknowledged || sinceStart.Ticks / SlowHalfPeriod.Ticks % 2 == 0);
}
