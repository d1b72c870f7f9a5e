using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.GenICam;

/// <summary>What the GenICam adapter logs (event ids 2400–2419).</summary>
internal static partial class GenICamLog
{
    [LoggerMessage(2401, LogLevel.Information, "Camera {Camera} is open: {Lines} lines × {Samples} samples, {Format}, a feature write takes {WriteMicroseconds:0} µs")]
    public static partial void Opened(ILogger logger, string camera, int lines, int samples, GenICamPixelFormat format, double writeMicroseconds);

    [LoggerMessage(2402, LogLevel.Warning, "Camera {Camera} went away: {Reason} It is looked for until it is back; frames so far: {Counters}")]
    public static partial void Away(ILogger logger, string camera, string reason, GenICamCounters counters);

    [LoggerMessage(2403, LogLevel.Information, "Camera {Camera} is back after {Seconds:0.0} s and {Attempts} attempts")]
    public static partial void Back(ILogger logger, string camera, double seconds, int attempts);

    [LoggerMessage(2404, LogLevel.Debug, "Camera {Camera} is not back yet: {Reason}")]
    public static partial void NotBack(ILogger logger, string camera, string reason);

    [LoggerMessage(2405, LogLevel.Warning, "Camera {Camera}: {Faults} frames with faults in this capture, the last one: {Fault}; {Missing} packets never came, {Resent} were sent again")]
    public static partial void FrameFaults(ILogger logger, string camera, int faults, string fault, long missing, long resent);

    [LoggerMessage(2406, LogLevel.Warning, "Camera {Camera}: {Frames} frames of an earlier capture were dropped")]
    public static partial void OldFrames(ILogger logger, string camera, int frames);
}
