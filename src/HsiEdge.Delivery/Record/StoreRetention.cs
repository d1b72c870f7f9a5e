using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>What the store forgets, and when. Runs on the store's thread, within the transaction that adds something new.</summary>
/// <param name="options">Validated options.</param>
/// <param name="time">Source of the time.</param>
internal sealed class StoreRetention(StoreOptions options, TimeProvider time)
{
    private const int MapsPrunedAtOnce = 4;

    /// <summary>Removes the maps and overlays of results that are older than the options allow, oldest first, a few at once.</summary>
    public void Prune(LiteDatabase database)
    {
        if (options.MaximumMapAgeDays == 0)
        {
            return;
        }

        var limit = time.GetUtcNow().UtcDateTime.AddDays(-options.MaximumMapAgeDays);
        var maps = database.GetCollection(ResultDocuments.Maps);
        foreach (var document in maps.Query().OrderBy("_id").Limit(MapsPrunedAtOnce).ToList().Where(d => d["t"].AsDateTime < limit))
        {
            RemoveMaps(database, document);
        }
    }

    private static void RemoveMaps(LiteDatabase database, BsonDocument maps)
    {
        for (var i = 0; i < maps["k"].AsInt32; i++)
        {
            database.GetCollection(ResultDocuments.MapChunks).Delete(ResultDocuments.ChunkId(maps["_id"].AsString, i));
        }

        database.GetCollection(ResultDocuments.Overlays).Delete(maps["_id"]);
        database.GetCollection(ResultDocuments.Maps).Delete(maps["_id"]);
    }
}
