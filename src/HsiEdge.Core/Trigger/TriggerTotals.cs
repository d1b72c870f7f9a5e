namespace HsiEdge.Core.Trigger;

/// <summary>Counts of trigger events since the start of the process; posted = captured + refused + missed + in flight.</summary>
/// <param name="Posted">Events entered.</param>
/// <param name="Captured">Events whose result is durable.</param>
/// <param name="Refused">Events not taken.</param>
/// <param name="Missed">Events taken without a usable cube.</param>
/// <param name="RefusedByReason">Refused events by reason; the counts add up to <paramref name="Refused"/>.</param>
/// <param name="MissedByReason">Missed events by reason; the counts add up to <paramref name="Missed"/>.</param>
public sealed record TriggerTotals(
    long Posted,
    long Captured,
    long Refused,
    long Missed,
    IReadOnlyDictionary<string, long> RefusedByReason,
    IReadOnlyDictionary<string, long> MissedByReason)
{
    /// <summary>Events that still wait for their verdict, ≥ 0.</summary>
    public long InFlight => Posted - Captured - Refused - Missed;
}
