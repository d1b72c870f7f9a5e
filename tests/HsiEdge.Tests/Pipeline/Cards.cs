using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.Tests.Pipeline;

/// <summary>Cards for tests: three classes, the second a target.</summary>
internal static class Cards
{
    public static ModelCard Make(WavelengthAxis axis, IReadOnlyList<PreprocessingStep> steps, SpectralQuantity quantity, double threshold) => new()
    {
        SchemaVersion = 1,
        Name = "plain",
        Version = "1.0.0",
        TrainedOnSyntheticData = true,
        Classes = [new("wall", "#808080", false), new("lesion", "#FF0000", true), new("tool", "#0000FF", false)],
        WavelengthsNanometres = axis.Nanometres.ToArray(),
        FwhmNanometres = axis.FwhmNanometres.IsEmpty ? null : axis.FwhmNanometres.ToArray(),
        InputQuantity = quantity,
        Preprocessing = steps,
        Input = new InputEncoding(0.02, 128),
        DecisionThreshold = threshold,
        Training = new TrainingProvenance("synthetic", 1, 1, 1, "tests"),
        Metrics = new Dictionary<string, double>(StringComparer.Ordinal),
        Quantization = new QuantizationReport(0, 0, 0),
        IntendedUse = "Research use only.",
        Limits = ["Synthetic."],
    };
}
