namespace HsiEdge.Proofs.PowerCut;

/// <summary>One thing asked of the store, and what it said.</summary>
/// <param name="Name">What was asked.</param>
/// <param name="Begin">Operations of the disk before it was asked.</param>
/// <param name="Acknowledged">Operations after which it had been acknowledged, or reported as failed.</param>
/// <param name="IsFailed">Whether it was reported as failed.</param>
/// <param name="After">What the store held afterwards.</param>
internal sealed record LoadStep(string Name, int Begin, int Acknowledged, bool IsFailed, StoreDump After);
