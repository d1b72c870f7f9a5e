using HsiEdge.Core.Record;
using LiteDB;
using LiteDB.Engine;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// LiteDB over the store's two files, open for writing. Belongs to the store's thread. After any exception it is thrown away and opened anew:
/// LiteDB does not outlive a failed write.
/// </summary>
internal sealed class StoreSession : IDisposable
{
    private static readonly TimeSpan WriterPatience = TimeSpan.FromSeconds(60);

    private readonly StorePaths _paths;
    private readonly IBlockFile _dataFile;
    private readonly IBlockFile _logFile;
    private readonly LogStream _log;
    private readonly LiteEngine _engine;

    private StoreSession(StorePaths paths, IBlockFile dataFile, IBlockFile logFile, LogStream log)
    {
        (_paths, _dataFile, _logFile, _log) = (paths, dataFile, logFile, log);
        _engine = new LiteEngine(new EngineSettings { DataStream = new DataStream(dataFile, writable: true), LogStream = log });
        Database = new LiteDatabase(_engine, disposeOnClose: false);
        try
        {
            if (StoreSchema.RequireKnown(Database, paths.Folder) is null)
            {
                StoreSchema.Stamp(Database, StoreSchema.Current);
            }

            EnsureIndexes();
        }
        catch
        {
            _engine.Dispose();
            throw;
        }
    }

    /// <summary>The database.</summary>
    public LiteDatabase Database { get; }

    /// <summary>Bytes of LiteDB's log.</summary>
    public long LogLength => _log.Length;

    /// <summary>Bytes of the data file.</summary>
    public long DataLength => _dataFile.Length;

    /// <summary>What the log ended with when it was opened.</summary>
    public LogTail Tail { get; private init; } = new(0, 0);

    /// <summary>Opens the store's files, or makes them.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="open">Opens a file for writing.</param>
    /// <param name="keepLogLength">Log length to go back to: where a transaction began that was reported as failed; null keeps all.</param>
    /// <exception cref="IOException">A file cannot be used, or a reader holds the snapshot that would have to change.</exception>
    public static StoreSession Open(StorePaths paths, Func<string, IBlockFile> open, long? keepLogLength)
    {
        if (!File.Exists(paths.Data))
        {
            CreateData(paths, open);
        }

        var dataFile = open(paths.Data);
        IBlockFile? logFile = null;
        try
        {
            logFile = open(paths.Log);
            var log = new LogStream(logFile, writable: true);
            var tail = log.Tail;
            if (tail.WholePages > 0)
            {
                File.Copy(paths.Log, $"{paths.Log}.damaged", overwrite: true);
            }

            CutLog(paths, log, keepLogLength);
            return new StoreSession(paths, dataFile, logFile, log) { Tail = tail };
        }
        catch
        {
            logFile?.Dispose();
            dataFile.Dispose();
            throw;
        }
    }

    /// <summary>Runs a transaction and returns once it is on the disk.</summary>
    public T Transact<T>(Func<LiteDatabase, T> work)
    {
        Database.BeginTrans();
        var value = work(Database);
        Database.Commit();
        Sync();
        return value;
    }

    /// <summary>Copies the log into the data file unless a reader holds a snapshot.</summary>
    /// <returns>False when a reader does.</returns>
    public bool TryCheckpoint()
    {
        using var held = FileLock.TryTakeExclusive(_paths.SnapshotLock);
        if (held is null)
        {
            return false;
        }

        _engine.Checkpoint();
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Database.Dispose();
        _engine.Dispose();
        _log.Dispose();
        _logFile.Dispose();
        _dataFile.Dispose();
    }

    private static void CutLog(StorePaths paths, LogStream log, long? keepLogLength)
    {
        if (keepLogLength is { } length && length < log.Length)
        {
            // Readers may see this transaction: it goes only when there are none.
            using var held = FileLock.TryTakeExclusive(paths.SnapshotLock)
                ?? throw new IOException($"{paths.SnapshotLock} is held by a reader; a failed transaction cannot be taken back until it is done.");
            log.CutTo(length);
        }
        else if (log.Tail.Bytes > 0)
        {
            log.CutTo(log.Length);
        }
    }

    private static void CreateData(StorePaths paths, Func<string, IBlockFile> open)
    {
        var fresh = paths.Data + ".new";
        using (var file = open(fresh))
        {
            file.SetLength(0);
            using var engine = new LiteEngine(new EngineSettings { DataStream = new DataStream(file, writable: true), LogStream = new MemoryStream() });
            // Checkpoints are the store's to time (readers), and dates stay UTC.
            engine.Pragma("CHECKPOINT", 0);
            engine.Pragma("UTC_DATE", value: true);
            engine.Checkpoint();
            file.FlushToDisk();
        }

        File.Move(fresh, paths.Data);
        Directories.Sync(paths.Folder);
    }

    private void EnsureIndexes()
    {
        Database.GetCollection(ResultDocuments.Results).EnsureIndex("t");
        Database.GetCollection(ResultDocuments.Results).EnsureIndex("c");
        Database.GetCollection(ResultDocuments.Transitions).EnsureIndex("a");
        Database.GetCollection(ResultDocuments.Outbox).EnsureIndex("k");
        Sync();
    }

    // Commit hands pages to LiteDB's background writer and returns before they are written: its own length says how far that must get.
    private void Sync()
    {
        using var reader = _engine.Query("$database", new Query());
        var length = reader.Read() ? reader.Current["logFileSize"].AsInt32 : throw new StoreFaultException("LiteDB does not tell its log's length.");
        _log.WaitAndSync(length, WriterPatience);
    }
}
