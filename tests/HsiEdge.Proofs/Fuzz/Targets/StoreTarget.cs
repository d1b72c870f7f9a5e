using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using LiteDB;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>
/// Documents of the store as they are read back, changed at random. A part is a kind of document as LiteDB writes it in JSON. What is damaged is told as a fault of
/// the store, never as anything else.
/// </summary>
internal sealed class StoreTarget : IFuzzTarget
{
    private static readonly SampleRecords Samples = new(TimeProvider.System);

    public IReadOnlyList<PartKind> Kinds { get; } = [.. Enumerable.Repeat(PartKind.Json, 6)];

    public IReadOnlyList<string> Words { get; } =
        ["$binary", "$date", "$numberLong", "_id", "j", "h", "t", "l", "s", "p", "m", "d", "k", "chunk", "id", "sequence", "caseId", "capturedUtc", "cause", "origin", "camera", "model", "synthetic", "lines", "samples", "bands", "findings", "ledger", "timing", "flags", "none", "pixels", "classPixels"];

    /// <summary>Makes one.</summary>
    public static Task<IFuzzTarget> MakeAsync() => Task.FromResult<IFuzzTarget>(new StoreTarget());

    public IEnumerable<FuzzInput> Seeds()
    {
        for (var n = 0; n < 3; n++)
        {
            var record = Samples.Next(lines: 4 + n, samples: 5, transitions: [Samples.Raise()]);
            var result = ResultDocuments.OfResult(record.Result);
            var (maps, chunks) = ResultDocuments.OfMaps(record.Result.Id, record.Result.CapturedUtc, record.Maps, record.Classes);
            maps["chunk"] = chunks[0];
            yield return new FuzzInput(
            [
                Bytes(result), System.Text.Encoding.UTF8.GetBytes(result["j"].AsString), Bytes(maps), Bytes(LedgerDocuments.OfLedger(record.Ledger!)),
                Bytes(ResultDocuments.OfAlert(record.OpenAlerts[0])), Bytes(OutboxDocuments.OfMessage(record.Messages[0], n, "run", 5, 6)),
            ]);
        }
    }

    public ValueTask<string> RunAsync(FuzzInput input)
    {
        var answers = new List<string>
        {
            Answer(() => ResultDocuments.ToResult(Parse(input.Parts[0]))),
            Answer(() => ResultDocuments.ToResult(WithJson(input.Parts[1]))),
            Answer(() => ToMaps(Parse(input.Parts[2]))),
            Answer(() => LedgerDocuments.ToLedger(Parse(input.Parts[3]))),
            Answer(() => ResultDocuments.ToAlert(Parse(input.Parts[4]))),
            Answer(() => OutboxDocuments.ToMessage(Parse(input.Parts[5]), MessageDestination.Topics)),
        };
        return ValueTask.FromResult(answers.Find(a => a.StartsWith("refused", StringComparison.Ordinal)) ?? answers[0]);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static byte[] Bytes(BsonDocument document) => System.Text.Encoding.UTF8.GetBytes(JsonSerializer.Serialize(document));

    private static StoredMaps ToMaps(BsonDocument document) =>
        document["chunk"] is BsonDocument chunk ? ResultDocuments.ToMaps(document, [chunk]) : throw new UnparsedException("no chunk");

    // The checksum is right: the JSON itself is what is read.
    private static BsonDocument WithJson(byte[] json)
    {
        var text = System.Text.Encoding.UTF8.GetString(json);
        return new BsonDocument
        {
            ["_id"] = "01J00000000000000000000000",
            ["j"] = text,
            ["h"] = System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(text)),
        };
    }

    private static BsonDocument Parse(byte[] bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(System.Text.Encoding.UTF8.GetString(bytes)) as BsonDocument ?? throw new UnparsedException("no document");
        }
#pragma warning disable CA1031 // LiteDB's own parser is not under test here; its pages are the corruption proof's.
        catch (Exception e)
#pragma warning restore CA1031
        {
            throw new UnparsedException(e.GetType().Name);
        }
    }

    private static string Answer(Func<object?> read)
    {
        try
        {
            return $"read {read()?.GetType().Name}";
        }
        catch (StoreFaultException e)
        {
            return "refused " + e.Message;
        }
        catch (UnparsedException e)
        {
            return "read no document: " + e.Message;
        }
    }

    private sealed class UnparsedException(string message) : Exception(message);
}
