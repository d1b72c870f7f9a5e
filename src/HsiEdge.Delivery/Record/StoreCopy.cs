using System.Security.Cryptography;
using HsiEdge.Core.Record;
using LiteDB;
using LiteDB.Engine;

namespace HsiEdge.Delivery.Record;

/// <summary>Copies all collections with their indexes into a fresh database, those of a later program too, and proves the copy equal before it is used.</summary>
internal static class StoreCopy
{
    private const long BatchBytes = 8L << 20;

    /// <summary>Copies.</summary>
    /// <param name="source">The store.</param>
    /// <param name="engine">The fresh database; its log is in memory and emptied by each checkpoint.</param>
    /// <param name="progress">Receives the share done, 0…1, or null.</param>
    /// <exception cref="StoreFaultException">The copy is not equal to the store.</exception>
    public static void Copy(LiteDatabase source, LiteEngine engine, IProgress<double>? progress)
    {
        using var target = new LiteDatabase(engine, disposeOnClose: false);
        var collections = source.GetCollectionNames().ToList();
        var total = Math.Max(1, collections.Sum(c => source.GetCollection(c).LongCount()));
        var done = 0L;
        foreach (var name in collections)
        {
            var copied = CopyDocuments(source, target, engine, name, () => progress?.Report(0.9 * ++done / total));
            CopyIndexes(source, target, name);
            engine.Checkpoint();
            if (Digest(target, name) is var found && !found.AsSpan().SequenceEqual(copied))
            {
                throw new StoreFaultException($"The copy of the collection {name} is not equal to the original. The store is as it was; check the disk and the memory.");
            }
        }

        progress?.Report(1);
    }

    /// <summary>SHA-256 over the documents of a collection in the order of their ids.</summary>
    public static byte[] Digest(LiteDatabase database, string collection)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var document in Ordered(database, collection))
        {
            hash.AppendData(BsonSerializer.Serialize(document));
        }

        return hash.GetHashAndReset();
    }

    private static byte[] CopyDocuments(LiteDatabase source, LiteDatabase target, LiteEngine engine, string name, Action tick)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var batch = new List<BsonDocument>();
        var bytes = 0L;
        foreach (var document in Ordered(source, name))
        {
            var serialized = BsonSerializer.Serialize(document);
            hash.AppendData(serialized);
            batch.Add(document);
            bytes += serialized.Length;
            tick();
            if (bytes >= BatchBytes)
            {
                Write();
            }
        }

        Write();
        return hash.GetHashAndReset();

        void Write()
        {
            target.GetCollection(name).Insert(batch);
            engine.Checkpoint();
            batch.Clear();
            bytes = 0;
        }
    }

    private static void CopyIndexes(LiteDatabase source, LiteDatabase target, string name)
    {
        foreach (var index in source.GetCollection("$indexes").FindAll().Where(i => i["collection"].AsString == name && i["name"].AsString != "_id").ToList())
        {
            target.GetCollection(name).EnsureIndex(index["name"].AsString, BsonExpression.Create(index["expression"].AsString), index["unique"].AsBoolean);
        }
    }

    private static IEnumerable<BsonDocument> Ordered(LiteDatabase database, string collection) => database.GetCollection(collection).Query().OrderBy("_id").ToEnumerable();
}
