using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Proofs.Kill;

/// <summary>Hashes over all bits of what a victim writes, made the same way of what is read back.</summary>
internal static class Fingerprint
{
    /// <summary>Of a result and its ledger.</summary>
    public static string Of(CaptureResult result, KeptLedger? ledger) => Hash(Json(result), Json(ledger));

    /// <summary>Of maps and overlay.</summary>
    public static string Of(ClassMap classes, ProbabilityMap probabilities, IReadOnlyList<ModelClass> names, byte[] overlay) =>
        Hash(classes.Values, MemoryMarshal.AsBytes(probabilities.Values.AsSpan()).ToArray(), Json(names), overlay);

    /// <summary>Of a ledger.</summary>
    public static string Of(KeptLedger ledger) => Hash(Json(ledger));

    /// <summary>Of the open alerts, in whatever order.</summary>
    public static string Of(IEnumerable<Alert> alerts) => Hash(Json(alerts.OrderBy(a => a.Id, StringComparer.Ordinal).ToList()));

    /// <summary>Of a message's payload.</summary>
    public static string Of(ReadOnlySpan<byte> payload) => Convert.ToHexString(SHA256.HashData(payload).AsSpan(0, 6));

    private static byte[] Json<T>(T value) => JsonSerializer.SerializeToUtf8Bytes(value, HsiEdgeJson.Compact);

    private static string Hash(params ReadOnlySpan<byte[]> parts)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var part in parts)
        {
            hash.AppendData(BitConverter.GetBytes(part.Length));
            hash.AppendData(part);
        }

        return Convert.ToHexString(hash.GetHashAndReset().AsSpan(0, 12));
    }
}
