using HsiEdge.Core;
using HsiEdge.Core.Interpret;
using LiteDB;
using JsonSerializer = System.Text.Json.JsonSerializer;

namespace HsiEdge.Delivery.Record;

/// <summary>Version 2: the shelf, and transitions that name the result they belong to (r). Results, maps and ledgers stay as they are, byte for byte.</summary>
internal sealed class MigrationToShelf : IStoreMigration
{
    /// <inheritdoc/>
    public int To => 2;

    /// <inheritdoc/>
    public void Up(LiteDatabase database, TimeProvider time)
    {
        Shelve(database, AgeOrigin(database, time), nextNumber: 1, age: 0);
        var transitions = database.GetCollection(ResultDocuments.Transitions);
        foreach (var document in transitions.FindAll().ToList())
        {
            document["r"] = JsonSerializer.Deserialize<AlertTransition>(document["j"].AsString, HsiEdgeJson.Compact)!.After.LastResultId;
            transitions.Update(document);
        }

        EnsureIndexes(database);
    }

    /// <inheritdoc/>
    public void Down(LiteDatabase database)
    {
        var transitions = database.GetCollection(ResultDocuments.Transitions);
        transitions.DropIndex("r");
        foreach (var document in transitions.FindAll().ToList())
        {
            document.Remove("r");
            transitions.Update(document);
        }

        // Emptied, not dropped: LiteDB drops collections only outside of transactions, and version 1 does not look here.
        database.GetCollection(ShelfEntry.Collection).DeleteAll();
    }

    /// <summary>Indexes of this version.</summary>
    public static void EnsureIndexes(LiteDatabase database)
    {
        database.GetCollection(ShelfEntry.Collection).EnsureIndex("q");
        database.GetCollection(ResultDocuments.Transitions).EnsureIndex("r");
    }

    /// <summary>Adds an entry for each result and lost capture that has none, in the order of their ids.</summary>
    /// <param name="database">The store.</param>
    /// <param name="origin">Wall clock at which the counted time is <paramref name="age"/>.</param>
    /// <param name="nextNumber">Number of the first.</param>
    /// <param name="age">Counted seconds at <paramref name="origin"/>.</param>
    public static void Shelve(LiteDatabase database, DateTime origin, long nextNumber, long age)
    {
        var shelf = database.GetCollection(ShelfEntry.Collection);
        var results = database.GetCollection(ResultDocuments.Results);
        var ledgers = database.GetCollection(ResultDocuments.Ledgers);
        var maps = database.GetCollection(ResultDocuments.Maps);
        var entries = new List<ShelfEntry>();
        foreach (var result in results.FindAll().Where(d => shelf.FindById(d["_id"]) is null))
        {
            var id = result["_id"];
            entries.Add(new ShelfEntry(
                id.AsString, Lost: false, 0, AgeOf(result), result["c"].IsNull ? null : result["c"].AsString, result["n"].AsInt32,
                ShelfEntry.SizeOfResult(result, ledgers.FindById(id)), maps.FindById(id) is { } map ? ShelfEntry.EstimateOfMaps(map) : 0));
        }

        foreach (var ledger in ledgers.FindAll().Where(d => shelf.FindById(d["_id"]) is null && results.FindById(d["_id"]) is null))
        {
            entries.Add(new ShelfEntry(ledger["_id"].AsString, Lost: true, 0, AgeOf(ledger), CaseId: null, 0, ShelfEntry.SizeOfResult(null, ledger), 0));
        }

        shelf.Insert(entries.OrderBy(e => e.Id, StringComparer.Ordinal).Select((e, i) => (e with { Number = nextNumber + i }).ToDocument()).ToList());
        long AgeOf(BsonDocument document) => age - (long)Math.Max(0, (origin - document["t"].AsDateTime).TotalSeconds);
    }

    /// <summary>Now, unless the clock is behind the newest result or far ahead of it: then it is not to be believed.</summary>
    public static DateTime AgeOrigin(LiteDatabase database, TimeProvider time)
    {
        var now = time.GetUtcNow().UtcDateTime;
        if (database.GetCollection(ResultDocuments.Results).Query().OrderByDescending("t").Limit(1).ToList() is not [var newest])
        {
            return now;
        }

        var last = newest["t"].AsDateTime;
        return now < last ? last : now > last + AgeClock.LongestGap ? last + AgeClock.LongestGap : now;
    }
}
