using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// The box is reachable and says exactly why it does not capture: health of the components at fault is failed, every trigger is refused
/// with the reason. See docs/decisions/0009-safe-mode.md.
/// </summary>
internal static class SafeMode
{
    private const string Refusing = "safe mode: triggers are refused";

    /// <summary>Enters it for a wrong configuration.</summary>
    public static string Enter(IReadOnlyList<ConfigurationFault> faults, HealthBoard health, TriggerDesk desk)
    {
        health.Report("trigger", HealthState.Failed, Refusing);
        foreach (var component in faults.GroupBy(f => ComponentOf(f.Section), StringComparer.Ordinal))
        {
            health.Report(component.Key, HealthState.Failed, string.Join(" ", component.Select(f => f.Message)));
        }

        return Close(string.Join(" ", faults.Select(f => f.Message)), desk);
    }

    /// <summary>Enters it for something that a stage refused at start.</summary>
    public static string Enter(string component, string reason, HealthBoard health, TriggerDesk desk)
    {
        health.Report("trigger", HealthState.Failed, Refusing);
        health.Report(component, HealthState.Failed, reason);
        return Close(reason, desk);
    }

    private static string Close(string reason, TriggerDesk desk)
    {
        desk.Close("safe mode", $"safe mode: {reason} Correct it and send SIGHUP (systemctl reload hsiedge).");
        return reason;
    }

    private static string ComponentOf(string section) => section.ToUpperInvariant() switch
    {
        "CAMERA" or "ACQUIRE" => "camera",
        "TRIGGER" or "BOARD" => "trigger",
        "MODEL" or "PROCESSING" or "INTERPRET" => "model",
        "METRICS" => MetricsExport.Component,
        _ => "configuration",
    };
}
