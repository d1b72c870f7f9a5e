using HsiEdge.Core;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using LiteDB;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Record;

/// <summary>The durable store: LiteDB, one writer, acknowledged means on disk (docs/decisions/0007-durable-store.md).</summary>
public sealed class LiteDbResultStore : IResultStore, IOutbox
{
    private readonly StoreOptions _options;
    private readonly StoreRetention _retention;
    private readonly StoreBook _book;
    private readonly TimeProvider _time;
    private readonly ILogger<LiteDbResultStore> _logger;
    private readonly FileStream _lock;
    private readonly StoreWriter _writer;
    private readonly OutboxTable _outbox;
    private readonly OutboxTable _sparkplug;

    private LiteDbResultStore(
        StoreOptions options, HealthBoard health, TimeProvider time, ILogger<LiteDbResultStore> logger, FileStream held, StorePaths paths,
        IBlockDisk disk, StoreWatch watch)
    {
        (_options, _book, _time, _logger, _lock) = (options, new StoreBook(time), time, logger, held);
        _retention = new StoreRetention(options, _book);
        _outbox = new OutboxTable(options, _book.Age, time);
        _sparkplug = new OutboxTable(options, _book.Age, time, MessageDestination.Sparkplug);
        _writer = new StoreWriter(paths, disk, options.CheckpointMebibytes * 1024L * 1024L, health, logger, Opened, watch);
        Sparkplug = new StoreOutbox(_writer, _sparkplug);
    }

    /// <inheritdoc/>
    public long PendingCount => _outbox.PendingCount;

    /// <inheritdoc/>
    public long LastNumber => _outbox.LastNumber;

    /// <inheritdoc/>
    public long PendingBytes => _outbox.PendingBytes;

    /// <inheritdoc/>
    public OutboxDrops Drops => _outbox.Drops;

    /// <summary>Messages that wait for the Sparkplug edge node's link.</summary>
    public IOutbox Sparkplug { get; }

    /// <summary>What lies in the store.</summary>
    public StoreUsage Usage => _book.Usage;

    /// <summary>Makes the one who keeps this store within its quota and its ages.</summary>
    public StoreKeeper Keep(KeeperParts parts) => new(_writer, _book, _retention, _options, parts);

    /// <summary>Opens the store in the options' folder, making folder and files when they are absent.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="health">Where the component <c>store</c> is reported.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logger">Log.</param>
    /// <param name="cancellationToken">Stops the opening.</param>
    /// <exception cref="BadInputException">The folder cannot be used, or another process has the store open.</exception>
    /// <exception cref="StoreFaultException">The files are there but cannot be read or written.</exception>
    public static Task<LiteDbResultStore> OpenAsync(
        StoreOptions options, HealthBoard health, TimeProvider time, ILogger<LiteDbResultStore> logger, CancellationToken cancellationToken) =>
        OpenAsync(options, health, time, logger, LocalDisk.Instance, cancellationToken);

    /// <summary>As the other, with figures and signs of life.</summary>
    public static Task<LiteDbResultStore> OpenAsync(
        StoreOptions options, HealthBoard health, TimeProvider time, ILogger<LiteDbResultStore> logger, StoreWatch watch, CancellationToken cancellationToken) =>
        OpenAsync(options, health, time, logger, LocalDisk.Instance, watch, cancellationToken);

    /// <summary>As the other, for tools without a health board.</summary>
    public static Task<LiteDbResultStore> OpenAsync(
        StoreOptions options, TimeProvider time, ILogger<LiteDbResultStore> logger, CancellationToken cancellationToken) =>
        OpenAsync(options, new HealthBoard(time), time, logger, LocalDisk.Instance, cancellationToken);

