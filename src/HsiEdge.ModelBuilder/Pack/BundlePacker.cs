using HsiEdge.Core.Infer;
using HsiEdge.Inference.Bundle;
using HsiEdge.Inference.Kernels;
using HsiEdge.Inference.Onnx;
using HsiEdge.ModelBuilder.Quantize;

namespace HsiEdge.ModelBuilder.Pack;

/// <summary>Packs a quantized model and its card as a bundle, with a golden pair that ONNX Runtime itself made, and proves that it loads.</summary>
public static class BundlePacker
{
    /// <summary>Most golden pixels; more inputs are thinned evenly.</summary>
    public const int MaximumGoldenPixels = 256;

    /// <summary>Packs a bundle. Nothing is written unless it loads.</summary>
    /// <param name="path">Where; an existing file is replaced.</param>
    /// <param name="card">The card; its input encoding and quantization report are taken from the model.</param>
    /// <param name="model">The quantized model.</param>
    /// <param name="goldenInputs">spectra × bands, preprocessed: typical inputs of every class.</param>
    /// <param name="sign">Gives the DER signature of the manifest's bytes; null for an unsigned bundle.</param>
    /// <returns>Which model was packed.</returns>
    /// <exception cref="Core.BadInputException">The card or the model is refused.</exception>
    public static ModelIdentity Pack(string path, ModelCard card, QuantizedModel model, ReadOnlySpan<float> goldenInputs, Func<byte[], byte[]>? sign = null)
    {
        ArgumentNullException.ThrowIfNull(card);
        ArgumentNullException.ThrowIfNull(model);
        var filled = card with { Input = model.Input, Quantization = model.Report };
        CardReader.Require(filled, "card.json");
        var (goldenInput, goldenOutput) = MakeGolden(model, CardReader.InputValues(filled, "card.json"), goldenInputs);
        var contents = new ModelBundleContents(filled, model.Onnx, goldenInput, goldenOutput);

        // Tried in a place of its own first: a bundle that would be refused never replaces a good one.
        var trial = Directory.CreateTempSubdirectory("hsiedge-pack-");
        try
        {
            var trialPath = Path.Combine(trial.FullName, Path.GetFileName(path));
            ModelBundleWriter.Write(trialPath, contents, sign);
            using var loaded = ModelBundleReader.Load(trialPath);
            ModelBundleWriter.Place(path, File.ReadAllBytes(trialPath));
            return loaded.Identity;
        }
        finally
        {
            trial.Delete(recursive: true);
        }
    }

    private static (TensorProto Input, TensorProto Output) MakeGolden(QuantizedModel model, int bands, ReadOnlySpan<float> inputs)
    {
        var spectra = inputs.Length / bands;
        if (spectra == 0 || inputs.Length % bands != 0)
        {
            throw new ArgumentException($"{inputs.Length} golden values are no whole number of spectra of {bands} bands.", nameof(inputs));
        }

        var pixels = Math.Min(spectra, MaximumGoldenPixels);
        var codes = new byte[pixels * bands];
        for (var i = 0; i < pixels; i++)
        {
            var spectrum = (int)((long)i * spectra / pixels);
            InputEncoder.Encode(inputs.Slice(spectrum * bands, bands), model.Input, codes.AsSpan(i * bands, bands));
        }

        using var session = OnnxSession.Open(model.Onnx, "the model to pack", OnnxLimits.Bundle);
        var name = session.Model.Graph.Input[0].Name;
        var input = TensorCodec.Make<byte>(name, codes, 1, 1, pixels, bands);
        return (input, session.Run(new Dictionary<string, TensorProto>(StringComparer.Ordinal) { [name] = input })[0]);
    }
}
