using System.Security.Cryptography;
using System.Text;
using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;
using LiteDB;
using JsonSerializer = System.Text.Json.JsonSerializer;

namespace HsiEdge.Delivery.Record;

/// <summary>The domain as LiteDB documents. Results are kept as the JSON that the box speaks, with a SHA-256 beside it.</summary>
internal static class ResultDocuments
{
    /// <summary>Result with its findings: t captured (UTC), c case, n findings, j JSON, h SHA-256 of j.</summary>
    public const string Results = "results";

    /// <summary>Sizes, class map and digest: one document a result; the probabilities lie in <see cref="MapChunks"/>.</summary>
    public const string Maps = "maps";

    /// <summary>Compressed probabilities in pieces, <c>_id</c> = result/number.</summary>
    public const string MapChunks = "mapChunks";

    /// <summary>Ledgers, one a capture: t captured (UTC), d compressed JSON, h SHA-256 of d.</summary>
    public const string Ledgers = "ledgers";

    /// <summary>Overlay PNG, one a result.</summary>
    public const string Overlays = "overlays";

    /// <summary>Open alerts.</summary>
    public const string Alerts = "alerts";

    /// <summary>Every transition of the results that are kept: a alert, r result, j JSON.</summary>
    public const string Transitions = "transitions";

    /// <summary>Waiting messages: k order.</summary>
    public const string Outbox = "outbox";

    /// <summary>Waiting messages of the Sparkplug edge node: as <see cref="Outbox"/>.</summary>
    public const string SparkplugOutbox = "outboxSparkplug";

    /// <summary>Small durable values.</summary>
    public const string Values = "values";

    /// <summary>Makes a result's document.</summary>
    public static BsonDocument OfResult(CaptureResult result)
    {
        var json = JsonSerializer.Serialize(result, HsiEdgeJson.Compact);
        return new BsonDocument
        {
            ["_id"] = result.Id,
            ["t"] = result.CapturedUtc.UtcDateTime,
            ["c"] = result.CaseId,
            ["n"] = result.Findings.Count,
            ["j"] = json,
            ["h"] = SHA256.HashData(Encoding.UTF8.GetBytes(json)),
        };
    }

    /// <summary>Reads a result's document.</summary>
    /// <exception cref="StoreFaultException">It is damaged.</exception>
    public static CaptureResult ToResult(BsonDocument document) =>
        DamagedDocument.Guard("result", document, () =>
        {
            var json = document["j"].AsString;
            return SHA256.HashData(Encoding.UTF8.GetBytes(json)).AsSpan().SequenceEqual(document["h"].AsBinary)
                ? JsonSerializer.Deserialize<CaptureResult>(json, HsiEdgeJson.Compact)
                : throw new System.Text.Json.JsonException("the checksum does not fit");
        });

    /// <summary>Makes the documents of a result's maps.</summary>
    public static (BsonDocument Maps, IReadOnlyList<BsonDocument> Chunks) OfMaps(string resultId, DateTimeOffset capturedUtc, CubeMaps maps, IReadOnlyList<ModelClass> classes)
    {
        var encoded = MapCodec.Encode(maps);
        var chunks = encoded.Probabilities.Chunk(MapCodec.ChunkBytes)
            .Select((bytes, index) => new BsonDocument { ["_id"] = ChunkId(resultId, index), ["d"] = bytes }).ToList();
        var document = new BsonDocument
        {
            ["_id"] = resultId,
            ["t"] = capturedUtc.UtcDateTime,
            ["l"] = maps.Classes.Lines,
            ["s"] = maps.Classes.Samples,
            ["p"] = maps.Probabilities.Classes,
            ["m"] = JsonSerializer.Serialize(classes, HsiEdgeJson.Compact),
            ["d"] = encoded.Classes,
            ["k"] = chunks.Count,
            ["h"] = encoded.Sha256,
        };
        return (document, chunks);
    }

    /// <summary>Reads the maps of a result.</summary>
    /// <exception cref="StoreFaultException">They are damaged.</exception>
    public static StoredMaps ToMaps(BsonDocument document, IReadOnlyList<BsonDocument?> chunks) =>
        DamagedDocument.Guard("maps of result", document, () =>
        {
            if (chunks.Any(c => c is null))
            {
                throw new InvalidDataException("a piece of the probabilities is missing");
            }

            var encoded = new EncodedMaps(document["d"].AsBinary, [.. chunks.SelectMany(c => c!["d"].AsBinary)], document["h"].AsBinary);
            var (classes, probabilities) = MapCodec.Decode(encoded, document["l"].AsInt32, document["s"].AsInt32, document["p"].AsInt32, document["_id"].AsString);
            return JsonSerializer.Deserialize<IReadOnlyList<ModelClass>>(document["m"].AsString, HsiEdgeJson.Compact) is { } names ? new StoredMaps(classes, probabilities, names) : null;
        });

    /// <summary>Key of one piece of probabilities.</summary>
    public static string ChunkId(string resultId, int index) => $"{resultId}/{index:0000}";

    /// <summary>Makes an overlay's document.</summary>
    public static BsonDocument OfOverlay(string resultId, byte[] png) => new() { ["_id"] = resultId, ["d"] = png, ["h"] = SHA256.HashData(png) };

    /// <summary>Reads an overlay.</summary>
    /// <exception cref="StoreFaultException">It is damaged.</exception>
    public static byte[] ToOverlay(BsonDocument document) =>
        DamagedDocument.Guard("overlay of result", document, () =>
        {
            var png = document["d"].AsBinary;
            return SHA256.HashData(png).AsSpan().SequenceEqual(document["h"].AsBinary) ? png : throw new InvalidDataException("the checksum does not fit");
        });

    /// <summary>Makes an open alert's document.</summary>
    public static BsonDocument OfAlert(Alert alert) => new() { ["_id"] = alert.Id, ["j"] = JsonSerializer.Serialize(alert, HsiEdgeJson.Compact) };

    /// <summary>Reads an open alert.</summary>
    /// <exception cref="StoreFaultException">It is damaged.</exception>
    public static Alert ToAlert(BsonDocument document) =>
        DamagedDocument.Guard("alert", document, () => JsonSerializer.Deserialize<Alert>(document["j"].AsString, HsiEdgeJson.Compact));

    /// <summary>Makes a transition's document.</summary>
    public static BsonDocument OfTransition(AlertTransition transition) => new()
    {
        ["_id"] = ObjectId.NewObjectId(),
        ["a"] = transition.After.Id,
        ["r"] = transition.After.LastResultId,
        ["j"] = JsonSerializer.Serialize(transition, HsiEdgeJson.Compact),
    };
}
