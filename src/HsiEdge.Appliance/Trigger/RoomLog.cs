using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Trigger;

/// <summary>What footswitch, interlock, lamps and lines write to the log: one message an episode.</summary>
internal static partial class RoomLog
{
    [LoggerMessage(1301, LogLevel.Warning, "{Message}")]
    public static partial void LineAtFault(ILogger log, string message);

    [LoggerMessage(1302, LogLevel.Information, "The line {Line} is good again; it lost {LostEdges} edges so far")]
    public static partial void LineGoodAgain(ILogger log, PinLine line, long lostEdges);

    [LoggerMessage(1303, LogLevel.Warning, "Interlock open: {Reason}. Light and outputs are at their safe level")]
    public static partial void InterlockOpen(ILogger log, string reason);

    [LoggerMessage(1304, LogLevel.Information, "Interlock closed after {Seconds:0.0} s")]
    public static partial void InterlockClosed(ILogger log, double seconds);

    [LoggerMessage(1305, LogLevel.Error, "Outputs could not be driven to their safe level: {Reason}")]
    public static partial void NotSafe(ILogger log, string reason);

    [LoggerMessage(1306, LogLevel.Warning, "A lamp cannot be driven: {Reason}")]
    public static partial void LampAtFault(ILogger log, string reason);
}
