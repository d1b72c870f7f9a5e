using System.Diagnostics.Metrics;
using HsiEdge.Core.Pipeline;

namespace HsiEdge.Delivery.Publish;

/// <summary>Figures of outbox and broker link on the meter <c>HsiEdge</c>; without a listener they cost next to nothing.</summary>
public sealed class PublishMetrics : IDisposable
{
    private readonly Meter _meter = new(PipelineMetrics.MeterName);
    private readonly Counter<long> _sent;
    private readonly Counter<long> _refused;
    private readonly Counter<long> _dropped;
    private readonly Counter<long> _connects;
    private readonly Counter<long> _losses;
    private readonly Counter<long> _commands;
    private readonly Histogram<double> _acknowledged;
    private Func<(long Messages, long Bytes)>? _outbox;
    private int _connected;

    /// <summary>Makes the instruments.</summary>
    public PublishMetrics()
    {
        _sent = _meter.CreateCounter<long>("hsiedge.messages.sent", "{message}", "Messages that the broker acknowledged, by priority");
        _refused = _meter.CreateCounter<long>("hsiedge.messages.refused", "{message}", "Messages that the broker refused and that wait to be sent again");
        _dropped = _meter.CreateCounter<long>("hsiedge.messages.dropped", "{message}", "Waiting messages given up, by reason");
        _connects = _meter.CreateCounter<long>("hsiedge.broker.connects", "{connection}", "Connections to the broker");
        _losses = _meter.CreateCounter<long>("hsiedge.broker.losses", "{connection}", "Attempts and connections that failed");
        _commands = _meter.CreateCounter<long>("hsiedge.commands", "{command}", "Commands by verb and outcome");
        _acknowledged = Figures.Durations(_meter, "hsiedge.messages.acknowledge.duration", "From handing a message to the broker until its acknowledgement");
        _meter.CreateObservableGauge("hsiedge.outbox.messages", () => _outbox?.Invoke().Messages ?? 0, "{message}", "Messages waiting");
        _meter.CreateObservableGauge("hsiedge.outbox.size", () => _outbox?.Invoke().Bytes ?? 0, "By", "Payload bytes waiting");
        _meter.CreateObservableGauge("hsiedge.broker.connected", () => Volatile.Read(ref _connected), "{connection}", "1 while the broker is connected, else 0");

        // What was never counted is 0, not missing.
        foreach (var counter in (Counter<long>[])[_refused, _connects, _losses])
        {
            counter.Add(0);
        }

        foreach (var reason in (string[])["size", "age", "superseded", "damaged"])
        {
            CountDropped(reason, 0);
        }
    }

    /// <summary>Where the gauges read how much waits.</summary>
    public void WatchOutbox(Func<(long Messages, long Bytes)> waiting) => _outbox = waiting;

    /// <summary>Counts an acknowledged message and charts how long the broker took.</summary>
    public void CountSent(string priority, double milliseconds)
    {
        _sent.Add(1, new KeyValuePair<string, object?>("priority", priority));
        _acknowledged.Record(milliseconds / 1000);
    }

    /// <summary>Counts a refused message.</summary>
    public void CountRefused() => _refused.Add(1);

    /// <summary>Counts messages given up: <c>size</c>, <c>age</c>, <c>superseded</c>.</summary>
    public void CountDropped(string reason, long messages) => _dropped.Add(messages, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>Counts a connection.</summary>
    public void CountConnect()
    {
        Volatile.Write(ref _connected, 1);
        _connects.Add(1);
    }

    /// <summary>Counts a failed attempt or a lost connection.</summary>
    public void CountLoss()
    {
        Volatile.Write(ref _connected, 0);
        _losses.Add(1);
    }

    /// <summary>Counts a command; <paramref name="verb"/> must be one of the known verbs or <c>unknown</c>.</summary>
    public void CountCommand(string verb, bool done) =>
        _commands.Add(1, new KeyValuePair<string, object?>("verb", verb), new KeyValuePair<string, object?>("outcome", done ? "done" : "refused"));

    /// <inheritdoc/>
    public void Dispose() => _meter.Dispose();
}
