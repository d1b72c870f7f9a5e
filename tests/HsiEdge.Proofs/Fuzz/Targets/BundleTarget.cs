using HsiEdge.Inference.Bundle;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>
/// A model bundle, the whole way from file to self-test. A part is an entry of the bundle; the last is bytes that replace the whole file where it is not empty. Most changed
/// ones get a manifest that fits, so that card, guard, session and self-test are reached.
/// </summary>
internal sealed class BundleTarget : IFuzzTarget
{
    private const int ManifestPart = 4;
    private const int FilePart = 6;
    private static readonly string[] Entries = ["card.json", "model.onnx", "golden/input_0.pb", "golden/output_0.pb", "manifest.json", "manifest.sig"];
    private readonly string _path = Path.Combine(ProductFiles.Scratch(), "a.hsimodel");

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Json, PartKind.Bytes, PartKind.Bytes, PartKind.Bytes, PartKind.Json, PartKind.Bytes, PartKind.Bytes];

    public IReadOnlyList<string> Words { get; } = [.. DocumentTarget.SchemaWords("model-card.schema.json"), "sha256", "bytes", "entries", .. Entries];

    /// <summary>The card of the default bundle.</summary>
    public static byte[] DefaultCard() => ModelBundleReader.ReadParts(ProductFiles.Path("firmware-config", "models", "gastric-phantom.hsimodel")).Entries["card.json"];

    public IEnumerable<FuzzInput> Seeds()
    {
        var entries = ModelBundleReader.ReadParts(ProductFiles.Path("firmware-config", "models", "gastric-phantom.hsimodel")).Entries;
        var good = new FuzzInput([.. Entries.Select(e => entries.GetValueOrDefault(e, [])), []]);
        yield return good;
        yield return good.With(FilePart, File.ReadAllBytes(ProductFiles.Path("firmware-config", "models", "gastric-phantom.hsimodel")));
        var small = SmallBundle.Make();
        yield return new FuzzInput([.. small, [], [], []]) is var without ? Sealed(without) : good;
        yield return Sealed(new FuzzInput([.. small, [], [], []])) is var packed ? packed.With(FilePart, Layout(packed)) : good;
    }

    public FuzzInput Finish(FuzzInput input, ref FuzzRandom random) => random.OneIn(6) ? input : Sealed(random.OneIn(8) ? input : input.With(FilePart, []));

    public ValueTask<string> RunAsync(FuzzInput input)
    {
        var file = input.Parts[FilePart].Length > 0 ? input.Parts[FilePart] : Layout(input);
        ProductFiles.Write(_path, file);
        return ValueTask.FromResult(FuzzTargets.Answer(() =>
        {
            using var model = ModelBundleReader.Load(_path);
            return model;
        }));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static FuzzInput Sealed(FuzzInput input) => input.With(ManifestPart, BundleManifest.Of(Entries.Take(4).Select((e, i) => (e, input.Parts[i]))).ToBytes());

    private static byte[] Layout(FuzzInput input)
    {
        var entries = Entries.Take(5).Select((e, i) => (e, input.Parts[i])).ToList();
        if (input.Parts[5].Length > 0)
        {
            entries.Add((Entries[5], input.Parts[5]));
        }

        return BundleArchive.ToBytes(entries);
    }
}
