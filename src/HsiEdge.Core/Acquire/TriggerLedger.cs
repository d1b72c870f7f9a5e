using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Acquire;

/// <summary>What became of every pulse and every frame of one capture. Times in µs after the trigger was seen.</summary>
/// <param name="Sequence">Trigger sequence within the boot.</param>
/// <param name="Cause">What asked for the capture.</param>
/// <param name="Pulses">Every trigger of the schedule, in its order.</param>
/// <param name="Frames">Every frame that came, in the order of arrival.</param>
public sealed record TriggerLedger(long Sequence, TriggerCause Cause, IReadOnlyList<LedgerPulse> Pulses, IReadOnlyList<LedgerFrame> Frames)
{
    /// <summary>No pulses: a recorded cube.</summary>
    public static TriggerLedger None { get; } = new(0, TriggerCause.Replay, [], []);

    /// <summary>The figures: sent = paired + late + missed. A pulse that was never sent has the verdict missed but is in none of the figures.</summary>
    public LedgerSummary Summarize()
    {
        var (sent, paired, late) = (0, 0, 0);
        foreach (var pulse in Pulses)
        {
            sent += pulse.SentMicroseconds is null ? 0 : 1;
            paired += pulse.Verdict == PulseVerdict.Paired ? 1 : 0;
            late += pulse.Verdict == PulseVerdict.Late ? 1 : 0;
        }

        return new LedgerSummary(sent, paired, late, sent - paired - late, Frames.Count(f => f.Verdict == FrameVerdict.Spurious));
    }
}

/// <summary>One trigger pulse.</summary>
/// <param name="Step">Index of its step.</param>
/// <param name="Band">Band; −1 for a dark frame or a pushbroom line.</param>
/// <param name="PlannedMicroseconds">When the schedule wanted it.</param>
/// <param name="SentMicroseconds">When it was sent; null when it never was.</param>
/// <param name="EdgeMicroseconds">When the camera's exposure edge was seen, in kernel time; null when there is no such line or no edge came.</param>
/// <param name="Verdict">What became of it.</param>
/// <param name="Frame">Index of its complete frame in the ledger; null when missed.</param>
public sealed record LedgerPulse(
    int Step, int Band, double PlannedMicroseconds, double? SentMicroseconds, double? EdgeMicroseconds, PulseVerdict Verdict, int? Frame);

/// <summary>One frame.</summary>
/// <param name="FrameId">The camera's own count.</param>
/// <param name="DeviceTimestampNanoseconds">The camera's clock in ns; 0 where it has none.</param>
/// <param name="HostMicroseconds">When it was received.</param>
/// <param name="Complete">False when parts were missing.</param>
/// <param name="Verdict">What it was taken for.</param>
/// <param name="Step">Step of its pulse; null when spurious.</param>
/// <param name="OffsetMicroseconds">From its pulse to its arrival, less its exposure; null when spurious.</param>
public sealed record LedgerFrame(
    ulong FrameId, ulong DeviceTimestampNanoseconds, double HostMicroseconds, bool Complete, FrameVerdict Verdict, int? Step, double? OffsetMicroseconds);

/// <summary>What became of a pulse.</summary>
public enum PulseVerdict
{
    /// <summary>Exactly one complete frame in time.</summary>
    Paired,

    /// <summary>A complete frame after its time.</summary>
    Late,

    /// <summary>No usable frame, or never sent.</summary>
    Missed,
}