    /// <inheritdoc/>
    public async Task RecordAsync(ResultRecord record, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(record);
        var result = ResultDocuments.OfResult(record.Result);
        var (maps, chunks) = await Task.Run(
            () => ResultDocuments.OfMaps(record.Result.Id, record.Result.CapturedUtc, record.Maps, record.Classes), cancellationToken);
        Count(await _writer.RunAsync(
            database =>
            {
                database.GetCollection(ResultDocuments.Results).Upsert(result);
                database.GetCollection(ResultDocuments.Maps).Upsert(maps);
                database.GetCollection(ResultDocuments.MapChunks).Upsert(chunks);
                if (record.OverlayPng.Length > 0)
                {
                    database.GetCollection(ResultDocuments.Overlays).Upsert(ResultDocuments.OfOverlay(record.Result.Id, record.OverlayPng));
                }

                var ledger = WriteLedger(database, record.Ledger);
                _book.Add(
                    database, record.Result.Id, lost: false, record.Result.CaseId, record.Result.Findings.Count, ShelfEntry.SizeOfResult(result, ledger),
                    ShelfEntry.SizeOfMaps(maps, chunks, record.OverlayPng.Length));
                WriteAlerts(database, record.Transitions, record.OpenAlerts);
                return AddMessages(database, record.Messages);
            },
            durable: true,
            cancellationToken,
            StoreWriter.UsualWorkBytes + ShelfEntry.SizeOfMaps(maps, chunks, record.OverlayPng.Length)));
    }

    /// <inheritdoc/>
    public async Task RecordAlertsAsync(
        IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts, IReadOnlyList<OutboxMessage> messages, DurableValue? value,
        CancellationToken cancellationToken) =>
        Count(await _writer.RunAsync(
            database =>
            {
                WriteAlerts(database, transitions, openAlerts);
                if (value is not null)
                {
                    WriteValue(database, value.Key, value.Value);
                }

                return AddMessages(database, messages);
            },
            durable: true,
            cancellationToken));

    /// <inheritdoc/>
    public async Task RecordLedgerAsync(KeptLedger? ledger, IReadOnlyList<OutboxMessage> messages, CancellationToken cancellationToken) => Count(await _writer.RunAsync(
        database =>
        {
            if (WriteLedger(database, ledger) is { } document)
            {
                _book.Add(database, ledger!.CaptureId, lost: true, caseId: null, 0, ShelfEntry.SizeOfResult(null, document), 0);
            }

            return AddMessages(database, messages);
        },
        durable: true,
        cancellationToken));

