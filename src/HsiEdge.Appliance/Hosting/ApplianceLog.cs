using HsiEdge.Appliance.Configuration;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>What the worker as a whole writes to the log.</summary>
internal static partial class ApplianceLog
{
    [LoggerMessage(8001, LogLevel.Information, "HsiEdge {Version}, {Site}/{Cart}, boot {BootId}; configuration from {Files}. For research use only")]
    public static partial void Starting(ILogger log, string version, string site, string cart, string bootId, string files);

    [LoggerMessage(8002, LogLevel.Information, "Ready: camera {Camera}, model {Model}, calibration {Calibration}, interval {IntervalMilliseconds} ms")]
    public static partial void Ready(ILogger log, string camera, string model, string calibration, int intervalMilliseconds);

    [LoggerMessage(8003, LogLevel.Error, "Safe mode: no camera is started, triggers are refused. {Reason}")]
    public static partial void SafeMode(ILogger log, string reason);

    [LoggerMessage(8004, LogLevel.Warning, "The camera cannot be opened ({Reason}); next attempt in {Seconds:0.0} s")]
    public static partial void CameraAway(ILogger log, string reason, double seconds);

    [LoggerMessage(8005, LogLevel.Information, "Stopped: {Posted} triggers, {Captured} captured, {Refused} refused, {Missed} missed")]
    public static partial void Stopped(ILogger log, long posted, long captured, long refused, long missed);

    [LoggerMessage(8006, LogLevel.Critical, "Unexpected: the worker ends")]
    public static partial void Unexpected(ILogger log, Exception exception);

    [LoggerMessage(8007, LogLevel.Warning, "The references kept in {Folder} are not used: {Reason}")]
    public static partial void ReferencesRefused(ILogger log, string folder, string reason);

    [LoggerMessage(8011, LogLevel.Warning, "The references that camera {Serial} takes of itself are not used: {Reason}")]
    public static partial void ReferencesFailed(ILogger log, string serial, string reason);

    [LoggerMessage(8008, LogLevel.Warning, "References {CalibrationId}: {Reason}")]
    public static partial void ReferencesNotKept(ILogger log, string calibrationId, string reason);

    [LoggerMessage(8009, LogLevel.Warning, "Camera {Model}, serial {Serial}, is away: {Reason}. Triggers are refused until it is back")]
    public static partial void CameraLeft(ILogger logger, string model, string serial, string reason);

    [LoggerMessage(8010, LogLevel.Information, "Camera {Model}, serial {Serial}, is back")]
    public static partial void CameraReturned(ILogger logger, string model, string serial);

    [LoggerMessage(8020, LogLevel.Warning, "Audit log: {Reason}")]
    public static partial void AuditBroken(ILogger log, string reason);

    /// <summary>Names the files read, or that there was none.</summary>
    public static string FilesOf(ApplianceConfiguration configuration) => configuration.Files.Count == 0 ? "defaults" : string.Join(", ", configuration.Files);
}
