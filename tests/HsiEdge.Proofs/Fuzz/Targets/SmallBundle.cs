using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.Inference.Bundle;
using HsiEdge.ModelBuilder.Pack;
using HsiEdge.ModelBuilder.Quantize;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>A bundle of some kilobytes, whose model loads in a moment: a network of random weights, packed as the workshop packs.</summary>
internal static class SmallBundle
{
    private const int Bands = 6;
    private const int Classes = 3;

    /// <summary>Its card, model and golden pair.</summary>
    public static IReadOnlyList<byte[]> Make()
    {
        var path = Path.Combine(ProductFiles.Scratch(), "small.hsimodel");
        var network = new PixelNetwork([Layer(1, Bands, 4), Layer(2, 4, Classes)]);
        var calibration = Values(3, 500 * Bands);
        var model = Quantizer.Quantize(network, Calibrator.Encode(calibration), calibration, Values(4, 500 * Bands));
        BundlePacker.Pack(path, Card(), model, Values(5, 16 * Bands), null);
        var entries = ModelBundleReader.ReadParts(path).Entries;
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        return [entries["card.json"], entries["model.onnx"], entries["golden/input_0.pb"], entries["golden/output_0.pb"]];
    }

    private static DenseLayer Layer(int seed, int inputs, int outputs) => new(inputs, outputs, Values(seed, inputs * outputs), Values(seed + 10, outputs));

    private static float[] Values(int seed, int count)
    {
        var random = new Xoshiro256((ulong)seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextUnit()) - 1))];
    }

    private static ModelCard Card() => new()
    {
        SchemaVersion = 1,
        Name = "sample",
        Version = "1.2.3",
        TrainedOnSyntheticData = true,
        Classes = [.. Enumerable.Range(0, Classes).Select(c => new ModelClass($"class {c}", $"#0000{c:X2}", c == Classes - 1))],
        WavelengthsNanometres = [.. WavelengthAxis.Linear(1000, 1600, Bands).Nanometres],
        InputQuantity = SpectralQuantity.Reflectance,
        Preprocessing = [new AbsorbanceStep(), new SnvStep()],
        Input = new InputEncoding(1, 0),
        DecisionThreshold = 0.5,
        Training = new TrainingProvenance("random numbers", 0, 500, 1, "test"),
        Metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["a"] = 0.25 },
        Quantization = new QuantizationReport(0, 0, 0),
        IntendedUse = "Research use only: a network of random weights.",
        Limits = ["It means nothing."],
    };
}
