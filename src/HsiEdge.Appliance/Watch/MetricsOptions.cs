namespace HsiEdge.Appliance.Watch;

/// <summary>Who may look at the box's figures and health (configuration section <c>Metrics</c>). A new option gets a check in <see cref="MetricsOptionsValidator"/>.</summary>
public sealed class MetricsOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Metrics";

    /// <summary>Whether <c>/metrics</c> is served, for Prometheus.</summary>
    public bool PrometheusEnabled { get; set; }

    /// <summary>Whether <c>/health</c>, <c>/health/live</c>, <c>/health/ready</c> and <c>/health/degraded</c> are served.</summary>
    public bool HealthEnabled { get; set; }

    /// <summary>IPv4 address that the two are served on; 0.0.0.0 is every interface. Anything but loopback wants <see cref="AllowPlaintext"/>.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>TCP port of the two, 1…65535.</summary>
    public int Port { get; set; } = 9464;

    /// <summary>Allows figures and health to cross the network readable: served on an address that is not loopback, or sent to a collector without TLS.</summary>
    public bool AllowPlaintext { get; set; }

    /// <summary>Where figures are sent as OTLP over HTTP (protobuf), such as <c>https://collector:4318</c>; a URL without a path gets <c>/v1/metrics</c>. Empty sends none.</summary>
    public string OtlpEndpoint { get; set; } = "";

    /// <summary>Time between two sendings in s, 1…3600.</summary>
    public int OtlpIntervalSeconds { get; set; } = 60;

    /// <summary>Time in s for the collector to take one sending, 1…60.</summary>
    public int OtlpTimeoutSeconds { get; set; } = 5;

    /// <summary>File with headers for the collector, one <c>name=value</c> a line, such as an API key; or null.</summary>
    public string? OtlpHeadersFile { get; set; }

    /// <summary>PEM file with the certificate authorities to trust for the collector instead of the system's, or null.</summary>
    public string? OtlpCaFile { get; set; }
}
