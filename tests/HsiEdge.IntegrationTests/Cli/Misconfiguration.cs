namespace HsiEdge.IntegrationTests.Cli;

/// <summary>Something wrong with a box, and what <c>doctor</c> says of it.</summary>
/// <param name="Symptom">First column of its row in docs/troubleshooting.md.</param>
/// <param name="Check">The check that finds it.</param>
/// <param name="Found">Part of what it found.</param>
/// <param name="Remedy">Part of what it says to do.</param>
/// <param name="Stage">Makes it so; gives the configuration file's content.</param>
/// <param name="State">failed (exit code 1) or warning (0).</param>
internal sealed record Misconfiguration(string Symptom, string Check, string Found, string Remedy, Func<DoctorStage, Task<string>> Stage, string State = "failed");
