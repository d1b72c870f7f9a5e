using HsiEdge.Core.Record;
using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>Reads that the store and the reader share; each runs to its end, so that no cursor stays open.</summary>
internal static class StoreQueries
{
    /// <summary>The largest ULID of results, captures and open alerts; null when there is none.</summary>
    public static string? LastId(LiteDatabase database) =>
        new[] { ResultDocuments.Results, ResultDocuments.Ledgers, ResultDocuments.Alerts }
            .SelectMany(name => database.GetCollection(name).Query().OrderByDescending("_id").Limit(1).ToList())
            .Select(document => document["_id"].AsString).Max(StringComparer.Ordinal);

    /// <summary>
    /// Newest results first; damaged ones are left out and named. Without bounds of time in the order of recording, which a clock that was set back does
    /// not change.
    /// </summary>
    public static (IReadOnlyList<CaptureResult> Results, IReadOnlyList<string> Damaged) List(LiteDatabase database, ResultQuery query)
    {
        var results = new List<CaptureResult>();
        var damaged = new List<string>();
        foreach (var document in Filter(database.GetCollection(ResultDocuments.Results), query).OrderByDescending(query is { FromUtc: null, ToUtc: null } ? "_id" : "t").Limit(query.Limit).ToList())
        {
            try
            {
                results.Add(ResultDocuments.ToResult(document));
            }
            catch (StoreFaultException)
            {
                damaged.Add(document["_id"].AsString);
            }
        }

        return (results, damaged);
    }

    /// <summary>How many results a query finds, its limit aside.</summary>
    public static long Count(LiteDatabase database, ResultQuery query) => Filter(database.GetCollection(ResultDocuments.Results), query).LongCount();

    /// <summary>One result, or null.</summary>
    public static CaptureResult? Find(LiteDatabase database, string resultId) =>
        database.GetCollection(ResultDocuments.Results).FindById(resultId) is { } document ? ResultDocuments.ToResult(document) : null;

    /// <summary>Documents of one result's maps, or null; decoding is left to another thread.</summary>
    public static (BsonDocument Maps, IReadOnlyList<BsonDocument?> Chunks)? FindMaps(LiteDatabase database, string resultId)
    {
        if (database.GetCollection(ResultDocuments.Maps).FindById(resultId) is not { } document)
        {
            return null;
        }

        var chunks = database.GetCollection(ResultDocuments.MapChunks);
        return (document, [.. Enumerable.Range(0, document["k"].AsInt32).Select(i => chunks.FindById(ResultDocuments.ChunkId(resultId, i)))]);
    }

    /// <summary>One result's overlay, or null.</summary>
    public static byte[]? FindOverlay(LiteDatabase database, string resultId) =>
        database.GetCollection(ResultDocuments.Overlays).FindById(resultId) is { } document ? ResultDocuments.ToOverlay(document) : null;

    /// <summary>One capture's ledger, or null.</summary>
    public static KeptLedger? FindLedger(LiteDatabase database, string captureId) =>
        database.GetCollection(ResultDocuments.Ledgers).FindById(captureId) is { } document ? LedgerDocuments.ToLedger(document) : null;

    /// <summary>Schema version, what lies in the store (of version 1, which has no shelf, the counts only), and the messages that wait.</summary>
    public static (int Version, StoreUsage Usage, long Waiting) Summarize(LiteDatabase database)
    {
        var version = StoreSchema.VersionOf(database) ?? StoreSchema.Current;
        var usage = version > StoreSchema.Oldest
            ? StoreBook.Sum(database).Usage
            : StoreUsage.None with { Results = Count(ResultDocuments.Results), Maps = Count(ResultDocuments.Maps) };
        return (version, usage, Count(ResultDocuments.Outbox) + Count(ResultDocuments.SparkplugOutbox));
        long Count(string collection) => database.GetCollection(collection).LongCount();
    }

    private static ILiteQueryable<BsonDocument> Filter(ILiteCollection<BsonDocument> results, ResultQuery query)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(query.Limit, 1, nameof(query));
        var queryable = results.Query();
        if (query.FromUtc is { } from)
        {
            queryable = queryable.Where("t >= @0", new BsonValue(from.UtcDateTime));
        }

        if (query.ToUtc is { } to)
        {
            queryable = queryable.Where("t < @0", new BsonValue(to.UtcDateTime));
        }

        if (query.CaseId is { } caseId)
        {
            queryable = queryable.Where("c = @0", new BsonValue(caseId));
        }

        return query.WithFindingsOnly ? queryable.Where("n > 0") : queryable;
    }
}
