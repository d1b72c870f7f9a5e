using HsiEdge.Core.Acquire;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Scan;

/// <summary>What the scanning camera and the light sources log (event ids 2600–2699).</summary>
internal static partial class ScanLog
{
    [LoggerMessage(2601, LogLevel.Information, "Plan {Plan}: {Budget}")]
    public static partial void Budget(ILogger logger, string plan, PlanBudget budget);

    [LoggerMessage(2602, LogLevel.Warning, "Plan {Plan}: no frame for step {Step} within {Milliseconds:0.#} ms of its trigger")]
    public static partial void FrameMissed(ILogger logger, string plan, int step, double milliseconds);

    [LoggerMessage(2603, LogLevel.Warning, "After a capture {Part} could not be brought to rest: {Reason}")]
    public static partial void NotAtRest(ILogger logger, string part, string reason);

    [LoggerMessage(2604, LogLevel.Warning, "Edges are no longer seen: {Reason}")]
    public static partial void EdgesLost(ILogger logger, string reason);

    [LoggerMessage(2605, LogLevel.Warning, "Light source on {Port}: {Reason}; trying once more")]
    public static partial void LightRetry(ILogger logger, string port, string reason);

    [LoggerMessage(2606, LogLevel.Information, "Light source on {Port} opened at {Baud} baud")]
    public static partial void LightOpened(ILogger logger, string port, int baud);
}
