using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Publish;

/// <summary>Payload of <c>ledger</c>: what became of a trigger and of its pulses.</summary>
/// <param name="SchemaVersion">1.</param>
/// <param name="Site">Site of the cart.</param>
/// <param name="Cart">The cart.</param>
/// <param name="BootId">ULID of the process's start.</param>
/// <param name="CaptureId">ULID of the capture: <c>hsiedge results show CAPTURE --ledger</c> shows its pulses where any were to be sent.</param>
/// <param name="ResultId">The same where the capture gave a result; else null and absent.</param>
/// <param name="Verdict">What became of the trigger.</param>
/// <param name="Reason">Why, when not captured; else null and absent.</param>
/// <param name="Count">Triggers that this message stands for: more than 1 when many were refused within a second; the message then tells of the last of them.</param>
/// <param name="Sequence">Trigger sequence within the boot.</param>
/// <param name="CapturedUtc">When the trigger was seen.</param>
/// <param name="Sent">Pulses sent to the camera.</param>
/// <param name="Paired">Pulses with exactly one complete frame in time.</param>
/// <param name="Late">Pulses whose frame came after its time.</param>
/// <param name="Missed">Pulses without a usable frame.</param>
/// <param name="Spurious">Frames without a pulse.</param>
/// <param name="Synthetic">True when the camera was simulated or the data synthetic.</param>
/// <param name="Notice">The research-use notice.</param>
public sealed record LedgerMessage(
    int SchemaVersion,
    string Site,
    string Cart,
    string BootId,
    string CaptureId,
    string? ResultId,
    TriggerVerdict Verdict,
    string? Reason,
    long Count,
    long Sequence,
    DateTimeOffset CapturedUtc,
    int Sent,
    int Paired,
    int Late,
    int Missed,
    int Spurious,
    bool Synthetic,
    string Notice);
