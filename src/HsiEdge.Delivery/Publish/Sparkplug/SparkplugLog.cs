using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>Log messages of the Sparkplug edge node: 7060s.</summary>
internal static partial class SparkplugLog
{
    [LoggerMessage(7060, LogLevel.Information, "Said the birth certificate on {Topic} with bdSeq {BirthDeathSequence} and {Metrics} metrics; {Pending} messages wait.")]
    public static partial void Born(ILogger logger, string topic, int birthDeathSequence, int metrics, long pending);

    [LoggerMessage(7061, LogLevel.Warning, "The Sparkplug edge node has no connection: {Reason}. Metrics wait in the store ({Pending} now); it is tried again until it works.")]
    public static partial void LinkLost(ILogger logger, string reason, long pending);

    [LoggerMessage(7062, LogLevel.Warning, "A Sparkplug message on {Topic} is not understood: {Fault}.")]
    public static partial void NotUnderstood(ILogger logger, string topic, string fault);

    [LoggerMessage(7063, LogLevel.Information, "The Sparkplug edge node ended its session: {Reason}.")]
    public static partial void Died(ILogger logger, string reason);

    [LoggerMessage(7064, LogLevel.Warning, "Mqtt:Sparkplug:Enabled is false: {Count} metrics that waited for the edge node's link are given up.")]
    public static partial void GivenUp(ILogger logger, long count);

    [LoggerMessage(7066, LogLevel.Error, "The waiting metrics {Id} are damaged and given up; the result they told of is in the store.")]
    public static partial void Damaged(ILogger logger, string id, Exception exception);

    [LoggerMessage(7065, LogLevel.Error, "The Sparkplug edge node cannot use the store; it tries again.")]
    public static partial void StoreUnusable(ILogger logger, Exception exception);
}
