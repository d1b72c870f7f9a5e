using System.Diagnostics.Metrics;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;

namespace HsiEdge.Appliance.Watch;

/// <summary>Figures of the box as a whole on the meter <c>HsiEdge</c>: its versions, its health, its clock, what it tries again.</summary>
internal sealed class BoxMetrics : IDisposable
{
    private readonly Meter _meter = new(PipelineMetrics.MeterName);
    private readonly Counter<long> _retries;
    private readonly Counter<long> _loads;
    private readonly Counter<long> _steps;
    private Func<HealthReport>? _health;
    private Func<ActiveVersions>? _versions;
    private string _software = "";
    private CubePool? _buffers;
    private double _clockOffset;

    /// <summary>Makes the instruments.</summary>
    public BoxMetrics()
    {
        _retries = _meter.CreateCounter<long>("hsiedge.retries", "{attempt}", "Attempts that failed and are made again, by component");
        _loads = _meter.CreateCounter<long>("hsiedge.model.loads", "{load}", "Model bundles loaded with their self-test, by outcome");
        _steps = _meter.CreateCounter<long>("hsiedge.clock.steps", "{step}", "Steps of the wall clock by more than a second");
        _meter.CreateObservableGauge("hsiedge.clock.offset", () => Volatile.Read(ref _clockOffset), "s", "By how much the wall clock was set since the start: wall clock less monotonic clock");
        _meter.CreateObservableGauge("hsiedge.build.info", Versions, "{build}", "Always 1; its attributes are the versions in use");
        _meter.CreateObservableGauge("hsiedge.health", Components, "{state}", "Health of a component: 0 ok, 1 warning, 2 failed");
        _meter.CreateObservableGauge("hsiedge.stage.alive", Stages, "{state}", "1 while a stage shows signs of life, else 0");
        _meter.CreateObservableGauge("hsiedge.ready", () => _health?.Invoke().Ready == true ? 1 : 0, "{state}", "1 while a trigger would be captured, or is being captured; else 0");
        _meter.CreateObservableUpDownCounter("hsiedge.acquire.buffers", Buffers, "By", "Memory for cubes in flight: rented, and free for the next one");

        // What was never counted is 0, not missing.
        foreach (var component in (string[])["board", "camera", "metrics"])
        {
            _retries.Add(0, new KeyValuePair<string, object?>("component", component));
        }

        foreach (var outcome in (string[])["loaded", "refused"])
        {
            _loads.Add(0, new KeyValuePair<string, object?>("outcome", outcome));
        }

        _steps.Add(0);
    }

    /// <summary>Where the gauges read the versions in use.</summary>
    /// <param name="software">Version of the program.</param>
    /// <param name="versions">Model and calibration.</param>
    public void WatchVersions(string software, Func<ActiveVersions> versions) => (_software, _versions) = (software, versions);

    /// <summary>Where the gauges read health and life.</summary>
    public void WatchHealth(Func<HealthReport> health) => _health = health;

    /// <summary>Whose memory the gauge reads; null when no camera is there.</summary>
    public void WatchBuffers(CubePool? pool) => Volatile.Write(ref _buffers, pool);

    /// <summary>Counts an attempt that failed and will be made again.</summary>
    /// <param name="component">board, camera or metrics.</param>
    public void CountRetry(string component) => _retries.Add(1, new KeyValuePair<string, object?>("component", component));

    /// <summary>Counts a model that was loaded, or refused.</summary>
    public void CountLoad(bool loaded) => _loads.Add(1, new KeyValuePair<string, object?>("outcome", loaded ? "loaded" : "refused"));

    /// <summary>Notes how far the wall clock was set by since the start, and whether it stepped just now.</summary>
    /// <param name="offsetSeconds">In s.</param>
    /// <param name="stepped">By more than a second since the last look.</param>
    public void NoteClock(double offsetSeconds, bool stepped)
    {
        Volatile.Write(ref _clockOffset, offsetSeconds);
        if (stepped)
        {
            _steps.Add(1);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();

    private IEnumerable<Measurement<int>> Versions()
    {
        var model = _versions?.Invoke().Model;
        yield return new(1, new("version", _software), new("model", model?.Name ?? "none"), new KeyValuePair<string, object?>("model.version", model?.Version ?? "none"));
    }

    private IEnumerable<Measurement<int>> Components() =>
        _health?.Invoke().Components.Select(c => new Measurement<int>((int)c.State, new KeyValuePair<string, object?>("component", c.Component))) ?? [];

    private IEnumerable<Measurement<int>> Stages() =>
        _health?.Invoke().Stages.Select(s => new Measurement<int>(s.Alive ? 1 : 0, new KeyValuePair<string, object?>("stage", s.Stage))) ?? [];

    private IEnumerable<Measurement<long>> Buffers()
    {
        var pool = Volatile.Read(ref _buffers);
        yield return new(pool?.RentedBytes ?? 0, new KeyValuePair<string, object?>("state", "rented"));
        yield return new(pool?.FreeBytes ?? 0, new KeyValuePair<string, object?>("state", "free"));
    }
}
