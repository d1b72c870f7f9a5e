using HsiEdge.Core.Publish;

namespace HsiEdge.Appliance.Watch;

/// <summary>Three truths that are kept apart: whether the worker lives, whether it would capture, whether all is well.</summary>
/// <param name="Live">No stage is dead. What is away or at fault does not make it false; a restart would not help there.</param>
/// <param name="Ready">A trigger would be captured now, or is being captured.</param>
/// <param name="Degraded">A stage is dead, or a component is in warning or failed.</param>
/// <param name="Reasons">Why it is not live, not ready or degraded; each once.</param>
/// <param name="Version">Version of the program.</param>
/// <param name="BootId">ULID of the process's start.</param>
/// <param name="Stages">Signs of life of every stage.</param>
/// <param name="Components">Health of every component, as on the topics <c>health/…</c>.</param>
internal sealed record HealthReport(
    bool Live,
    bool Ready,
    bool Degraded,
    HealthReasons Reasons,
    string Version,
    string BootId,
    IReadOnlyList<LifeSign> Stages,
    IReadOnlyList<HealthItem> Components);

/// <summary>Why, for people.</summary>
/// <param name="Live">Dead stages.</param>
/// <param name="Ready">What stands in the way of a trigger.</param>
/// <param name="Degraded">Dead stages, and components that are not ok.</param>
internal sealed record HealthReasons(IReadOnlyList<string> Live, IReadOnlyList<string> Ready, IReadOnlyList<string> Degraded);
