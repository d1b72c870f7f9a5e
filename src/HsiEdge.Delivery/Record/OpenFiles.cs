using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>The store's files, open for writing, damage set aside and unfinished ends cut off.</summary>
internal sealed class OpenFiles : IDisposable
{
    private readonly IBlockFile _sumFile;
    private readonly IBlockFile _logFile;

    private OpenFiles(IBlockFile data, IBlockFile sumFile, PageSums sums, IBlockFile logFile, LogStream log) =>
        (Data, _sumFile, Sums, _logFile, Log) = (data, sumFile, sums, logFile, log);

    /// <summary>The data file.</summary>
    public IBlockFile Data { get; }

    /// <summary>Its pages' checksums.</summary>
    public PageSums Sums { get; }

    /// <summary>The log.</summary>
    public LogStream Log { get; }

    /// <summary>Opens the files.</summary>
    /// <param name="paths">The files; all of them exist.</param>
    /// <param name="disk">Where they are.</param>
    /// <param name="keepLogLength">Log length to go back to; null keeps all.</param>
    /// <param name="damage">Takes each damage: file and what was found.</param>
    public static OpenFiles Open(StorePaths paths, IBlockDisk disk, long? keepLogLength, Action<string, string> damage)
    {
        var opened = new Stack<IDisposable>();
        try
        {
            var data = Keep(opened, disk.Open(paths.Data));
            var logFile = Keep(opened, disk.Open(paths.Log));
            var log = Keep(opened, OpenLog(paths, disk, logFile, damage));
            var (sums, sumFile) = StoreFiles.OpenSums(paths, disk, data, log, damage);
            Keep(opened, sumFile);
            SettleLog(paths, log, keepLogLength);
            RequireLength(paths, data, sums, log, damage);
            return new OpenFiles(data, sumFile, sums, logFile, log);
        }
        catch
        {
            while (opened.TryPop(out var file))
            {
                file.Dispose();
            }

            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Log.Dispose();
        _logFile.Dispose();
        _sumFile.Dispose();
        Data.Dispose();
    }

    private static T Keep<T>(Stack<IDisposable> opened, T file)
        where T : IDisposable
    {
        opened.Push(file);
        return file;
    }

    private static LogStream OpenLog(StorePaths paths, IBlockDisk disk, IBlockFile file, Action<string, string> damage)
    {
        LogStream log;
        try
        {
            log = new LogStream(file, writable: true);
        }
        catch (InvalidDataException exception)
        {
            var aside = StoreFiles.SetAside(paths.Log, disk, file);
            damage(paths.Log, $"{exception.Message} It was set aside in {aside}; what had not yet been copied into the data file is lost");
            LogStream.Create(file);
            return new LogStream(file, writable: true);
        }

        if (log.Tail.IsDamaged)
        {
            var aside = StoreFiles.SetAside(paths.Log, disk, file);
            damage(paths.Log, $"it was damaged after {log.Length} bytes: {Math.Max(log.Tail.LostPages, log.Tail.WholePages)} pages were lost and set aside in {aside}");
        }
        else if (log.Tail.MarkDamaged)
        {
            var aside = StoreFiles.SetAside(paths.Log, disk, file);
            damage(paths.Log, $"its mark was damaged: whether something acknowledged is missing at its end, after {log.Length} bytes, is not known. It was set aside in {aside}");
        }
        else if (log.Tail.HeadMended)
        {
            damage(paths.Log, "its head was damaged and was mended");
        }

        return log;
    }

    private static void SettleLog(StorePaths paths, LogStream log, long? keepLogLength)
    {
        if (keepLogLength is { } length && length < log.Length)
        {
            // Readers may see this transaction: they find out that it went.
            using var held = FileLock.TryTakeExclusive(paths.SnapshotLock);
            using var rewriting = held is null ? SnapshotEpoch.Begin(paths) : null;
            log.Settle(length);
            return;
        }

        log.Settle(keepLength: null);
    }

    // A checkpoint that was cut short may have left the file too short: then the log has what is missing.
    private static void RequireLength(StorePaths paths, IBlockFile data, PageSums sums, LogStream log, Action<string, string> damage)
    {
        var pages = data.Length / PageStream.PageBytes;
        if (pages == 0)
        {
            // LiteDB would take an empty file for a new database, and a repair would find nothing in it.
            throw new StoreFaultException(
                $"{paths.Data} has {data.Length} bytes, although {sums.Pages * PageStream.PageBytes} had been written. Put the file back from a backup; " +
                $"or move all of {paths.Folder}/results.* away to begin an empty store.");
        }

        for (var page = pages; page < sums.Pages; page++)
        {
            if (!log.Covers((uint)page))
            {
                damage(paths.Data, $"it ends after {data.Length} bytes; {sums.Pages * PageStream.PageBytes} had been written");
                return;
            }
        }
    }
}
