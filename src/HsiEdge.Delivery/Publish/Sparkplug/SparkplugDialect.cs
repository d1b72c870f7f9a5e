using Google.Protobuf;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish.Sparkplug.Wire;

namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>Tells results and alert changes as Sparkplug metrics, to be sent by the edge node's link. What is stored are the metrics; sequence number and time are given when they are sent.</summary>
/// <param name="ids">Makes message ids.</param>
/// <param name="time">Source of the time.</param>
public sealed class SparkplugDialect(UlidGenerator ids, TimeProvider time) : IMessageDialect
{
    /// <inheritdoc/>
    public IReadOnlyList<OutboxMessage> ForResult(CaptureResult result, IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts)
    {
        ArgumentNullException.ThrowIfNull(transitions);
        return [.. transitions.Select(OfTransition), Make([.. NodeMetrics.OfResult(result), .. NodeMetrics.OfOpenAlerts(openAlerts)])];
    }

    /// <inheritdoc/>
    public IReadOnlyList<OutboxMessage> ForTransitions(IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts, CaptureResult? latest)
    {
        ArgumentNullException.ThrowIfNull(transitions);
        return transitions.Count == 0 ? [] : [.. transitions.Select(OfTransition), Make([.. NodeMetrics.OfOpenAlerts(openAlerts)])];
    }

    private OutboxMessage OfTransition(AlertTransition transition) => Make([.. NodeMetrics.OfAlert(transition.After, transition)]);

    private OutboxMessage Make(List<SparkplugMetric> metrics)
    {
        var now = time.GetUtcNow();
        var payload = new SparkplugPayload { Timestamp = Metrics.Milliseconds(now) };
        payload.Metrics.AddRange(metrics);
        foreach (var metric in payload.Metrics.Where(m => !m.HasTimestamp))
        {
            metric.Timestamp = payload.Timestamp;
        }

        return new OutboxMessage
        {
            Id = ids.Next(),
            Topic = "NDATA",
            Payload = payload.ToByteArray(),
            ContentType = "application/x-protobuf",
            Retain = false,

            // One order for all: hosts put values into time's order, and the birth certificate has told how things stand now.
            Priority = MessagePriority.Normal,
            CreatedUtc = now,
            Destination = MessageDestination.Sparkplug,
        };
    }
}
