using System.Text.Json;
using Google.Protobuf;
using HsiEdge.Core;
using HsiEdge.Core.Infer;

namespace HsiEdge.Inference.Bundle;

/// <summary>Writes bundles: the same contents give the same bytes, always.</summary>
public static class ModelBundleWriter
{
    /// <summary>Writes a bundle: complete at its path, or not there at all.</summary>
    /// <param name="path">Where; an existing file is replaced.</param>
    /// <param name="contents">What.</param>
    /// <param name="sign">Gives the DER signature of the manifest's bytes; null for an unsigned bundle.</param>
    public static void Write(string path, ModelBundleContents contents, Func<byte[], byte[]>? sign = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Place(path, ToBytes(contents, sign));
    }

    /// <summary>Puts a bundle's bytes at a path: complete, or not there at all.</summary>
    /// <param name="path">Where; an existing file is replaced.</param>
    /// <param name="bytes">From <see cref="ToBytes"/>.</param>
    public static void Place(string path, byte[] bytes)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        AtomicFile.Write(path, bytes);
    }

    /// <summary>A bundle's bytes.</summary>
    /// <param name="contents">What.</param>
    /// <param name="sign">Gives the DER signature of the manifest's bytes; null for an unsigned bundle.</param>
    public static byte[] ToBytes(ModelBundleContents contents, Func<byte[], byte[]>? sign = null)
    {
        ArgumentNullException.ThrowIfNull(contents);
        List<(string Name, byte[] Bytes)> entries =
        [
            (BundleEntries.Card, CardBytes(contents.Card)),
            (BundleEntries.Model, contents.Onnx),
            (BundleEntries.GoldenInput, contents.GoldenInput.ToByteArray()),
            (BundleEntries.GoldenOutput, contents.GoldenOutput.ToByteArray()),
        ];
        var manifest = BundleManifest.Of(entries).ToBytes();
        entries.Add((BundleEntries.Manifest, manifest));
        if (sign is not null)
        {
            entries.Add((BundleEntries.Signature, sign(manifest)));
        }

        foreach (var (name, bytes) in entries.Where(e => e.Bytes.Length > BundleEntries.MaximumEntryBytes[e.Name]))
        {
            throw new BadInputException($"Entry {name} would be {bytes.Length} bytes; a bundle allows {BundleEntries.MaximumEntryBytes[name]}.");
        }

        return BundleArchive.ToBytes(entries);
    }

    // Metrics come from dictionaries of any order; the bytes must not depend on it.
    private static byte[] CardBytes(ModelCard card)
    {
        var ordered = card with { Metrics = new SortedDictionary<string, double>(card.Metrics.ToDictionary(), StringComparer.Ordinal) };
        return [.. JsonSerializer.SerializeToUtf8Bytes(ordered, HsiEdgeJson.Indented), (byte)'\n'];
    }
}
