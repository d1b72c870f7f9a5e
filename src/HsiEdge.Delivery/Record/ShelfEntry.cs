using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>One line of the shelf: what retention has to know of a result, or of the ledger of a lost capture, without reading it.</summary>
/// <param name="Id">ULID of the result or the capture.</param>
/// <param name="Lost">True: a ledger without a result.</param>
/// <param name="Number">Place in the order in which the store took them in: the clock has no say in it.</param>
/// <param name="AgeSeconds">Counted time (<see cref="AgeClock"/>) at which it was taken in.</param>
/// <param name="CaseId">Pseudonymous case, or null.</param>
/// <param name="Findings">Number of findings.</param>
/// <param name="ResultBytes">About what result, ledger and transitions take.</param>
/// <param name="MapBytes">About what maps and overlay take; 0 when it has none.</param>
internal sealed record ShelfEntry(string Id, bool Lost, long Number, long AgeSeconds, string? CaseId, int Findings, long ResultBytes, long MapBytes)
{
    /// <summary>Collection of the entries: q number, a counted seconds, k 1 when lost, c case, n findings, b and m bytes.</summary>
    public const string Collection = "shelf";

    // Keys, lengths and the share of an index page.
    private const int DocumentOverheadBytes = 400;

    /// <summary>About what a result with its ledger takes.</summary>
    public static long SizeOfResult(BsonDocument? result, BsonDocument? ledger) =>
        (result is null ? 0 : DocumentOverheadBytes + result["j"].AsString.Length) + (ledger is null ? 0 : DocumentOverheadBytes + ledger["d"].AsBinary.Length);

    /// <summary>What maps and overlay take.</summary>
    public static long SizeOfMaps(BsonDocument maps, IReadOnlyList<BsonDocument> chunks, int overlayBytes) =>
        (2 * DocumentOverheadBytes) + maps["d"].AsBinary.Length + maps["m"].AsString.Length + chunks.Sum(c => (long)c["d"].AsBinary.Length) + overlayBytes;

    /// <summary>About what maps take whose pieces were not read: lossless probabilities shrink to some three quarters.</summary>
    public static long EstimateOfMaps(BsonDocument maps) =>
        (2 * DocumentOverheadBytes) + maps["d"].AsBinary.Length + (3L * maps["l"].AsInt32 * maps["s"].AsInt32 * maps["p"].AsInt32);

    /// <summary>Reads an entry.</summary>
    public static ShelfEntry Of(BsonDocument document) => new(
        document["_id"].AsString, document["k"].AsInt32 == 1, document["q"].AsInt64, document["a"].AsInt64,
        document["c"].IsNull ? null : document["c"].AsString, document["n"].AsInt32, document["b"].AsInt64, document["m"].AsInt64);

    /// <summary>Makes its document.</summary>
    public BsonDocument ToDocument() => new()
    {
        ["_id"] = Id,
        ["k"] = Lost ? 1 : 0,
        ["q"] = Number,
        ["a"] = AgeSeconds,
        ["c"] = CaseId,
        ["n"] = Findings,
        ["b"] = ResultBytes,
        ["m"] = MapBytes,
    };
}
