using HsiEdge.Core.Record;
using LiteDB;
using LiteDB.Engine;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Makes a new store of what is whole in a damaged one. The files as they were are set aside first; a power cut at any moment leaves the old store or
/// the new one. Documents with a checksum of their own are kept when it fits; others when all of their pages are as they were written.
/// </summary>
internal static class StoreRepair
{
    /// <summary>Repairs a store. Nobody else may have it open, readers included.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="disk">Where they are.</param>
    public static RepairReport Run(StorePaths paths, IBlockDisk disk)
    {
        var aside = new List<string>();
        using var data = disk.Open(paths.Data);
        using var logFile = disk.Open(paths.Log);
        using var sumFile = disk.Open(paths.Sums);
        foreach (var (path, file) in new[] { (paths.Data, data), (paths.Log, logFile), (paths.Sums, sumFile) })
        {
            aside.Add(StoreFiles.SetAside(path, disk, file));
        }

        var sums = PageSums.Load(sumFile);
        var salvage = new PageSalvage(data, sums.DamagedBlocks.Count == 0 ? sums : null, TryOpen(logFile));
        var (kept, lost) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<string>());
        StoreFiles.Build(paths, disk, engine => Fill(engine, salvage, kept, lost));
        StoreFiles.Replace(paths, disk);
        return new RepairReport(salvage.DamagedPages, kept, lost, aside);
    }

    private static LogStream? TryOpen(IBlockFile file)
    {
        try
        {
            return new LogStream(file, writable: false);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    private static void Fill(LiteEngine engine, PageSalvage salvage, Dictionary<string, int> kept, List<string> lost)
    {
        const int DocumentsACheckpoint = 2000;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var written = 0;
        foreach (var (collection, document, isSure) in salvage.ReadAll())
        {
            var name = $"{collection} {document["_id"].RawValue}";
            var proven = collection.Length == 0 ? null : isSure ? document : Prove(collection, document);
            if (proven is null)
            {
                lost.Add(name);
                continue;
            }

            if (!seen.Add(name))
            {
                continue;
            }

            engine.Insert(collection, [proven], BsonAutoId.ObjectId);
            kept[collection] = kept.GetValueOrDefault(collection) + 1;
            if (++written % DocumentsACheckpoint == 0)
            {
                engine.Checkpoint();
            }
        }

        lost.RemoveAll(seen.Contains);

        // A result whose maps are there is known by them, though nothing of itself can be read.
        lost.AddRange(seen.Where(n => n.StartsWith($"{ResultDocuments.Maps} ", StringComparison.Ordinal))
            .Select(n => $"{ResultDocuments.Results}{n[ResultDocuments.Maps.Length..]}").Where(n => !seen.Contains(n) && !lost.Contains(n)).ToList());
    }

    // What a checksum of the document itself covers, with the id; the rest cannot be told from something that was never written.
    private static BsonDocument? Prove(string collection, BsonDocument document)
    {
        try
        {
            var id = document["_id"].RawValue as string;
            switch (collection)
            {
                case ResultDocuments.Results when ResultDocuments.ToResult(document) is var result && result.Id == id:
                    return ResultDocuments.OfResult(result);
                case ResultDocuments.Ledgers when LedgerDocuments.ToLedger(document) is var ledger && ledger.CaptureId == id:
                    // Anew: what the hash does not cover may be anything.
                    return new BsonDocument { ["_id"] = id, ["t"] = ledger.CapturedUtc.UtcDateTime, ["d"] = document["d"].AsBinary, ["h"] = document["h"].AsBinary };
                default:
                    return null;
            }
        }
        catch (Exception exception) when (exception is StoreFaultException or InvalidCastException or NullReferenceException or System.Text.Json.JsonException or InvalidDataException)
        {
            return null;
        }
    }
}
