using HsiEdge.Core.Interpret;

namespace HsiEdge.Core.Publish;

/// <summary>Payload of <c>alert/&lt;id&gt;</c>: one transition, or an open alert stated again after a reconnect.</summary>
/// <param name="SchemaVersion">1.</param>
/// <param name="Site">Site of the cart.</param>
/// <param name="Cart">The cart.</param>
/// <param name="BootId">ULID of the process's start.</param>
/// <param name="AlertId">ULID of the alert; the last level of the topic.</param>
/// <param name="Transition">What happened; absent when an open alert is stated again and nothing happened.</param>
/// <param name="Severity">How loud: <c>warning</c> while nobody has acknowledged it, <c>notice</c> once acknowledged, <c>information</c> when ended.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Utc">When the finding of <paramref name="After"/> was last seen.</param>
/// <param name="Before">The alert before; absent when raised or stated again.</param>
/// <param name="After">The alert after, with its finding.</param>
/// <param name="AcknowledgeTopic">Where to send <paramref name="AcknowledgePayload"/>; absent when it is already acknowledged or ended.</param>
/// <param name="AcknowledgePayload">JSON that acknowledges it; the sender fills in <c>by</c>; absent likewise.</param>
/// <param name="Notice">The research-use notice.</param>
public sealed record AlertMessage(
    int SchemaVersion,
    string Site,
    string Cart,
    string BootId,
    string AlertId,
    AlertTransitionKind? Transition,
    AlertSeverity Severity,
    string Reason,
    DateTimeOffset Utc,
    Alert? Before,
    Alert After,
    string? AcknowledgeTopic,
    AcknowledgeRequest? AcknowledgePayload,
    string Notice)
{
    /// <summary>True when the cube that changed it, or the model's training data, was synthetic; absent where that is not known (no cube caused it).</summary>
    public bool? Synthetic { get; init; }
}

/// <summary>How loud an alert is.</summary>
public enum AlertSeverity
{
    /// <summary>Over: for the record.</summary>
    Information,

    /// <summary>Open and acknowledged.</summary>
    Notice,

    /// <summary>Open and not yet acknowledged.</summary>
    Warning,
}

/// <summary>Payload of <c>command/acknowledge</c>.</summary>
/// <param name="AlertId">ULID of the alert.</param>
/// <param name="By">Role or name of who acknowledges, never a patient.</param>
public sealed record AcknowledgeRequest(string AlertId, string By);
