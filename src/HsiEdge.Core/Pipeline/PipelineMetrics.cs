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

    private readonly Counter<long> _triggers;
    private readonly Counter<long> _alerts;
    private readonly Histogram<double> _stages;
    private readonly Counter<long> _pulsesSent;
    private readonly Counter<long> _pulses;
    private readonly Counter<long> _spuriousFrames;
    private readonly Histogram<double> _offsets;

    /// <summary>Makes the instruments.</summary>
    public PipelineMetrics()
    {
        _triggers = Meter.CreateCounter<long>("hsiedge.triggers", "{trigger}", "Triggers by verdict and cause");
        _alerts = Meter.CreateCounter<long>("hsiedge.alerts", "{transition}", "Alert transitions by kind");
        _stages = Meter.CreateHistogram<double>("hsiedge.stage.duration", "ms", "Duration of a stage of one cube");
        _pulsesSent = Meter.CreateCounter<long>("hsiedge.pulses.sent", "{pulse}", "Trigger pulses sent to the camera");
        _pulses = Meter.CreateCounter<long>("hsiedge.pulses", "{pulse}", "Trigger pulses sent by verdict: paired, late, missed");
        _spuriousFrames = Meter.CreateCounter<long>("hsiedge.frames.spurious", "{frame}", "Frames that answer no pulse");
        _offsets = Meter.CreateHistogram<double>("hsiedge.frames.offset", "us", "From a pulse to its frame's arrival, less the exposure");
    }

    /// <summary>The meter of this instance.</summary>
    public Meter Meter { get; } = new(MeterName);

    /// <summary>Counts one verdict.</summary>
    public void CountTrigger(TriggerVerdict verdict, TriggerCause cause) =>
        _triggers.Add(1, new("verdict", Word(verdict)), new KeyValuePair<string, object?>("cause", Word(cause)));

    /// <summary>Counts durable alert transitions.</summary>
    public void CountAlerts(IReadOnlyList<AlertTransition> transitions)
    {
        ArgumentNullException.ThrowIfNull(transitions);
        foreach (var transition in transitions)
        {
            _alerts.Add(1, new KeyValuePair<string, object?>("transition", Word(transition.Kind)));
        }
    }

    /// <summary>Charts the stages of one durable result.</summary>
    /// <param name="timing">Stages up to Interpret.</param>
    /// <param name="recordMilliseconds">Record, in ms.</param>
    public void ObserveStages(StageTiming timing, double recordMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(timing);
        ObserveStage("acquire", timing.AcquireMilliseconds);
        ObserveStage("process", timing.ProcessMilliseconds);
        ObserveStage("interpret", timing.InterpretMilliseconds);
        ObserveStage("record", recordMilliseconds);
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
                _offsets.Record(offset);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private void ObserveStage(string stage, double milliseconds) => _stages.Record(milliseconds, new KeyValuePair<string, object?>("stage", stage));
}
