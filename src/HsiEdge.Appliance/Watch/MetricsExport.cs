using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;

namespace HsiEdge.Appliance.Watch;

/// <summary>
/// Gives the figures away: served for Prometheus, sent by OTLP, neither unless asked. A port in use or a collector that is away is a warning on the health
/// board and tried again; captures never wait for it. Started before the instruments are made, so that every one of them is seen from its first count on.
/// </summary>
internal sealed class MetricsExport : IAsyncDisposable
{
    /// <summary>Component on the health board.</summary>
    public const string Component = "metrics";

    private const string RuntimeMeter = "System.Runtime";
    // Of the runtime's figures, those whose names end as Prometheus has reserved for other kinds; none says anything of the box.
    private static readonly string[] BadNames = ["dotnet.assembly.count", "dotnet.process.cpu.count", "dotnet.timer.count"];

    private const int GoodbyeMilliseconds = 1_000;
    private static readonly TimeSpan RetryPeriod = TimeSpan.FromSeconds(10);

    private readonly MetricsOptions _options;
    private readonly ApplianceIdentity _identity;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private MeterProvider? _served;
    private MeterProvider? _sent;

    /// <summary>Begins; a port that is in use is left to <see cref="RunAsync"/>.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="identity">Who the box is: every figure is said to be its.</param>
    /// <param name="health">Where <c>metrics</c> is reported.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="log">Log.</param>
    /// <exception cref="Core.BadInputException">A file named in the options cannot be used.</exception>
    public MetricsExport(MetricsOptions options, ApplianceIdentity identity, HealthBoard health, TimeProvider time, ILogger log)
    {
        (_options, _identity, _health, _time, _log) = (options, identity, health, time, log);
        if (options.OtlpEndpoint.Length > 0)
        {
            _sent = Builder().AddReader(new PeriodicExportingMetricReader(
                Sender(), options.OtlpIntervalSeconds * 1000, options.OtlpTimeoutSeconds * 1000)).Build();
        }

        if (options.PrometheusEnabled)
        {
            TryServe();
        }
    }

    /// <summary>Goes on trying to serve until it can.</summary>
    /// <param name="retried">Told of each attempt that failed.</param>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(Action retried, CancellationToken stopping)
    {
        try
        {
            while (_options.PrometheusEnabled && _served is null)
            {
                retried();
                await Task.Delay(RetryPeriod, _time, stopping);
                TryServe();
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    /// <summary>Stops serving, and sends the last figures if the collector takes them at once.</summary>
    public async ValueTask DisposeAsync() => await Task.Run(() =>
    {
        _sent?.Shutdown(GoodbyeMilliseconds);
        _sent?.Dispose();
        _served?.Dispose();
    });

    /// <summary>What a listener is asked for: the address itself, or every one.</summary>
    /// <param name="options">Address and port.</param>
    /// <param name="path">Of the URL, with slashes at both ends.</param>
    internal static string Prefix(MetricsOptions options, string path) =>
        $"http://{(IPAddress.Any.Equals(IPAddress.Parse(options.Address)) ? "+" : options.Address)}:{options.Port}{path}";

    private void TryServe()
    {
        try
        {
            _served = Builder().AddPrometheusHttpListener(o =>
            {
                (o.Host, o.Port, o.ScopeInfoEnabled) = (IPAddress.Loopback.ToString(), _options.Port, false);
                o.ConfigureHttpListener = (_, listener) =>
                {
                    listener.Prefixes.Clear();
                    listener.Prefixes.Add(Prefix(_options, "/metrics/"));
                };
            }).Build();
            WatchLog.Serving(_log, "/metrics", _options.Address, _options.Port);
            _health.Report(Component, HealthState.Ok, cause: "prometheus");
        }
        catch (InvalidOperationException e) when (e.InnerException is HttpListenerException cause)
        {
            var reason = $"/metrics cannot be served on {_options.Address}:{_options.Port}: {cause.Message}. Captures go on. Free the port or set Metrics:Port to another; it is tried again every {RetryPeriod.TotalSeconds:0} s";
            WatchLog.NotServing(_log, reason);
            _health.Report(Component, HealthState.Warning, reason, "prometheus");
        }
    }

    private MeterProviderBuilder Builder() => Sdk.CreateMeterProviderBuilder()
        .SetResourceBuilder(ResourceBuilder.CreateEmpty()
            .AddService("hsiedge", serviceVersion: _identity.SoftwareVersion, autoGenerateServiceInstanceId: false, serviceInstanceId: _identity.BootId)
            .AddAttributes([new("hsiedge.site", _identity.Site), new("hsiedge.cart", _identity.Cart)]))
        .AddMeter(PipelineMetrics.MeterName, RuntimeMeter)
        .AddView(instrument => BadNames.Contains(instrument.Name) ? MetricStreamConfiguration.Drop : null);

    private OtlpSender Sender()
    {
        var (authorities, headers) = (OtlpFiles.Authorities(_options), OtlpFiles.Headers(_options));
        var given = new Uri(_options.OtlpEndpoint);
        var options = new OtlpExporterOptions
        {
            Protocol = OtlpExportProtocol.HttpProtobuf,
            Endpoint = given.AbsolutePath == "/" ? new Uri(given, "/v1/metrics") : given,
            Headers = null,
            TimeoutMilliseconds = _options.OtlpTimeoutSeconds * 1000,
            HttpClientFactory = () => Client(authorities, headers),
        };
        return new OtlpSender(options, _health, taken =>
        {
            if (taken)
            {
                WatchLog.CollectorTakes(_log, options.Endpoint.Host, options.Endpoint.Port);
            }
            else
            {
                WatchLog.CollectorAway(_log, options.Endpoint.Host, options.Endpoint.Port);
            }
        });
    }

    /// <summary>The headers go in here: the library's own option cannot carry a comma.</summary>
    private HttpClient Client(X509Certificate2Collection? authorities, IReadOnlyList<KeyValuePair<string, string>> headers)
    {
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        if (authorities is not null)
        {
            var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.AddRange(authorities);
            handler.SslOptions = new SslClientAuthenticationOptions { CertificateChainPolicy = policy };
        }

        var client = new HttpClient(handler) { Timeout = TimeSpan.FromSeconds(_options.OtlpTimeoutSeconds), MaxResponseContentBufferSize = 1 << 20 };
        foreach (var (name, value) in headers)
        {
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        }

        return client;
    }
}
