using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.Testing;

/// <summary>
/// A model without a network: two bands of reflectance, two classes, and the probability of the target class "lesion" is the reflectance of the
/// first band. Stands in where the inference engine is not what is tested.
/// </summary>
public sealed class ThresholdModel : IPixelModel
{
    public static WavelengthAxis Axis { get; } = new([1000, 1100]);

    public ModelCard Card { get; } = new()
    {
        SchemaVersion = 1,
        Name = "threshold",
        Version = "1.0.0",
        TrainedOnSyntheticData = true,
        Classes = [new ModelClass("normal", "#00FF00", Target: false), new ModelClass("lesion", "#FF0000", Target: true)],
        WavelengthsNanometres = [1000, 1100],
        InputQuantity = SpectralQuantity.Reflectance,
        Preprocessing = [],
        Input = new InputEncoding(1.0 / 255, 0),
        DecisionThreshold = 0.5,
        Training = new TrainingProvenance("none", 0, 0, 0, "test"),
        Metrics = new Dictionary<string, double>(StringComparer.Ordinal),
        Quantization = new QuantizationReport(0, 0, 0),
        IntendedUse = "Tests. For research use only.",
        Limits = [],
    };

    public ModelIdentity Identity { get; } = new("threshold", "1.0.0", new string('0', 64), Signed: false);

    public ITileClassifier CreateClassifier(int maximumPixels) => new Classifier();

    public void Dispose()
    {
    }

    private sealed class Classifier : ITileClassifier
    {
        public void Classify(ReadOnlySpan<float> input, int pixelCount, Span<float> probabilities)
        {
            for (var i = 0; i < pixelCount; i++)
            {
                var lesion = Math.Clamp(input[i * 2], 0f, 1f);
                probabilities[(2 * i) + 1] = lesion;
                probabilities[2 * i] = 1 - lesion;
            }
        }

        public void Dispose()
        {
        }
    }
}
