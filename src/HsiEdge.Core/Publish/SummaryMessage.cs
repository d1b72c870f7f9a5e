namespace HsiEdge.Core.Publish;

/// <summary>Payload of <c>summary</c>: retained; the latest result and the open alerts in one message, for consumers that keep no state of their own.</summary>
/// <param name="SchemaVersion">1.</param>
/// <param name="Site">Site of the cart.</param>
/// <param name="Cart">The cart.</param>
/// <param name="BootId">ULID of the process's start.</param>
/// <param name="ResultId">ULID of the latest result; absent when there is none.</param>
/// <param name="CapturedUtc">When it was captured; absent likewise.</param>
/// <param name="CaseId">Its pseudonymous case; absent when none was set.</param>
/// <param name="Findings">Its number of findings; absent when there is no result.</param>
/// <param name="AlertsInhibited">Whether its calibration kept alerts from changing; absent when there is no result.</param>
/// <param name="Synthetic">Whether it is synthetic; absent when there is no result.</param>
/// <param name="OpenAlerts">Alerts open now.</param>
/// <param name="UnacknowledgedAlerts">Of these, those that nobody has acknowledged.</param>
/// <param name="Notice">The research-use notice.</param>
public sealed record SummaryMessage(
    int SchemaVersion,
    string Site,
    string Cart,
    string BootId,
    string? ResultId,
    DateTimeOffset? CapturedUtc,
    string? CaseId,
    int? Findings,
    bool? AlertsInhibited,
    bool? Synthetic,
    int OpenAlerts,
    int UnacknowledgedAlerts,
    string Notice);
