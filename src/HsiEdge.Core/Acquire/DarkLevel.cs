namespace HsiEdge.Core.Acquire;

/// <summary>What a frame without light showed during a capture: a dark level that moves away from the reference's is drift.</summary>
/// <param name="Step">Index of its step.</param>
/// <param name="ExposureMicroseconds">Its exposure in µs.</param>
/// <param name="MeanCounts">Mean of its pixels in counts.</param>
public readonly record struct DarkLevel(int Step, double ExposureMicroseconds, double MeanCounts);
