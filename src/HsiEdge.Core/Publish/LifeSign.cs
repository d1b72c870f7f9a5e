namespace HsiEdge.Core.Publish;

/// <summary>Whether one stage lives.</summary>
/// <param name="Stage">Its name.</param>
/// <param name="Alive">False when it is silent for too long, or ended without being told to.</param>
/// <param name="Reason">Why it counts as dead, with its limit; empty while it lives.</param>
public sealed record LifeSign(string Stage, bool Alive, string Reason);
