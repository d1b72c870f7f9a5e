namespace HsiEdge.Core.Trigger;

/// <summary>One request to capture a cube.</summary>
/// <param name="Sequence">Number of the event since the start of the process, from 1, without gaps.</param>
/// <param name="MonotonicTimestamp">Ticks of <see cref="TimeProvider.GetTimestamp"/> when the event was seen: for durations.</param>
/// <param name="Utc">Wall clock when the event was seen: for people.</param>
/// <param name="Cause">What asked.</param>
/// <param name="Detail">More on the cause (a correlation id, a file name), or null.</param>
public sealed record TriggerEvent(long Sequence, long MonotonicTimestamp, DateTimeOffset Utc, TriggerCause Cause, string? Detail = null);
