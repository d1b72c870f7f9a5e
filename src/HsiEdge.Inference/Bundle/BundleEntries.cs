namespace HsiEdge.Inference.Bundle;

/// <summary>The entries of a bundle, in file order, and how large each may be.</summary>
internal static class BundleEntries
{
    public const string Card = "card.json";
    public const string Model = "model.onnx";
    public const string GoldenInput = "golden/input_0.pb";
    public const string GoldenOutput = "golden/output_0.pb";
    public const string Manifest = "manifest.json";
    public const string Signature = "manifest.sig";

    /// <summary>Largest bundle in bytes.</summary>
    public const long MaximumBytes = 128L << 20;

    /// <summary>Entries that the manifest lists, in order.</summary>
    public static IReadOnlyList<string> Listed { get; } = [Card, Model, GoldenInput, GoldenOutput];

    /// <summary>Largest size in bytes of each entry.</summary>
    public static IReadOnlyDictionary<string, int> MaximumEntryBytes { get; } = new Dictionary<string, int>(StringComparer.Ordinal)
    {
        [Card] = 1 << 20,
        [Model] = 64 << 20,
        [GoldenInput] = 16 << 20,
        [GoldenOutput] = 16 << 20,
        [Manifest] = 64 << 10,
        [Signature] = 256,
    };

    /// <summary>All entries in order.</summary>
    /// <param name="signed">Whether a signature follows the manifest.</param>
    public static IEnumerable<string> All(bool signed) => signed ? [.. Listed, Manifest, Signature] : [.. Listed, Manifest];
}
