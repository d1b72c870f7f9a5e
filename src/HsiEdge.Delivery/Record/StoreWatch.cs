using HsiEdge.Core.Publish;

namespace HsiEdge.Delivery.Record;

/// <summary>Who watches the store's thread.</summary>
/// <param name="Time">Source of the time, for durations.</param>
/// <param name="Metrics">Takes its figures; null where nobody wants them.</param>
/// <param name="Life">Takes its signs of life.</param>
public sealed record StoreWatch(TimeProvider Time, StoreMetrics? Metrics, Heartbeat Life)
{
    /// <summary>Nobody.</summary>
    public static StoreWatch None { get; } = new(TimeProvider.System, Metrics: null, Heartbeat.Unwatched);
}
