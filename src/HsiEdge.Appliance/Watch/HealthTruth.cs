using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;

namespace HsiEdge.Appliance.Watch;

/// <summary>Says how the box is, from what its parts know now; keeps nothing.</summary>
/// <param name="identity">Version and boot.</param>
/// <param name="liveness">Signs of life.</param>
/// <param name="desk">Whether a trigger would be taken.</param>
/// <param name="health">Components.</param>
internal sealed class HealthTruth(ApplianceIdentity identity, Liveness liveness, TriggerDesk desk, HealthBoard health)
{
    /// <summary>How it is now.</summary>
    public HealthReport Read()
    {
        var stages = liveness.Read();
        var components = health.Snapshot().Items;
        var obstacles = desk.Obstacles;
        List<string> dead = [.. stages.Where(s => !s.Alive).Select(s => s.Reason)];
        List<string> unwell = [.. dead, .. components.Where(c => c.State != HealthState.Ok).Select(c => $"{c.Component}: {c.Reason}")];

        // A dead stage captures nothing, whatever the desk believes.
        List<string> unready = [.. dead, .. obstacles];
        return new HealthReport(
            dead.Count == 0, unready.Count == 0, unwell.Count > 0, new HealthReasons(dead, unready, unwell), identity.SoftwareVersion, identity.BootId, stages, components);
    }
}
