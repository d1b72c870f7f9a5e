namespace HsiEdge.Core.Trigger;

/// <summary>Where sources post their requests; the pipeline implements it. Numbers the events and accounts for each.</summary>
public interface ITriggerSink
{
    /// <summary>Posts one request; returns at once, never blocks.</summary>
    /// <param name="cause">What asks.</param>
    /// <param name="detail">More on the cause, or null.</param>
    /// <param name="timestamp">When it was asked for: <see cref="TimeProvider.GetTimestamp"/> or the kernel's time of an edge on that scale; null is now.</param>
    /// <returns>The numbered event and whether it was taken or refused, with the reason.</returns>
    TriggerReceipt Post(TriggerCause cause, string? detail = null, long? timestamp = null);
}

/// <summary>The sink's immediate answer to a request.</summary>
/// <param name="Event">The numbered event.</param>
/// <param name="Accepted">Whether a capture will follow.</param>
/// <param name="RefusalReason">Why not, when refused; else null.</param>
/// <param name="Completion">
/// Completes with the verdict and, when captured, the result's identifier: after the result is durable. Completed at once when refused.
/// </param>
public sealed record TriggerReceipt(TriggerEvent Event, bool Accepted, string? RefusalReason, Task<TriggerOutcome> Completion);

/// <summary>Final word on a trigger.</summary>
/// <param name="Verdict">Captured, refused or missed.</param>
/// <param name="Reason">Why, when not captured; else null.</param>
/// <param name="ResultId">ULID of the durable result when captured; else null.</param>
public sealed record TriggerOutcome(TriggerVerdict Verdict, string? Reason, string? ResultId);
