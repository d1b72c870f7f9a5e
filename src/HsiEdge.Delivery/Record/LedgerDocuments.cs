using System.IO.Compression;
using System.Security.Cryptography;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using LiteDB;
using JsonSerializer = System.Text.Json.JsonSerializer;

namespace HsiEdge.Delivery.Record;

/// <summary>Ledgers as documents: the JSON that the box speaks, compressed (a pulse and its frame take about 30 bytes), with a SHA-256 beside it.</summary>
internal static class LedgerDocuments
{
    /// <summary>Makes a ledger's document.</summary>
    public static BsonDocument OfLedger(KeptLedger ledger)
    {
        using var packed = new MemoryStream();
        using (var packer = new BrotliStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            JsonSerializer.Serialize(packer, ledger, HsiEdgeJson.Compact);
        }

        var bytes = packed.ToArray();
        return new BsonDocument { ["_id"] = ledger.CaptureId, ["t"] = ledger.CapturedUtc.UtcDateTime, ["d"] = bytes, ["h"] = SHA256.HashData(bytes) };
    }

    /// <summary>Reads a ledger's document.</summary>
    /// <exception cref="StoreFaultException">It is damaged.</exception>
    public static KeptLedger ToLedger(BsonDocument document) => DamagedDocument.Guard("ledger of capture", document, () =>
    {
        var bytes = document["d"].AsBinary;
        if (!SHA256.HashData(bytes).AsSpan().SequenceEqual(document["h"].AsBinary))
        {
            throw new InvalidDataException("the checksum does not fit");
        }

        using var packed = new MemoryStream(bytes);
        using var unpacker = new BrotliStream(packed, CompressionMode.Decompress);
        return JsonSerializer.Deserialize<KeptLedger>(unpacker, HsiEdgeJson.Compact);
    });
}
