using HsiEdge.Core.Record;
using LiteDB;
using LiteDB.Engine;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// LiteDB over the store's files, open for writing. Belongs to the store's thread. After any exception it is thrown away and opened anew:
/// LiteDB does not outlive a failed write.
/// </summary>
internal sealed class StoreSession : IDisposable
{
    private static readonly TimeSpan WriterPatience = TimeSpan.FromSeconds(60);

    private readonly StorePaths _paths;
    private readonly OpenFiles _files;
    private readonly DataStream _data;
    private readonly LiteEngine _engine;

    private StoreSession(StorePaths paths, OpenFiles files)
    {
        (_paths, _files) = (paths, files);
        _data = new DataStream(files.Data, paths.Data, files.Sums, files.Log);
        _engine = new LiteEngine(new EngineSettings { DataStream = _data, LogStream = files.Log });
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
    public long LogLength => _files.Log.Length;

    /// <summary>Bytes of the data file.</summary>
    public long DataLength => _files.Data.Length;

    /// <summary>What the log ended with when it was opened.</summary>
    public LogTail Tail => _files.Log.Tail;

    /// <summary>Opens the store's files, or makes them.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="disk">Where they are.</param>
    /// <param name="keepLogLength">Log length to go back to: where a transaction began that was reported as failed; null keeps all.</param>
    /// <param name="damage">Takes each damage that is found: file and what was found.</param>
    /// <exception cref="IOException">A file cannot be used, or a reader holds the snapshot that would have to change.</exception>
    public static StoreSession Open(StorePaths paths, IBlockDisk disk, long? keepLogLength, Action<string, string> damage)
    {
        StoreFiles.Prepare(paths, disk, damage);
        var files = OpenFiles.Open(paths, disk, keepLogLength, damage);
        try
        {
            return new StoreSession(paths, files);
        }
        catch
        {
            files.Dispose();
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
    /// <param name="force">True: although one does. It finds out and reads anew.</param>
    /// <returns>False when a reader does and it was not forced.</returns>
    public bool TryCheckpoint(bool force = false)
    {
        using var held = FileLock.TryTakeExclusive(_paths.SnapshotLock);
        if (held is null && !force)
        {
            return false;
        }

        using var rewriting = held is null ? SnapshotEpoch.Begin(_paths) : null;

        _data.IsCheckpoint = true;
        try
        {
            _engine.Checkpoint();
        }
        finally
        {
            _data.IsCheckpoint = false;
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Database.Dispose();
        _engine.Dispose();
        _files.Dispose();
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
        _files.Log.WaitAndSync(length, WriterPatience);
    }
}
