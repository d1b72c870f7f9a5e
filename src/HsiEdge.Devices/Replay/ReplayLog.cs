using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Replay;

/// <summary>What the replay camera logs (event ids 2200–2299).</summary>
internal static partial class ReplayLog
{
    [LoggerMessage(2201, LogLevel.Information, "Replay folder {Folder}: {Count} cubes")]
    public static partial void Opened(ILogger logger, string folder, int count);

    [LoggerMessage(2202, LogLevel.Warning, "Recording {Path}: {Warning}")]
    public static partial void Warning(ILogger logger, string path, string warning);
}
