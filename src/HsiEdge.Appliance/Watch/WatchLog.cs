using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Watch;

/// <summary>What those who look at the box cause in the log: one message an episode.</summary>
internal static partial class WatchLog
{
    [LoggerMessage(8201, LogLevel.Information, "Serving {Path} on {Address}:{Port}")]
    public static partial void Serving(ILogger log, string path, string address, int port);

    [LoggerMessage(8202, LogLevel.Warning, "{Reason}")]
    public static partial void NotServing(ILogger log, string reason);

    [LoggerMessage(8203, LogLevel.Information, "The collector {Host}:{Port} takes the figures")]
    public static partial void CollectorTakes(ILogger log, string host, int port);

    [LoggerMessage(8204, LogLevel.Warning, "The collector {Host}:{Port} does not take the figures; captures go on")]
    public static partial void CollectorAway(ILogger log, string host, int port);

    [LoggerMessage(8205, LogLevel.Critical, "{Reasons}. The service manager is told nothing any more and restarts the worker within {Seconds:0.#} s")]
    public static partial void StageDead(ILogger log, string reasons, double seconds);
}
