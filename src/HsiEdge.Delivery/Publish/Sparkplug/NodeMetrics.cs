using HsiEdge.Core;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish.Sparkplug.Wire;

namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>What the node has to tell, as metrics. Names are fixed; the birth certificate holds all of them, data the changed ones.</summary>
internal static class NodeMetrics
{
    /// <summary>Number of the connection within 0…255, the same in birth and death.</summary>
    public const string BirthDeathSequence = "bdSeq";

    /// <summary>What a host sets to true to get a new birth certificate.</summary>
    public const string Rebirth = "Node Control/Rebirth";

    /// <summary>Who the node is.</summary>
    public static IEnumerable<SparkplugMetric> OfIdentity(ApplianceIdentity identity) =>
    [
        Metrics.String("Properties/Site", identity.Site),
        Metrics.String("Properties/Cart", identity.Cart),
        Metrics.String("Properties/Boot Id", identity.BootId),
        Metrics.String("Properties/Software", identity.SoftwareVersion),
        Metrics.String("Properties/Notice", CaptureResult.ResearchUseOnly),
    ];

    /// <summary>What is active.</summary>
    public static IEnumerable<SparkplugMetric> OfVersions(ActiveVersions versions) =>
    [
        Metrics.String("Properties/Model", versions.Model?.Name),
        Metrics.String("Properties/Model Version", versions.Model?.Version),
        Metrics.String("Properties/Calibration", versions.CalibrationId),
    ];

    /// <summary>The state of the whole and of one component after another.</summary>
    public static IEnumerable<SparkplugMetric> OfHealth(IReadOnlyList<HealthItem> items)
    {
        yield return Metrics.String("Status/State", Word(items.All(i => i.State == HealthState.Ok) ? ApplianceState.Online : ApplianceState.Degraded));
        foreach (var item in items)
        {
            yield return Metrics.String($"Health/{item.Component}/State", Word(item.State));
            yield return Metrics.String($"Health/{item.Component}/Reason", item.Reason);
        }
    }

    /// <summary>A result; null for a box without any.</summary>
    public static IEnumerable<SparkplugMetric> OfResult(CaptureResult? result)
    {
        var largest = result?.Findings.Count > 0 ? result.Findings[0] : null;
        return At(result?.CapturedUtc, [
            Metrics.String("Result/Id", result?.Id),
            Metrics.Int64("Result/Sequence", result?.Sequence),
            Metrics.DateTime("Result/Captured", result?.CapturedUtc),
            Metrics.String("Result/Case", result?.CaseId),
            Metrics.String("Result/Model", result is null ? null : $"{result.Model.Name}@{result.Model.Version}"),
            Metrics.Boolean("Result/Synthetic", result?.Synthetic),
            Metrics.String("Result/Flags", result is null ? null : Word(result.Flags)),
            Metrics.Boolean("Result/Alerts Inhibited", result?.AlertsInhibited),
            Metrics.Int32("Result/Findings", result?.Findings.Count),
            Metrics.Double("Result/Largest Finding Area (mm2)", largest?.AreaSquareMillimetres),
            Metrics.Double("Result/Largest Finding Probability", largest?.MeanProbability),
            Metrics.Double("Result/Trigger To Maps (ms)", result?.Timing.TriggerToMapsMilliseconds),
        ]);
    }

    /// <summary>An alert as it is after a change, or as it stands; null for a box without an open one.</summary>
    public static IEnumerable<SparkplugMetric> OfAlert(Alert? alert, AlertTransition? transition)
    {
        return At(alert?.LastSeenUtc, [
            Metrics.String("Alert/Id", alert?.Id),
            Metrics.String("Alert/Transition", transition is null ? null : Word(transition.Kind)),
            Metrics.String("Alert/State", alert is null ? null : Word(alert.State)),
            Metrics.String("Alert/Reason", transition?.Reason),
            Metrics.String("Alert/Case", alert?.CaseId),
            Metrics.String("Alert/Acknowledged By", alert?.AcknowledgedBy),
            Metrics.String("Alert/Finding Class", alert?.Finding.ClassName),
            Metrics.Double("Alert/Finding Area (mm2)", alert?.Finding.AreaSquareMillimetres),
            Metrics.Double("Alert/Finding Probability", alert?.Finding.MeanProbability),
        ]);
    }

    /// <summary>Alerts open.</summary>
    public static IEnumerable<SparkplugMetric> OfOpenAlerts(IReadOnlyList<Alert> open) =>
    [
        Metrics.Int32("Alerts/Open", open.Count),
        Metrics.Int32("Alerts/Unacknowledged", open.Count(a => a.State == AlertState.Raised)),
    ];

    private static List<SparkplugMetric> At(DateTimeOffset? time, List<SparkplugMetric> metrics)
    {
        foreach (var metric in metrics.Where(_ => time is not null))
        {
            metric.Timestamp = Metrics.Milliseconds(time!.Value);
        }

        return metrics;
    }

    // The words of the box's own messages, so that one vocabulary holds for both.
    private static string Word<T>(T value) => System.Text.Json.JsonSerializer.SerializeToNode(value, HsiEdgeJson.Compact)!.GetValue<string>();
}
