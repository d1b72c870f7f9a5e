using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.ModelBuilder.Pack;
using HsiEdge.ModelBuilder.Quantize;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.Tests.Infer;

/// <summary>Small networks with known random weights, and bundles of them.</summary>
internal static class SampleModels
{
    public static PixelNetwork Network(int seed, params int[] sizes)
    {
        var random = new Random(seed);
        var layers = new List<DenseLayer>();
        for (var i = 1; i < sizes.Length; i++)
        {
            var spread = Math.Sqrt(2.0 / sizes[i - 1]);
            layers.Add(new DenseLayer(sizes[i - 1], sizes[i], Normal(random, sizes[i] * sizes[i - 1], spread), Normal(random, sizes[i], 0.1)));
        }

        return new PixelNetwork(layers);
    }

    public static float[] Spectra(int seed, int count, int bands) => Normal(new Random(seed), count * bands, 1);

    public static QuantizedModel Quantize(PixelNetwork network, int spectra = 4000)
    {
        var calibration = Spectra(11, spectra, network.Inputs);
        return Quantizer.Quantize(network, Calibrator.Encode(calibration), calibration, Spectra(12, spectra, network.Inputs));
    }

    public static ModelCard Card(int bands, int classes) => new()
    {
        SchemaVersion = 1,
        Name = "sample",
        Version = "1.2.3",
        TrainedOnSyntheticData = true,
        Classes = [.. Enumerable.Range(0, classes).Select(c => new ModelClass($"class {c}", $"#0000{c:X2}", c == classes - 1))],
        WavelengthsNanometres = [.. WavelengthAxis.Linear(1000, 1600, bands).Nanometres],
        InputQuantity = SpectralQuantity.Reflectance,
        Preprocessing = [new AbsorbanceStep(), new SnvStep()],
        Input = new InputEncoding(1, 0),
        DecisionThreshold = 0.5,
        Training = new TrainingProvenance("random numbers", 0, 4000, 1, "test"),
        Metrics = new Dictionary<string, double>(StringComparer.Ordinal) { ["heldOutAccuracy"] = 0.5, ["a"] = 0.25 },
        Quantization = new QuantizationReport(0, 0, 0),
        IntendedUse = "Research use only: a network of random weights.",
        Limits = ["It means nothing."],
    };

    public static ModelIdentity Pack(string path, int bands = 12, int classes = 3, Func<byte[], byte[]>? sign = null, int seed = 1)
    {
        var network = Network(seed, bands, 8, classes);
        return BundlePacker.Pack(path, Card(bands, classes), Quantize(network, 500), Spectra(13, 16, bands), sign);
    }

    private static float[] Normal(Random random, int count, double spread)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(spread * Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble()));
        }

        return values;
    }
}
