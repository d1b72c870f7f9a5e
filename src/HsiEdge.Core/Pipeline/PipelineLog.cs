using HsiEdge.Core.Interpret;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Core.Pipeline;

/// <summary>What the pipeline writes to the log, by stage.</summary>
internal static partial class PipelineLog
{
    [LoggerMessage(1001, LogLevel.Debug, "Trigger {Sequence} ({Cause}, {Detail}) accepted")]
    public static partial void TriggerAccepted(ILogger log, long sequence, TriggerCause cause, string? detail);

    [LoggerMessage(1002, LogLevel.Warning, "Trigger {Sequence} ({Cause}) refused: {Reason}")]
    public static partial void TriggerRefused(ILogger log, long sequence, TriggerCause cause, string reason);

    [LoggerMessage(1003, LogLevel.Warning, "Trigger {Sequence} gave no result ({Verdict}): {Reason}")]
    public static partial void TriggerLost(ILogger log, long sequence, TriggerVerdict verdict, string reason);

    [LoggerMessage(1004, LogLevel.Warning, "Word of {Count} refused triggers could not be stored and is not sent: {Reason}")]
    public static partial void RefusalsNotStored(ILogger log, long count, string reason);

    [LoggerMessage(1005, LogLevel.Warning, "The ledger of trigger {Sequence} could not be stored and is not sent: {Reason}")]
    public static partial void LedgerNotStored(ILogger log, long sequence, string reason);

    [LoggerMessage(2001, LogLevel.Information, "Camera works again")]
    public static partial void CameraRecovered(ILogger log);

    [LoggerMessage(3501, LogLevel.Information, "References {CalibrationId} taken in place of {FormerId}, which were {Flags}")]
    public static partial void ReferencesRetaken(ILogger log, string calibrationId, string formerId, Calibrate.CalibrationFlags flags);

    [LoggerMessage(3502, LogLevel.Warning, "References {CalibrationId} are {Flags} and stay in use: no new ones could be taken, tried again in {Minutes} min. {Reason}")]
    public static partial void ReferencesNotRetaken(ILogger log, string calibrationId, Calibrate.CalibrationFlags flags, double minutes, string reason);

    [LoggerMessage(5001, LogLevel.Information, "Alert {AlertId} {Transition}: {Reason}")]
    public static partial void AlertChanged(ILogger log, string alertId, AlertTransitionKind transition, string reason);

    [LoggerMessage(5002, LogLevel.Warning, "Result {ResultId} inhibits alerts: calibration is {Flags} ({Drift})")]
    public static partial void AlertsInhibited(ILogger log, string resultId, Calibrate.CalibrationFlags flags, string drift);

    [LoggerMessage(5003, LogLevel.Information, "Case is now {CaseId}")]
    public static partial void CaseChanged(ILogger log, string caseId);

    [LoggerMessage(6101, LogLevel.Information,
        "Result {ResultId} of trigger {Sequence} recorded: {Findings} findings; acquire {AcquireMilliseconds:0.0} ms, process {ProcessMilliseconds:0.0} ms, interpret {InterpretMilliseconds:0.0} ms, record {RecordMilliseconds:0.0} ms")]
    public static partial void ResultRecorded(
        ILogger log, string resultId, long sequence, int findings, double acquireMilliseconds, double processMilliseconds, double interpretMilliseconds, double recordMilliseconds);
}
