namespace HsiEdge.Core.Acquire;

/// <summary>What became of a capture's trigger pulses.</summary>
/// <param name="Sent">Pulses sent to the camera.</param>
/// <param name="Paired">Pulses with exactly one complete frame in time.</param>
/// <param name="Late">Pulses whose frame came after its time.</param>
/// <param name="Missed">Pulses sent without a usable frame.</param>
/// <param name="Spurious">Frames without a pulse.</param>
public sealed record LedgerSummary(int Sent, int Paired, int Late, int Missed, int Spurious)
{
    /// <summary>No pulses: a recorded cube.</summary>
    public static LedgerSummary None { get; } = new(0, 0, 0, 0, 0);
}
