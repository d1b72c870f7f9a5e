using System.Security.Cryptography;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using LiteDB;

namespace HsiEdge.Proofs.PowerCut;

/// <summary>All that a store holds of what it was given: a hash for each document.</summary>
/// <param name="Documents">By collection and id.</param>
internal sealed record StoreDump(IReadOnlyDictionary<string, string> Documents)
{
    private static readonly string[] Collections =
    [
        ResultDocuments.Results, ResultDocuments.Maps, ResultDocuments.MapChunks, ResultDocuments.Overlays, ResultDocuments.Ledgers, ResultDocuments.Alerts,
        ResultDocuments.Transitions, ResultDocuments.Outbox, ResultDocuments.Values,
    ];

    /// <summary>Reads a store's files and leaves them open for nobody.</summary>
    /// <param name="folder">Their folder.</param>
    /// <param name="disk">What opens them.</param>
    /// <param name="damage">Takes each damage that is found.</param>
    public static StoreDump Of(string folder, IBlockDisk disk, Action<string, string> damage)
    {
        var documents = new Dictionary<string, string>(StringComparer.Ordinal);
        using var session = StoreSession.Open(new StorePaths(folder), disk, keepLogLength: null, damage);
        foreach (var collection in Collections)
        {
            foreach (var document in session.Database.GetCollection(collection).FindAll())
            {
                documents.Add($"{collection} {document["_id"].RawValue}", Convert.ToHexString(SHA256.HashData(BsonSerializer.Serialize(document)).AsSpan(0, 12)));
            }
        }

        return new StoreDump(documents);
    }

    /// <summary>Dumps a copy of a running store's files; its thread must be at rest.</summary>
    public static StoreDump OfRunning(string folder)
    {
        using var copy = new TemporaryFolder();
        foreach (var file in Directory.GetFiles(folder, "results.*").Where(f => !f.EndsWith(".lock", StringComparison.Ordinal)))
        {
            File.Copy(file, copy.File(Path.GetFileName(file)));
        }

        return Of(copy.Path, LocalDisk.Instance, static (file, what) => throw new InvalidDataException($"{file}: {what}"));
    }

    /// <summary>Documents that another lacks or has otherwise.</summary>
    public IEnumerable<string> Beyond(StoreDump other) =>
        Documents.Where(d => !other.Documents.TryGetValue(d.Key, out var hash) || hash != d.Value).Select(d => d.Key);

    /// <summary>Whether two stores hold the same.</summary>
    public bool IsSameAs(StoreDump other) => Documents.Count == other.Documents.Count && !Beyond(other).Any();
}
