using HsiEdge.Core;
using HsiEdge.Core.Record;
using LiteDB;
using LiteDB.Engine;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Reads a store without changing it, while the service runs or when it is stopped. It sees what was written up to its opening. It holds a
/// shared lock until disposed, which only delays the service's checkpoints: keep it for seconds, not for hours.
/// </summary>
public sealed class ResultStoreReader : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly SemaphoreSlim _turn = new(1);
    private readonly FileStream _snapshot;
    private readonly DiskFile _dataFile;
    private readonly DiskFile? _logFile;
    private readonly DiskFile? _sumFile;
    private readonly LiteEngine _engine;
    private readonly LiteDatabase _database;
    private readonly StorePaths _paths;

    private ResultStoreReader(StorePaths paths, FileStream snapshot)
    {
        _paths = paths;
        _snapshot = snapshot;
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

        _database = new LiteDatabase(_engine, disposeOnClose: false);
    }

    /// <summary>Results that the last listing left out because they are damaged on disk.</summary>
    public IReadOnlyList<string> DamagedResultIds { get; private set; } = [];

    /// <summary>Opens the store in the options' folder for reading.</summary>
    /// <param name="options">The service's options.</param>
    /// <param name="cancellationToken">Stops waiting for a checkpoint of the service to end.</param>
    /// <exception cref="BadInputException">There is no store, or this user may not read it.</exception>
    /// <exception cref="StoreFaultException">The files are damaged, or the service keeps them busy.</exception>
    public static async Task<ResultStoreReader> OpenAsync(StoreOptions options, CancellationToken cancellationToken = default)
    {
        var paths = StorePaths.Of(options);
        if (!File.Exists(paths.Data) || !File.Exists(paths.SnapshotLock))
        {
            throw new BadInputException(
                $"Store:DataFolder {paths.Folder} holds no result store ({Path.GetFileName(paths.Data)} is missing). " +
                "Run the service once, or set Store:DataFolder to the folder that it uses.");
        }

        FileStream? snapshot = null;
        try
        {
            snapshot = await TakeSnapshotAsync(paths, cancellationToken);
            return new ResultStoreReader(paths, snapshot);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new BadInputException($"Store:DataFolder {paths.Folder} cannot be read: {exception.Message} Run this as a user who may read it.", exception);
        }
        catch (Exception exception) when (exception is IOException or LiteException or InvalidDataException)
        {
            if (snapshot is not null)
            {
                await snapshot.DisposeAsync();
            }

            throw Fault(paths, exception);
        }
    }

    /// <inheritdoc cref="IResultStore.ListAsync"/>
    public async Task<IReadOnlyList<CaptureResult>> ListAsync(ResultQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var (results, damaged) = await ReadAsync(database => StoreQueries.List(database, query), cancellationToken);
        DamagedResultIds = damaged;
        return results;
    }

    /// <summary>How many results a query finds, its limit aside.</summary>
    public Task<long> CountAsync(ResultQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        return ReadAsync(database => StoreQueries.Count(database, query), cancellationToken);
    }

    /// <inheritdoc cref="IResultStore.FindAsync"/>
    public Task<CaptureResult?> FindAsync(string resultId, CancellationToken cancellationToken) =>
        ReadAsync(database => StoreQueries.Find(database, resultId), cancellationToken);

    /// <inheritdoc cref="IResultStore.ReadMapsAsync"/>
    public Task<StoredMaps?> ReadMapsAsync(string resultId, CancellationToken cancellationToken) => ReadAsync(
        database => StoreQueries.FindMaps(database, resultId) is { } found ? ResultDocuments.ToMaps(found.Maps, found.Chunks) : null, cancellationToken);

    /// <inheritdoc cref="IResultStore.ReadOverlayAsync"/>
    public Task<byte[]?> ReadOverlayAsync(string resultId, CancellationToken cancellationToken) =>
        ReadAsync(database => StoreQueries.FindOverlay(database, resultId), cancellationToken);

    /// <inheritdoc cref="IResultStore.ReadLedgerAsync"/>
    public Task<KeptLedger?> ReadLedgerAsync(string captureId, CancellationToken cancellationToken) =>
        ReadAsync(database => StoreQueries.FindLedger(database, captureId), cancellationToken);

    /// <inheritdoc cref="IResultStore.ReadValueAsync"/>
    public Task<string?> ReadValueAsync(string key, CancellationToken cancellationToken) => ReadAsync(
        database => database.GetCollection(ResultDocuments.Values).FindById(key) is { } document ? document["v"].AsString : null, cancellationToken);

    /// <summary>Messages that wait for the broker.</summary>
    public Task<long> CountPendingMessagesAsync(CancellationToken cancellationToken) =>
        ReadAsync(database => database.GetCollection(ResultDocuments.Outbox).LongCount(), cancellationToken);

    /// <summary>Schema version, what lies in the store (of a store of version 1, which has no shelf, only the counts), and the messages that wait.</summary>
    internal Task<(int Version, StoreUsage Usage, long Waiting)> SummarizeAsync(CancellationToken cancellationToken) =>
        ReadAsync(StoreQueries.Summarize, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _database.Dispose();
        _engine.Dispose();
        _logFile?.Dispose();
        _sumFile?.Dispose();
        _dataFile.Dispose();
        _turn.Dispose();
        await _snapshot.DisposeAsync();
    }

    private static async Task<FileStream> TakeSnapshotAsync(StorePaths paths, CancellationToken cancellationToken)
    {
        var begin = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (FileLock.TryTakeShared(paths.SnapshotLock) is { } held)
            {
                return held;
            }

            if (TimeProvider.System.GetElapsedTime(begin) > Patience)
            {
                throw new IOException($"{paths.SnapshotLock} was held for {Patience.TotalSeconds:0} s by the service.");
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
        if (sums.DamagedBlocks.Count > 0)
        {
            sums.TakeFrom(_dataFile);
        }

        return sums;
    }

    private static StoreFaultException Fault(StorePaths paths, Exception exception) => new(
        $"The result store in {paths.Folder} cannot be read: {exception.Message} Try again; if it stays so, check the disk.", exception);

    private async Task<T> ReadAsync<T>(Func<LiteDatabase, T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => work(_database), cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or LiteException)
        {
            throw Fault(_paths, exception);
        }
        finally
        {
            _turn.Release();
        }
    }
}
