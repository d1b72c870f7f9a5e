using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>Finds what may go, oldest first by the order of recording, and removes it. Belongs to the store's thread. The outbox and open alerts are never touched.</summary>
/// <param name="options">Validated options.</param>
/// <param name="book">Keeps the shelf.</param>
internal sealed class StoreRetention(StoreOptions options, StoreBook book)
{
    private const long SecondsOfDay = 24 * 60 * 60;
    private long _firstWithMaps;
    private long _firstLost;
    private string _protection = string.Empty;

    /// <summary>The oldest entries of a tier that are not protected.</summary>
    /// <param name="database">The store.</param>
    /// <param name="tier">Maps or results.</param>
    /// <param name="limit">At most this many.</param>
    /// <param name="protectedCases">Cases of which nothing goes.</param>
    public IReadOnlyList<ShelfEntry> Oldest(LiteDatabase database, StoreTier tier, long limit, IReadOnlySet<string> protectedCases) =>
        Find(database, tier, limit, protectedCases, olderThan: null);

    /// <summary>The oldest entries whose maps, or whose ledger of a lost capture, have outlived the options.</summary>
    public IReadOnlyList<ShelfEntry> Expired(LiteDatabase database, StoreTier tier, long limit, IReadOnlySet<string> protectedCases)
    {
        var days = tier == StoreTier.Maps ? options.MaximumMapAgeDays : options.MaximumLostLedgerAgeDays;
        return days == 0 ? [] : Find(database, tier, limit, protectedCases, book.Age.Seconds - (days * SecondsOfDay));
    }

    /// <summary>Of raw cubes the oldest whose results are known and not protected.</summary>
    public IReadOnlyList<ShelfEntry> OldestOf(LiteDatabase database, IEnumerable<string> ids, long limit, IReadOnlySet<string> protectedCases)
    {
        var shelf = database.GetCollection(ShelfEntry.Collection);
        return
        [
            .. ids.Select(id => shelf.FindById(id)).OfType<BsonDocument>().Select(ShelfEntry.Of)
                .Where(e => !IsProtected(e, protectedCases)).OrderBy(e => e.Number).Take((int)Math.Min(limit, int.MaxValue)),
        ];
    }

    /// <summary>Whether the store has a result.</summary>
    public static bool Has(LiteDatabase database, string id) => database.GetCollection(ResultDocuments.Results).Exists(Query.EQ("_id", id));

    /// <summary>Removes the maps and overlays of results; results and findings stay.</summary>
    public int RemoveMaps(LiteDatabase database, IReadOnlyList<ShelfEntry> entries)
    {
        var collection = database.GetCollection(ResultDocuments.Maps);
        foreach (var entry in entries)
        {
            for (var i = 0; i < (collection.FindById(entry.Id)?["k"].AsInt32 ?? 0); i++)
            {
                database.GetCollection(ResultDocuments.MapChunks).Delete(ResultDocuments.ChunkId(entry.Id, i));
            }

            database.GetCollection(ResultDocuments.Overlays).Delete(entry.Id);
            collection.Delete(entry.Id);
            book.DropMaps(database, entry.Id);
        }

        return entries.Count;
    }

    /// <summary>Removes whole results with their ledgers and transitions, but for transitions of alerts that are open.</summary>
    public int RemoveResults(LiteDatabase database, IReadOnlyList<ShelfEntry> entries)
    {
        RemoveMaps(database, [.. entries.Where(e => e.MapBytes > 0)]);
        var open = database.GetCollection(ResultDocuments.Alerts).FindAll().Select(d => d["_id"].AsString).ToHashSet(StringComparer.Ordinal);
        var transitions = database.GetCollection(ResultDocuments.Transitions);
        foreach (var entry in entries)
        {
            foreach (var transition in transitions.Find(Query.EQ("r", entry.Id)).Where(t => !open.Contains(t["a"].AsString)).ToList())
            {
                transitions.Delete(transition["_id"]);
            }

            database.GetCollection(ResultDocuments.Ledgers).Delete(entry.Id);
            database.GetCollection(ResultDocuments.Results).Delete(entry.Id);
            book.Drop(database, entry.Id);
        }

        return entries.Count;
    }

    private List<ShelfEntry> Find(LiteDatabase database, StoreTier tier, long limit, IReadOnlySet<string> protectedCases, long? olderThan)
    {
        var found = new List<ShelfEntry>();
        var lostOnly = tier == StoreTier.Results && olderThan is not null;
        var from = tier == StoreTier.Maps ? FirstWithMaps(protectedCases) : lostOnly ? _firstLost : 0;
        foreach (var document in database.GetCollection(ShelfEntry.Collection).Query().Where("q >= @0", new BsonValue(from)).OrderBy("q").ToEnumerable())
        {
            var entry = ShelfEntry.Of(document);
            if (found.Count == limit || (olderThan is { } age && entry.AgeSeconds >= age))
            {
                break;
            }

            if (!IsProtected(entry, protectedCases) && (tier == StoreTier.Maps ? entry.MapBytes > 0 : entry.Lost || !lostOnly))
            {
                found.Add(entry);
            }
            else if (tier == StoreTier.Maps && found.Count == 0)
            {
                _firstWithMaps = entry.Number;
            }
            else if (lostOnly && found.Count == 0)
            {
                _firstLost = entry.Number;
            }
        }

        return found;
    }

    /// <summary>Entries before this number have no maps that may go: remembered until the protection changes, so that years of results are not gone through each time.</summary>
    private long FirstWithMaps(IReadOnlySet<string> protectedCases)
    {
        var protection = string.Join('\n', protectedCases.Order(StringComparer.Ordinal));
        if (protection != _protection)
        {
            (_protection, _firstWithMaps) = (protection, 0);
        }

        return _firstWithMaps;
    }

    private bool IsProtected(ShelfEntry entry, IReadOnlySet<string> protectedCases) =>
        (entry.CaseId is { } caseId && protectedCases.Contains(caseId)) || (options.ProtectFindings && entry.Findings > 0);
}
