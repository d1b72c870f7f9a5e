using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>What the board as a whole writes to the log.</summary>
internal static partial class BoardLog
{
    [LoggerMessage(8101, LogLevel.Information, "Board {Title} is open: profile {Profile}, {Lines} lines")]
    public static partial void BoardOpen(ILogger log, string title, string profile, int lines);

    [LoggerMessage(8102, LogLevel.Warning, "The board cannot be used ({Reason}); next attempt in {Seconds:0.0} s")]
    public static partial void BoardAway(ILogger log, string reason, double seconds);

    [LoggerMessage(8103, LogLevel.Error, "The board is not opened: {Reason}")]
    public static partial void ProfileRefused(ILogger log, string reason);
}