    /// <inheritdoc/>
    public Task<KeptLedger?> ReadLedgerAsync(string captureId, CancellationToken cancellationToken) =>
        _writer.RunAsync(database => StoreQueries.FindLedger(database, captureId), durable: false, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Alert>> ReadOpenAlertsAsync(CancellationToken cancellationToken) => _writer.RunAsync<IReadOnlyList<Alert>>(
        database => [.. database.GetCollection(ResultDocuments.Alerts).FindAll().Select(ResultDocuments.ToAlert)], durable: false, cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<CaptureResult>> ListAsync(ResultQuery query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var (results, damaged) = await _writer.RunAsync(database => StoreQueries.List(database, query), durable: false, cancellationToken);
        if (damaged.Count > 0)
        {
            StoreLog.DamagedResults(_logger, string.Join(", ", damaged));
        }

        return results;
    }

    /// <inheritdoc/>
    public Task<CaptureResult?> FindAsync(string resultId, CancellationToken cancellationToken) =>
        _writer.RunAsync(database => StoreQueries.Find(database, resultId), durable: false, cancellationToken);

    /// <summary>The largest ULID of what was recorded, or null: new ones have to come after it.</summary>
    public Task<string?> ReadLastIdAsync(CancellationToken cancellationToken) => _writer.RunAsync(StoreQueries.LastId, durable: false, cancellationToken);

    /// <inheritdoc/>
    public async Task<StoredMaps?> ReadMapsAsync(string resultId, CancellationToken cancellationToken) =>
        await _writer.RunAsync(database => StoreQueries.FindMaps(database, resultId), durable: false, cancellationToken) is { } found
            ? ResultDocuments.ToMaps(found.Maps, found.Chunks)
            : null;

    /// <inheritdoc/>
    public Task<byte[]?> ReadOverlayAsync(string resultId, CancellationToken cancellationToken) =>
        _writer.RunAsync(database => StoreQueries.FindOverlay(database, resultId), durable: false, cancellationToken);

    /// <inheritdoc/>
    public Task<string?> ReadValueAsync(string key, CancellationToken cancellationToken) => _writer.RunAsync(
        database => database.GetCollection(ResultDocuments.Values).FindById(key) is { } document ? document["v"].AsString : null, durable: false, cancellationToken);

    /// <inheritdoc/>
    public Task WriteValueAsync(string key, string? value, CancellationToken cancellationToken) =>
        _writer.RunAsync(database => WriteValue(database, key, value), durable: true, cancellationToken);

    /// <summary>Waiting messages, highest priority first, in the order of their recording within a priority.</summary>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    public Task<IReadOnlyList<OutboxMessage>> PeekAsync(int limit, CancellationToken cancellationToken) =>
        _writer.RunAsync(database => _outbox.Peek(database, limit), durable: false, cancellationToken);

    /// <inheritdoc/>
    public Task<OutboxPage> ReadAsync(OutboxPosition after, int limit, MessagePriority atLeast, CancellationToken cancellationToken) =>
        _writer.RunAsync(database => _outbox.Read(database, after, limit, atLeast), durable: false, cancellationToken);

    /// <inheritdoc/>
    public Task WaitForMessagesAsync(OutboxPosition after, CancellationToken cancellationToken) => _outbox.WaitForMessagesAsync(after, cancellationToken);

    /// <inheritdoc/>
    public Task MarkSentAsync(IReadOnlyCollection<string> messageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messageIds);
        return _writer.RunAsync(database => _outbox.Remove(database, messageIds), durable: true, cancellationToken);
    }

    /// <summary>Finishes waiting work and closes the files.</summary>
    public async ValueTask DisposeAsync()
    {
        await _writer.DisposeAsync();
        await _lock.DisposeAsync();
    }

    /// <summary>As the public one, with the files opened by the caller's means.</summary>
    internal static Task<LiteDbResultStore> OpenAsync(
        StoreOptions options, HealthBoard health, TimeProvider time, ILogger<LiteDbResultStore> logger, IBlockDisk disk,
        CancellationToken cancellationToken) => OpenAsync(options, health, time, logger, disk, StoreWatch.None, cancellationToken);

    /// <summary>As the other, with figures and signs of life.</summary>
    internal static async Task<LiteDbResultStore> OpenAsync(
        StoreOptions options, HealthBoard health, TimeProvider time, ILogger<LiteDbResultStore> logger, IBlockDisk disk, StoreWatch watch,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(health);
        ArgumentNullException.ThrowIfNull(time);
        var paths = StorePaths.Of(options);
        var store = new LiteDbResultStore(options, health, time, logger, StoreLock.Take(paths, disk), paths, disk, watch);
        try
        {
            await store._writer.StartAsync(cancellationToken);
            return store;
        }
        catch
        {
            await store.DisposeAsync();
            throw;
        }
    }

    private static bool WriteValue(LiteDatabase database, string key, string? value) => value is null
        ? database.GetCollection(ResultDocuments.Values).Delete(key)
        : database.GetCollection(ResultDocuments.Values).Upsert(new BsonDocument { ["_id"] = key, ["v"] = value });

    private static BsonDocument? WriteLedger(LiteDatabase database, KeptLedger? ledger)
    {
        var document = ledger is null ? null : LedgerDocuments.OfLedger(ledger);
        if (document is not null)
        {
            database.GetCollection(ResultDocuments.Ledgers).Upsert(document);
        }

        return document;
    }

    private static void WriteAlerts(LiteDatabase database, IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts)
    {
        var history = database.GetCollection(ResultDocuments.Transitions);
        foreach (var transition in transitions)
        {
            history.Insert(ResultDocuments.OfTransition(transition));
        }

        var alerts = database.GetCollection(ResultDocuments.Alerts);
        var open = openAlerts.Select(a => a.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var document in alerts.FindAll().ToList())
        {
            if (!open.Contains(document["_id"].AsString))
            {
                alerts.Delete(document["_id"]);
            }
        }

        foreach (var alert in openAlerts)
        {
            alerts.Upsert(ResultDocuments.OfAlert(alert));
        }
    }

    private (OutboxDrops Topics, OutboxDrops Sparkplug) AddMessages(LiteDatabase database, IReadOnlyList<OutboxMessage> messages) => (
        _outbox.Add(database, [.. messages.Where(m => m.Destination == MessageDestination.Topics)]),
        _sparkplug.Add(database, [.. messages.Where(m => m.Destination == MessageDestination.Sparkplug)]));

    private void Count((OutboxDrops Topics, OutboxDrops Sparkplug) drops)
    {
        _outbox.Count(drops.Topics);
        _sparkplug.Count(drops.Sparkplug);
    }

    // On the store's thread, each time the files were opened.
    private void Opened(LiteDatabase database)
    {
        StoreSchema.Bring(database, StoreSchema.Current, _time, _logger);
        _book.Load(database);
        _outbox.Load(database);
        _sparkplug.Load(database);
    }
}
