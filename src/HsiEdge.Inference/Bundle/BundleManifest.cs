using System.Security.Cryptography;
using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.Inference.Bundle;

/// <summary>SHA-256 of every entry of a bundle: what a signature signs.</summary>
/// <param name="SchemaVersion">Version of the manifest; this code reads 1.</param>
/// <param name="Entries">Every entry but the manifest and its signature, in file order.</param>
public sealed record BundleManifest(int SchemaVersion, IReadOnlyList<BundleManifestEntry> Entries)
{
    /// <summary>The version that this code writes and reads.</summary>
    public const int CurrentSchemaVersion = 1;

    internal static BundleManifest Of(IEnumerable<(string Name, byte[] Bytes)> entries) =>
        new(CurrentSchemaVersion, [.. entries.Select(e => BundleManifestEntry.Of(e.Name, e.Bytes))]);

    internal static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    internal byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, HsiEdgeJson.Indented), (byte)'\n'];

    internal static BundleManifest Parse(byte[] bytes, string path)
    {
        try
        {
            var manifest = JsonSerializer.Deserialize<BundleManifest>(bytes, HsiEdgeJson.Strict);
            return manifest is { SchemaVersion: CurrentSchemaVersion }
                ? manifest
                : throw new BadInputException(
                    $"{path}: {BundleEntries.Manifest} has schemaVersion {manifest?.SchemaVersion}; this program reads {CurrentSchemaVersion}. Update the program.");
        }
        catch (JsonException exception)
        {
            throw new BadInputException($"{path}: {BundleEntries.Manifest} cannot be read: {exception.Message}", exception);
        }
    }

    internal void RequireMatch(IReadOnlyDictionary<string, byte[]> entries, string path)
    {
        if (Entries.Any(e => e is null))
        {
            throw new BadInputException($"{path}: {BundleEntries.Manifest}: entries hold null; expected objects with name, bytes and sha256. Pack it again with hsiedge-model.");
        }

        var names = Entries.Select(e => e.Name).ToArray();
        if (!names.SequenceEqual(BundleEntries.Listed, StringComparer.Ordinal))
        {
            throw new BadInputException(
                $"{path}: {BundleEntries.Manifest} lists {string.Join(", ", names)}; expected {string.Join(", ", BundleEntries.Listed)}.");
        }

        foreach (var entry in Entries)
        {
            var bytes = entries[entry.Name];
            var found = Hash(bytes);
            if (bytes.LongLength != entry.Bytes || found != entry.Sha256)
            {
                throw new BadInputException(
                    $"{path}: entry {entry.Name} was changed: {bytes.LongLength} bytes with SHA-256 {found}, but {BundleEntries.Manifest} says "
                    + $"{entry.Bytes} bytes with {entry.Sha256}. Copy the bundle again from its source.");
            }
        }
    }
}

/// <summary>One entry of a manifest.</summary>
/// <param name="Name">Name within the bundle.</param>
/// <param name="Bytes">Size in bytes.</param>
/// <param name="Sha256">Lower-case hex SHA-256.</param>
public sealed record BundleManifestEntry(string Name, long Bytes, string Sha256)
{
    /// <summary>Describes an entry.</summary>
    /// <param name="name">Name within the bundle.</param>
    /// <param name="bytes">Its bytes.</param>
    public static BundleManifestEntry Of(string name, byte[] bytes) => new(name, bytes.LongLength, BundleManifest.Hash(bytes));
}
