using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Gpio;

/// <summary>What the board's adapter logs (event ids 1210–1219).</summary>
internal static partial class GpioLog
{
    [LoggerMessage(1210, LogLevel.Information, "Board {Board}: {Lines} lines, {Kind}")]
    public static partial void Opened(ILogger logger, string board, int lines, string kind);

    [LoggerMessage(1211, LogLevel.Debug, "A client plays the wires at {Path}")]
    public static partial void WiresConnected(ILogger logger, string path);

    [LoggerMessage(1212, LogLevel.Warning, "{Line}: the kernel does not debounce it ({Reason}); it is debounced here, after the edges are stamped")]
    public static partial void DebouncedHere(ILogger logger, string line, string reason);
}
