using System.Diagnostics.Metrics;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Pipeline;

/// <summary>Figures of the pipeline for any listener of the meter <c>HsiEdge</c>; without a listener they cost next to nothing.</summary>
public sealed class PipelineMetrics : IDisposable
{
    /// <summary>Name of the meter.</summary>
    public const string MeterName = "HsiEdge";

    private readonly Counter<long> _posted;
    private readonly UpDownCounter<long> _captures;
    private readonly Counter<long> _triggers;
    private readonly Counter<long> _alerts;
    private readonly Histogram<double> _stages;
    private readonly Counter<long> _pulsesSent;
    private readonly Counter<long> _pulses;
    private readonly Counter<long> _spuriousFrames;
    private readonly Histogram<double> _offsets;
    private readonly Counter<long> _pixels;
    private readonly Counter<long> _findings;

    /// <summary>Makes the instruments.</summary>
    public PipelineMetrics()
    {
        _posted = Meter.CreateCounter<long>("hsiedge.triggers.posted", "{trigger}", "Triggers that came, by cause");
        _captures = Meter.CreateUpDownCounter<long>("hsiedge.captures.active", "{capture}", "Captures under way: the trigger queue, which is never longer than 1");
        _triggers = Meter.CreateCounter<long>("hsiedge.triggers", "{trigger}", "Triggers by verdict, cause and category of the reason");
        _alerts = Meter.CreateCounter<long>("hsiedge.alerts", "{transition}", "Alert transitions by kind");
        _stages = Figures.Durations(Meter, "hsiedge.stage.duration", "Duration of a stage of one cube");
        _pulsesSent = Meter.CreateCounter<long>("hsiedge.pulses.sent", "{pulse}", "Trigger pulses sent to the camera");
        _pulses = Meter.CreateCounter<long>("hsiedge.pulses", "{pulse}", "Trigger pulses sent by verdict: paired, late, missed");
        _spuriousFrames = Meter.CreateCounter<long>("hsiedge.frames.spurious", "{frame}", "Frames that answer no pulse");
        _offsets = Meter.CreateHistogram(
            "hsiedge.frames.offset", "s", "From a pulse to its frame's arrival, less the exposure", tags: null,
            new InstrumentAdvice<double> { HistogramBucketBoundaries = [0, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1, 0.5] });
        _pixels = Meter.CreateCounter<long>("hsiedge.pixels", "{pixel}", "Pixels of cubes that gave a result, by state");
        _findings = Meter.CreateCounter<long>("hsiedge.findings", "{finding}", "Findings of results");
        Begin();
    }

    /// <summary>The meter of this instance.</summary>
    public Meter Meter { get; } = new(MeterName);

    /// <summary>Counts a trigger that came.</summary>
    public void CountPosted(TriggerCause cause) => _posted.Add(1, new KeyValuePair<string, object?>("cause", Figures.Word(cause)));

    /// <summary>Counts a capture that began (1) or ended (-1).</summary>
    public void CountCapture(int change) => _captures.Add(change);

    /// <summary>Counts one verdict.</summary>
    /// <param name="verdict">The verdict.</param>
    /// <param name="cause">Who asked.</param>
    /// <param name="category">Short phrase without figures that says why it was not captured; null when it was.</param>
    public void CountTrigger(TriggerVerdict verdict, TriggerCause cause, string? category) => _triggers.Add(
        1, new("verdict", Figures.Word(verdict)), new("cause", Figures.Word(cause)), new KeyValuePair<string, object?>("reason", category ?? "none"));

    /// <summary>Counts durable alert transitions.</summary>
    public void CountAlerts(IReadOnlyList<AlertTransition> transitions)
    {
        ArgumentNullException.ThrowIfNull(transitions);
        foreach (var transition in transitions)
        {
            _alerts.Add(1, new KeyValuePair<string, object?>("transition", Figures.Word(transition.Kind)));
        }
    }

    /// <summary>Counts and charts one durable result.</summary>
    /// <param name="result">The result.</param>
    /// <param name="recordMilliseconds">Record, in ms.</param>
    public void ObserveResult(CaptureResult result, double recordMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(result);
        ObserveStage("acquire", result.Timing.AcquireMilliseconds);
        ObserveStage("process", result.Timing.ProcessMilliseconds);
        ObserveStage("interpret", result.Timing.InterpretMilliseconds);
        ObserveStage("record", recordMilliseconds);
        CountPixels(result.Pixels);
        _findings.Add(result.Findings.Count);
    }

    /// <summary>Counts one capture's ledger, whether it gave a result or not.</summary>
    /// <param name="ledger">The ledger.</param>
    public void CountLedger(Acquire.TriggerLedger ledger)
    {
        ArgumentNullException.ThrowIfNull(ledger);
        var figures = ledger.Summarize();
        _pulsesSent.Add(figures.Sent);
        _pulses.Add(figures.Paired, new KeyValuePair<string, object?>("verdict", "paired"));
        _pulses.Add(figures.Late, new KeyValuePair<string, object?>("verdict", "late"));
        _pulses.Add(figures.Missed, new KeyValuePair<string, object?>("verdict", "missed"));
        _spuriousFrames.Add(figures.Spurious);
        if (!_offsets.Enabled)
        {
            return;
        }

        foreach (var frame in ledger.Frames)
        {
            if (frame is { OffsetMicroseconds: { } offset, Verdict: Acquire.FrameVerdict.Paired or Acquire.FrameVerdict.Late })
            {
                _offsets.Record(offset / 1e6);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    /// <summary>What was never counted is 0, not missing: an alert rule on its growth works from the first time on.</summary>
    private void Begin()
    {
        foreach (var cause in Enum.GetValues<TriggerCause>())
        {
            _posted.Add(0, new KeyValuePair<string, object?>("cause", Figures.Word(cause)));
        }

        foreach (var kind in Enum.GetValues<AlertTransitionKind>())
        {
            _alerts.Add(0, new KeyValuePair<string, object?>("transition", Figures.Word(kind)));
        }

        _captures.Add(0);
        CountLedger(Acquire.TriggerLedger.None);
        CountPixels(new Calibrate.PixelCounts(0, 0, 0, 0, 0));
        _findings.Add(0);
    }

    private void CountPixels(Calibrate.PixelCounts pixels)
    {
        CountPixels("valid", pixels.Valid);
        CountPixels("saturated", pixels.Saturated);
        CountPixels("underExposed", pixels.UnderExposed);
        CountPixels("dead", pixels.Dead);
        CountPixels("missing", pixels.Missing);
    }

    private void CountPixels(string state, long pixels) => _pixels.Add(pixels, new KeyValuePair<string, object?>("state", state));

    private void ObserveStage(string stage, double milliseconds) => _stages.Record(milliseconds / 1000, new KeyValuePair<string, object?>("stage", stage));
}
