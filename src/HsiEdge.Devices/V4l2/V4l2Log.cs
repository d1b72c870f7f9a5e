using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.V4l2;

/// <summary>What the V4L2 adapter logs (event ids 2550–2569).</summary>
internal static partial class V4l2Log
{
    [LoggerMessage(2550, LogLevel.Information, "Camera {Camera} is open: {Lines} lines × {Samples} samples, {Format}, setting an exposure takes {WriteMicroseconds:0} µs")]
    public static partial void Opened(ILogger logger, string camera, int lines, int samples, V4l2PixelFormat format, double writeMicroseconds);

    [LoggerMessage(2551, LogLevel.Warning, "Camera {Camera} went away: {Reason} It is looked for until it is back; frames so far: {Counters}")]
    public static partial void Away(ILogger logger, string camera, string reason, V4l2Counters counters);

    [LoggerMessage(2552, LogLevel.Information, "Camera {Camera} is back after {Seconds:0.0} s")]
    public static partial void Back(ILogger logger, string camera, double seconds);

    [LoggerMessage(2553, LogLevel.Debug, "Camera {Camera} is not back yet: {Reason}")]
    public static partial void NotBack(ILogger logger, string camera, string reason);

    [LoggerMessage(2554, LogLevel.Warning, "Camera {Camera}: {Faults} frames with faults in this capture, the last one: {Fault}")]
    public static partial void FrameFaults(ILogger logger, string camera, int faults, string fault);

    [LoggerMessage(2555, LogLevel.Warning, "Camera {Camera}: {Frames} frames of an earlier capture were dropped")]
    public static partial void OldFrames(ILogger logger, string camera, int frames);
}
