using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Record;

/// <summary>What <see cref="StoreKeeper"/> works with beside the store.</summary>
/// <param name="Health">Where the component <c>store</c> says what waits for a decision.</param>
/// <param name="FreeBytes">Free bytes on the disk of a folder.</param>
/// <param name="Time">Source of the time.</param>
/// <param name="Logger">Log: an episode of removals begins and ends with one line.</param>
public sealed record KeeperParts(HealthBoard Health, Func<string, long> FreeBytes, TimeProvider Time, ILogger Logger)
{
    /// <summary>Has each removal before it happens; null where there is none.</summary>
    public IAuditLog? Audit { get; init; }

    /// <summary>Counts removals.</summary>
    public StoreMetrics? Metrics { get; init; }

    /// <summary>Takes its signs of life.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;
}
