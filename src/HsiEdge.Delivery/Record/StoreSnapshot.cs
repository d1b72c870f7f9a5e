using LiteDB;
using LiteDB.Engine;

namespace HsiEdge.Delivery.Record;

/// <summary>The store's files open for reading, as they were at the opening. The service puts checkpoints off for it as long as its log has room; then it goes stale.</summary>
internal sealed class StoreSnapshot : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly StorePaths _paths;
    private readonly FileStream _held;
    private readonly long _epoch;
    private readonly DiskFile _dataFile;
    private readonly DiskFile? _logFile;
    private readonly DiskFile? _sumFile;
    private readonly LiteEngine _engine;

    private StoreSnapshot(StorePaths paths, FileStream held, long epoch)
    {
        (_paths, _held, _epoch) = (paths, held, epoch);
        _dataFile = DiskFile.OpenReadable(paths.Data);
        _logFile = File.Exists(paths.Log) ? DiskFile.OpenReadable(paths.Log) : null;
        _sumFile = File.Exists(paths.Sums) ? DiskFile.OpenReadable(paths.Sums) : null;
        try
        {
            var log = _logFile is null ? null : new LogStream(_logFile, writable: false);
            _engine = new LiteEngine(new EngineSettings
            {
                DataStream = new DataStream(_dataFile, paths.Data, LoadSums(), log),
                LogStream = (Stream?)log ?? new MemoryStream(),
                ReadOnly = true,
            });
        }
        catch
        {
            _dataFile.Dispose();
            _logFile?.Dispose();
            _sumFile?.Dispose();
            throw;
        }

        Database = new LiteDatabase(_engine, disposeOnClose: false);
    }

    /// <summary>The database.</summary>
    public LiteDatabase Database { get; }

    /// <summary>True when the service has rewritten the files since: what was read meanwhile may not belong together.</summary>
    public bool IsStale => SnapshotEpoch.Of(_paths) != _epoch;

    /// <summary>Opens it, waiting for a checkpoint of the service to end.</summary>
    public static async Task<StoreSnapshot> OpenAsync(StorePaths paths, CancellationToken cancellationToken)
    {
        var held = await WaitAsync(() => FileLock.TryTakeShared(paths.SnapshotLock), cancellationToken)
            ?? throw new IOException($"{paths.SnapshotLock} was held for {Patience.TotalSeconds:0} s by the service.");
        try
        {
            // Odd for as long as a forced checkpoint takes; it stays odd when the service was killed in it, and then the log has all that the data file may lack.
            _ = await WaitAsync(() => SnapshotEpoch.Of(paths) % 2 == 0 ? held : null, cancellationToken);
            return new StoreSnapshot(paths, held, SnapshotEpoch.Of(paths));
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Database.Dispose();
        _engine.Dispose();
        _logFile?.Dispose();
        _sumFile?.Dispose();
        _dataFile.Dispose();
        _held.Dispose();
    }

    private static async Task<FileStream?> WaitAsync(Func<FileStream?> attempt, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (attempt() is { } held)
            {
                return held;
            }

            if (TimeProvider.System.GetElapsedTime(begin) > Patience)
            {
                return null;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    // Damaged sums are the service's to mend; until then their pages are taken as they are.
    private PageSums? LoadSums()
    {
        if (_sumFile is null)
        {
            return null;
        }

        var sums = PageSums.Load(_sumFile);
        var page = new byte[PageStream.PageBytes];
        if (_dataFile.Read(page, 0) == page.Length && sums.DamagedBlocks.Count == 0 && LitePage.Created(page) != sums.Created)
        {
            // A power cut between the two renames of a new data file: the service puts the other in place when it opens the store.
            return null;
        }

        if (sums.DamagedBlocks.Count > 0)
        {
            sums.TakeFrom(_dataFile);
        }

        return sums;
    }
}
