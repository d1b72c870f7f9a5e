using HsiEdge.Core;
using HsiEdge.Core.Record;
using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Reads a store without changing it, while the service runs or when it is stopped. It sees what was written up to its opening. It holds a
/// shared lock until disposed, which delays the service's checkpoints as long as its log has room; after that it goes on from the store as it is then.
/// </summary>
public sealed class ResultStoreReader : IAsyncDisposable
{
    private const int Attempts = 5;

    private readonly SemaphoreSlim _turn = new(1);
    private readonly StorePaths _paths;
    private StoreSnapshot _snapshot;

    private ResultStoreReader(StorePaths paths, StoreSnapshot snapshot) => (_paths, _snapshot) = (paths, snapshot);

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

        try
        {
            return new ResultStoreReader(paths, await StoreSnapshot.OpenAsync(paths, cancellationToken));
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new BadInputException($"Store:DataFolder {paths.Folder} cannot be read: {exception.Message} Run this as a user who may read it.", exception);
        }
        catch (Exception exception) when (exception is IOException or LiteException or InvalidDataException)
        {
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

    /// <summary>When the oldest message that waits for the broker was made; null when none waits.</summary>
    public Task<DateTimeOffset?> FindOldestPendingUtcAsync(CancellationToken cancellationToken) => ReadAsync<DateTimeOffset?>(
        database => database.GetCollection(ResultDocuments.Outbox).Query().OrderBy("_id").Limit(1).ToList() is [var oldest]
            ? DateTimeOffset.FromUnixTimeMilliseconds(oldest["t"].AsInt64)
            : null,
        cancellationToken);

    /// <summary>Messages that wait for the broker.</summary>
    public Task<long> CountPendingMessagesAsync(CancellationToken cancellationToken) =>
        ReadAsync(database => database.GetCollection(ResultDocuments.Outbox).LongCount(), cancellationToken);

    /// <summary>Schema version, what lies in the store (of a store of version 1, which has no shelf, only the counts), and the messages that wait.</summary>
    internal Task<(int Version, StoreUsage Usage, long Waiting)> SummarizeAsync(CancellationToken cancellationToken) =>
        ReadAsync(StoreQueries.Summarize, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _snapshot.Dispose();
        _turn.Dispose();
        return ValueTask.CompletedTask;
    }

    private static StoreFaultException Fault(StorePaths paths, Exception exception) => new(
        $"The result store in {paths.Folder} cannot be read: {exception.Message} Try again; if it stays so, check the disk.", exception);

    /// <summary>Reads; once more when the service rewrote the store meanwhile.</summary>
    internal async Task<T> ReadAsync<T>(Func<LiteDatabase, T> work, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 1; attempt <= Attempts; attempt++)
            {
                if (_snapshot.IsStale)
                {
                    _snapshot.Dispose();
                    _snapshot = await StoreSnapshot.OpenAsync(_paths, cancellationToken);
                }

                try
                {
                    var value = await Task.Run(() => work(_snapshot.Database), cancellationToken);
                    if (!_snapshot.IsStale)
                    {
                        return value;
                    }
                }
                catch (Exception) when (_snapshot.IsStale)
                {
                    // Rewritten in the middle of it: what was read did not belong together. Once more, on the store as it is now.
                }
            }

            throw new StoreFaultException(
                $"The service rewrote the result store in {_paths.Folder} {Attempts} times while one thing was read: its log may not grow beyond {StoreWriter.LogCeilingBytes >> 20} MiB. Try again when it captures less.");
        }
        catch (Exception exception) when (exception is IOException or LiteException or InvalidDataException)
        {
            throw Fault(_paths, exception);
        }
        finally
        {
            _turn.Release();
        }
    }
}
