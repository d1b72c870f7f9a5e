namespace HsiEdge.Core.Trigger;

/// <summary>
/// The books of the Trigger stage: each event is posted once and gets exactly one verdict. At every moment
/// posted = captured + refused + missed + in flight. Safe to call from any thread.
/// </summary>
public sealed class TriggerAccount
{
    /// <summary>Distinct reasons counted by name for each verdict; further ones share <see cref="OtherReasons"/>, so the books cannot grow without end.</summary>
    public const int ReasonLimit = 64;

    /// <summary>Name under which reasons beyond <see cref="ReasonLimit"/> are counted.</summary>
    public const string OtherReasons = "other";

    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _refusedByReason = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _missedByReason = new(StringComparer.Ordinal);
    private long _posted;
    private long _captured;
    private long _refused;
    private long _missed;

    /// <summary>Enters one event.</summary>
    /// <returns>Its number: from 1, without gaps.</returns>
    public long Post()
    {
        lock (_lock)
        {
            return ++_posted;
        }
    }

    /// <summary>Enters the verdict of one posted event.</summary>
    /// <param name="verdict">Captured, refused or missed.</param>
    /// <param name="reason">Why, unless captured: a short word or phrase without figures, as it becomes the name of a count.</param>
    /// <exception cref="ArgumentException">The reason does not fit the verdict.</exception>
    /// <exception cref="InvalidOperationException">No event is in flight: a verdict was given twice.</exception>
    public void Close(TriggerVerdict verdict, string? reason = null)
    {
        if (string.IsNullOrWhiteSpace(reason) != (verdict == TriggerVerdict.Captured))
        {
            throw new ArgumentException($"A {verdict} event {(verdict == TriggerVerdict.Captured ? "has no" : "needs a")} reason.", nameof(reason));
        }

        lock (_lock)
        {
            if (_posted == _captured + _refused + _missed)
            {
                throw new InvalidOperationException($"Verdict {verdict} without an event in flight: all {_posted} posted events have theirs.");
            }

            switch (verdict)
            {
                case TriggerVerdict.Captured:
                    _captured++;
                    break;
                case TriggerVerdict.Refused:
                    _refused++;
                    Count(_refusedByReason, reason!);
                    break;
                case TriggerVerdict.Missed:
                    _missed++;
                    Count(_missedByReason, reason!);
                    break;
                default:
                    throw new ArgumentOutOfRangeException(nameof(verdict), verdict, "not a verdict");
            }
        }
    }

    /// <summary>The books at one moment.</summary>
    public TriggerTotals Totals()
    {
        lock (_lock)
        {
            return new TriggerTotals(
                _posted,
                _captured,
                _refused,
                _missed,
                new Dictionary<string, long>(_refusedByReason, StringComparer.Ordinal),
                new Dictionary<string, long>(_missedByReason, StringComparer.Ordinal));
        }
    }

    private static void Count(Dictionary<string, long> counts, string reason)
    {
        if (counts.Count >= ReasonLimit && !counts.ContainsKey(reason))
        {
            reason = OtherReasons;
        }

        counts[reason] = counts.GetValueOrDefault(reason) + 1;
    }
}
