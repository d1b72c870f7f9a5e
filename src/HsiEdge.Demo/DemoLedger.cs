using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Demo;

/// <summary>The ledgers of all captures, added up.</summary>
/// <param name="Sent">Pulses sent to the camera.</param>
/// <param name="Paired">Pulses with exactly one complete frame in time.</param>
/// <param name="Late">Pulses whose frame came after its time.</param>
/// <param name="Missed">Pulses without a usable frame.</param>
/// <param name="Spurious">Frames without a pulse.</param>
/// <param name="Lost">Triggers that were refused or missed.</param>
internal sealed record DemoLedger(long Sent, long Paired, long Late, long Missed, long Spurious, long Lost)
{
    /// <summary>Nothing yet.</summary>
    public static DemoLedger Empty { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>Adds one ledger.</summary>
    public DemoLedger Plus(LedgerMessage m) => new(
        Sent + m.Sent, Paired + m.Paired, Late + m.Late, Missed + m.Missed, Spurious + m.Spurious, Lost + (m.Verdict == TriggerVerdict.Captured ? 0 : m.Count));
}
