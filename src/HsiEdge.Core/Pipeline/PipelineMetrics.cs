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

    /// <summary>Makes the instruments.</summary>
    public PipelineMetrics()
    {
        _triggers = Meter.CreateCounter<long>("hsiedge.triggers", "{trigger}", "Triggers by verdict and cause");
        _alerts = Meter.CreateCounter<long>("hsiedge.alerts", "{transition}", "Alert transitions by kind");
        _stages = Meter.CreateHistogram<double>("hsiedge.stage.duration", "ms", "Duration of a stage of one cube");
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

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static string Word<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();

    private void ObserveStage(string stage, double milliseconds) => _stages.Record(milliseconds, new KeyValuePair<string, object?>("stage", stage));
}
