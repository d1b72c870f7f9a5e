using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Testing;

/// <summary>Ledgers as captures leave them.</summary>
public static class SampleLedgers
{
    /// <summary>Every pulse with its frame.</summary>
    public static TriggerLedger Captured(TriggerEvent trigger, int pulses) => Of(trigger, pulses, missedFrom: pulses);

    /// <summary>Pulses from one on without a frame, the last never sent.</summary>
    public static TriggerLedger Of(TriggerEvent trigger, int pulses, int missedFrom) => new(
        trigger.Sequence,
        trigger.Cause,
        [
            .. Enumerable.Range(0, pulses).Select(i => new LedgerPulse(
                i, i, i * 1000, i < missedFrom || i < pulses - 1 ? 150.5 + (i * 1000) : null, i < missedFrom ? 152.5 + (i * 1000) : null,
                i < missedFrom ? PulseVerdict.Paired : PulseVerdict.Missed, i < missedFrom ? i : null)),
        ],
        [.. Enumerable.Range(0, missedFrom).Select(i => new LedgerFrame((ulong)(40 + i), (ulong)(1_000_000 * i), 1400 + (i * 1000), true, FrameVerdict.Paired, i, 249.5))]);
}
