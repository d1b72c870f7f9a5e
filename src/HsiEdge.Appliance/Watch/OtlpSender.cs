using HsiEdge.Core.Publish;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;

namespace HsiEdge.Appliance.Watch;

/// <summary>Sends figures to a collector, and reports one that does not take them. Runs on the OpenTelemetry library's own thread.</summary>
internal sealed class OtlpSender : OtlpMetricExporter
{
    private readonly string _endpoint;
    private readonly HealthBoard _health;
    private readonly Action<bool> _tell;
    private bool? _taken;

    /// <summary>Makes it.</summary>
    /// <param name="options">How to reach the collector.</param>
    /// <param name="health">Told while the collector does not take figures.</param>
    /// <param name="tell">Told of each change: whether the collector takes them.</param>
    public OtlpSender(OtlpExporterOptions options, HealthBoard health, Action<bool> tell)
        : base(options)
    {
        (_endpoint, _health, _tell) = (options.Endpoint.GetLeftPart(UriPartial.Path), health, tell);
    }

    /// <inheritdoc/>
    public override ExportResult Export(in Batch<Metric> metrics)
    {
        var result = base.Export(metrics);
        var taken = result == ExportResult.Success;
        if (taken != _taken)
        {
            _taken = taken;
            _health.Report(
                MetricsExport.Component,
                taken ? HealthState.Ok : HealthState.Warning,
                taken ? "" : $"the collector {_endpoint} does not take the figures; captures go on. Check Metrics:OtlpEndpoint, its headers and certificates, and the collector",
                "otlp");
            _tell(taken);
        }

        return result;
    }
}
