using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Record;

/// <summary>Log messages of Record: 6000s.</summary>
internal static partial class StoreLog
{
    [LoggerMessage(6000, LogLevel.Information, "Result store {Folder} is open; its log holds {LogBytes} bytes.")]
    public static partial void Opened(ILogger logger, string folder, long logBytes);

    [LoggerMessage(6001, LogLevel.Information, "{Log} ended with {Bytes} bytes of a transaction that was never acknowledged; they were dropped.")]
    public static partial void UnfinishedTail(ILogger logger, string log, long bytes);

    [LoggerMessage(6002, LogLevel.Error, "{File} is damaged: {What}. Check the disk.")]
    public static partial void Damaged(ILogger logger, string file, string what);

    [LoggerMessage(6003, LogLevel.Error, "Result store {Folder} failed; it is opened anew.")]
    public static partial void Failed(ILogger logger, string folder, Exception exception);

    [LoggerMessage(6004, LogLevel.Error, "Result store {Folder} cannot be opened yet; the next work tries again.")]
    public static partial void StaysClosed(ILogger logger, string folder, Exception exception);

    [LoggerMessage(6005, LogLevel.Warning, "Result store {Folder} was not closed cleanly; its log is complete and is read at the next start.")]
    public static partial void CloseFailed(ILogger logger, string folder, Exception exception);

    [LoggerMessage(6006, LogLevel.Information, "A reader holds a snapshot of the store: the log of {LogBytes} bytes is copied into the data file when it is done.")]
    public static partial void CheckpointDelayed(ILogger logger, long logBytes);

    [LoggerMessage(6007, LogLevel.Error, "The log could not be copied into {Data}; nothing is lost, the next work tries again.")]
    public static partial void CheckpointFailed(ILogger logger, string data, Exception exception);

    [LoggerMessage(6008, LogLevel.Error, "Stored results are damaged and left out: {ResultIds}. Check the disk.")]
    public static partial void DamagedResults(ILogger logger, string resultIds);

    [LoggerMessage(6010, LogLevel.Information, "The result store was migrated from schema version {From} to {To}.")]
    public static partial void Migrated(ILogger logger, int from, int to);

    [LoggerMessage(6015, LogLevel.Information, "The log of {LogBytes} bytes has no room for more and is copied into the data file, though a reader may be open: it reads anew.")]
    public static partial void CheckpointForced(ILogger logger, long logBytes);

    [LoggerMessage(6014, LogLevel.Information, "{Data} was written anew: {Before} bytes became {After}.")]
    public static partial void Compacted(ILogger logger, string data, long before, long after);

    [LoggerMessage(6011, LogLevel.Information, "Old data goes to make room, {Tier} first: {Reason}.")]
    public static partial void RemovalBegan(ILogger logger, string tier, string reason);

    [LoggerMessage(6012, LogLevel.Information, "There is room again; {Items} items went.")]
    public static partial void RemovalEnded(ILogger logger, long items);

    [LoggerMessage(6013, LogLevel.Information, "{Folder} held {Files} files of interrupted captures, without a result; they were removed.")]
    public static partial void OrphansSwept(ILogger logger, string folder, int files);
}
