using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Record;

/// <summary>A capture's ledger as the store keeps it, also of captures that gave no result.</summary>
/// <param name="CaptureId">ULID of the capture: that of its result where there is one.</param>
/// <param name="CapturedUtc">When the trigger was seen.</param>
/// <param name="Verdict">What became of the trigger.</param>
/// <param name="Reason">Why, when not captured.</param>
/// <param name="Ledger">Every pulse and every frame.</param>
public sealed record KeptLedger(string CaptureId, DateTimeOffset CapturedUtc, TriggerVerdict Verdict, string? Reason, TriggerLedger Ledger);
