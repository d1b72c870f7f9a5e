using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>What SIGHUP writes to the log.</summary>
internal static partial class ReloadLog
{
    [LoggerMessage(8030, LogLevel.Information, "The configuration was read again: {Keys}. Set up anew: {What}")]
    public static partial void Taken(ILogger log, string keys, string what);

    [LoggerMessage(8031, LogLevel.Error, "Reload: {Reason}")]
    public static partial void Refused(ILogger log, string reason);

    [LoggerMessage(8032, LogLevel.Information, "The configuration that was read again is in force")]
    public static partial void InForce(ILogger log);
}
