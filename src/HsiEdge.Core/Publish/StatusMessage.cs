using HsiEdge.Core.Infer;
using HsiEdge.Core.Record;

namespace HsiEdge.Core.Publish;

/// <summary>Payload of <c>status</c>: retained, republished on every connect, and the Last Will.</summary>
/// <param name="SchemaVersion">1.</param>
/// <param name="Site">Site of the cart.</param>
/// <param name="Cart">The cart.</param>
/// <param name="BootId">ULID of the process's start: tells a restart from a reconnect.</param>
/// <param name="Session">Number of connections to a broker since the store was made: durable, grows by one with each.</param>
/// <param name="State">Online, degraded or offline.</param>
/// <param name="Reasons">Why it is not online, one a component; empty when online.</param>
/// <param name="SinceUtc">When this was said; for the Last Will, when the connection began.</param>
/// <param name="Software">Version of the program.</param>
/// <param name="Model">Active model; absent when none is loaded.</param>
/// <param name="CalibrationId">Active calibration set; absent when none.</param>
/// <param name="Notice">The research-use notice.</param>
/// <param name="Audit">Last entry of the audit log, for whoever wants to hold the box to it; absent before the first.</param>
public sealed record StatusMessage(
    int SchemaVersion,
    string Site,
    string Cart,
    string BootId,
    long Session,
    ApplianceState State,
    IReadOnlyList<string> Reasons,
    DateTimeOffset SinceUtc,
    string Software,
    ModelIdentity? Model,
    string? CalibrationId,
    string Notice = CaptureResult.ResearchUseOnly,
    AuditHead? Audit = null);

/// <summary>State of the whole box.</summary>
public enum ApplianceState
{
    /// <summary>Every component works.</summary>
    Online,

    /// <summary>Reachable, but something does not work as it should; the reasons say what.</summary>
    Degraded,

    /// <summary>Not there.</summary>
    Offline,
}

/// <summary>What is active now, for <see cref="StatusMessage"/>.</summary>
/// <param name="Model">Active model, or null.</param>
/// <param name="CalibrationId">Active calibration set, or null.</param>
/// <param name="Audit">Last entry of the audit log, or null.</param>
public sealed record ActiveVersions(ModelIdentity? Model, string? CalibrationId, AuditHead? Audit = null)
{
    /// <summary>Nothing is loaded.</summary>
    public static ActiveVersions None { get; } = new(null, null);
}
