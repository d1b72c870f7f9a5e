using HsiEdge.Core.Acquire;
using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>How one run differs from the service's: for the demo, for tests and for programs that read its log.</summary>
public sealed record ApplianceRun
{
    /// <summary>The service's own run.</summary>
    public static ApplianceRun Service { get; } = new();

    /// <summary>Interval triggers after which the interval stops; null goes on.</summary>
    public int? IntervalLimit { get; init; }

    /// <summary>Whether the log is JSON, one object a line.</summary>
    public bool JsonLog { get; init; }

    /// <summary>What stands between the box and its camera: for tests, which hang or break it. Null leaves it as it is.</summary>
    internal Func<ICubeSource, ICubeSource>? Camera { get; init; }

    /// <summary>Opens the store: for tests, whose disk hangs or breaks. The service opens it on the disk that is there.</summary>
    internal Func<StoreOptions, HealthBoard, TimeProvider, ILogger<LiteDbResultStore>, StoreWatch, CancellationToken, Task<LiteDbResultStore>> OpenStore { get; init; } =
        LiteDbResultStore.OpenAsync;
}
