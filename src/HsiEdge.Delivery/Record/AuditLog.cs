using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Record;

/// <summary>Log messages of the audit log: 6050s.</summary>
internal static partial class AuditLog
{
    [LoggerMessage(6050, LogLevel.Error, "The audit log {File} cannot be written; {Action} is refused.")]
    public static partial void NotWritten(ILogger logger, string file, AuditAction action, Exception exception);

    [LoggerMessage(6051, LogLevel.Error, "The entry that could not be made durable could not be taken back from {File} either.")]
    public static partial void NotTakenBack(ILogger logger, string file, Exception exception);

    [LoggerMessage(6052, LogLevel.Warning, "The audit log {File}: {Found}")]
    public static partial void FoundWrong(ILogger logger, string file, string found);
}
