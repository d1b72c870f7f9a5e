using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.Inference.Onnx;
using HsiEdge.Inference.Runtime;

namespace HsiEdge.Inference.Bundle;

/// <summary>
/// The way from a file to an active model, step by step, in the one order that is safe: file → layout → signature → hashes → card → guard →
/// session → self-test. The file is read once; what was verified is what is loaded.
/// </summary>
internal sealed class BundleOpening(string path, BundleLoadOptions options) : IDisposable
{
    private byte[] _file = [];
    private IReadOnlyDictionary<string, byte[]> _entries = new Dictionary<string, byte[]>(StringComparer.Ordinal);
    private string _sha256 = string.Empty;
    private bool _signed;
    private PixelSession? _session;

    /// <summary>The card, once it was checked.</summary>
    public ModelCard? Card { get; private set; }

    /// <summary>Which model, once its card is known.</summary>
    public ModelIdentity? Identity => Card is null ? null : new ModelIdentity(Card.Name, Card.Version, _sha256, _signed);

    /// <summary>Whether a signature entry is there, once the layout is known.</summary>
    public bool HasSignature => _entries.ContainsKey(BundleEntries.Signature);

    /// <summary>Entries, once the layout is known.</summary>
    public IReadOnlyDictionary<string, byte[]> Entries => _entries;

    /// <summary>SHA-256 of the file, once it is read.</summary>
    public string Sha256 => _sha256;

    /// <summary>Size of the file in bytes, once it is read.</summary>
    public long FileBytes => _file.LongLength;

    /// <summary>The steps, to be run in order; each gives what it found or throws <see cref="BadInputException"/>.</summary>
    public IReadOnlyList<(string Name, Func<string> Run)> Steps =>
    [
        ("file", ReadFile),
        ("layout", ReadLayout),
        ("signature", CheckSignature),
        ("hashes", CheckHashes),
        ("card", ReadCard),
        ("guard", CheckModel),
        ("session", OpenSession),
        ("self-test", RunSelfTest),
    ];

    /// <summary>Hands the loaded model over.</summary>
    public OnnxPixelModel Take()
    {
        var model = new OnnxPixelModel(Card!, Identity!, _session!);
        _session = null;
        return model;
    }

    /// <inheritdoc/>
    public void Dispose() => _session?.Dispose();

    private string ReadFile()
    {
        try
        {
            using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            if (stream.Length > BundleEntries.MaximumBytes)
            {
                throw new BadInputException($"{path}: {stream.Length} bytes; a model bundle has at most {BundleEntries.MaximumBytes}.");
            }

            _file = new byte[stream.Length];
            stream.ReadExactly(_file);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{path}: cannot be read ({exception.Message.TrimEnd('.')}). Expected a .hsimodel file.", exception);
        }

        _sha256 = BundleManifest.Hash(_file);
        return $"{_file.Length} bytes, SHA-256 {_sha256}";
    }

    private string ReadLayout()
    {
        _entries = BundleArchive.Read(_file, path);
        return $"{_entries.Count} entries, stored, canonical layout";
    }

    private string CheckSignature()
    {
        (_signed, var detail) = BundleSignature.Check(_entries[BundleEntries.Manifest], _entries.GetValueOrDefault(BundleEntries.Signature), options, path);
        return detail;
    }

    private string CheckHashes()
    {
        var manifest = BundleManifest.Parse(_entries[BundleEntries.Manifest], path);
        manifest.RequireMatch(_entries, path);
        return $"SHA-256 of {manifest.Entries.Count} entries as the manifest says";
    }

    private string ReadCard()
    {
        Card = CardReader.Read(_entries[BundleEntries.Card], $"{path}: {BundleEntries.Card}");
        return $"{Card.Name} {Card.Version}: {Card.Classes.Count} classes, {Card.WavelengthsNanometres.Count} bands, {Card.WavelengthsNanometres[0]:0.#}–{Card.WavelengthsNanometres[^1]:0.#} nm"
            + (Card.TrainedOnSyntheticData ? ", trained on synthetic data" : string.Empty);
    }

    private string CheckModel()
    {
        var name = $"{path}: {BundleEntries.Model}";
        var model = OnnxGuard.Check(_entries[BundleEntries.Model], name, OnnxLimits.Bundle);
        PixelContract.Read(model, name).RequireFit(CardReader.InputValues(Card!, name), Card!.Classes.Count, name);
        return $"{model.Graph.Node.Count} operators, no external data, no custom operators; fits the card";
    }

    private string OpenSession()
    {
        _session = PixelSession.Open(_entries[BundleEntries.Model], $"{path}: {BundleEntries.Model}");
        return "ONNX Runtime accepts it";
    }

    private string RunSelfTest() =>
        GoldenTest.Run(_session!, Card!.Input, _entries[BundleEntries.GoldenInput], _entries[BundleEntries.GoldenOutput], path);
}
