using HsiEdge.Core.Infer;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary>What <c>train</c> and <c>quantize</c> print.</summary>
/// <param name="Bundle">The file.</param>
/// <param name="Model">Which model.</param>
/// <param name="Synthetic">Whether its data, and so its figures, are synthetic.</param>
/// <param name="Spectra">Spectra taken.</param>
/// <param name="Available">Labelled spectra of the data.</param>
/// <param name="Unusable">Spectra left out because they hold no usable values.</param>
/// <param name="EpochsRun">Epochs; 0 when nothing was trained.</param>
/// <param name="TrainingSeconds">Duration of training alone; 0 when nothing was trained.</param>
/// <param name="Data">The data and its split, in words.</param>
/// <param name="DecisionThreshold">Threshold of target classes.</param>
/// <param name="Validation">The INT8 model on the validation spectra.</param>
/// <param name="HeldOut">The INT8 model on the held-out spectra, or null.</param>
/// <param name="Quantization">INT8 against FP32.</param>
public sealed record TrainReport(
    string Bundle,
    ModelIdentity Model,
    bool Synthetic,
    int Spectra,
    long Available,
    long Unusable,
    int EpochsRun,
    double TrainingSeconds,
    string Data,
    double DecisionThreshold,
    ClassificationMetrics Validation,
    ClassificationMetrics? HeldOut,
    QuantizationReport Quantization)
{
    /// <summary>Lines for people.</summary>
    /// <param name="card">The model's card.</param>
    public IEnumerable<string> ToLines(ModelCard card)
    {
        yield return $"training data: {Data}";
        yield return $"preprocessing: {string.Join(", ", card.Preprocessing.Select(step => StepNames.Of(step)))}";
        if (EpochsRun > 0)
        {
            yield return $"trained: {EpochsRun} epochs in {TrainingSeconds:0.0} s";
        }

        foreach (var line in Judged("validation", Validation).Concat(HeldOut is null ? [] : Judged("held out", HeldOut)))
        {
            yield return line + (Synthetic ? " (synthetic)" : "");
        }

        yield return $"INT8 against FP32: {Quantization.ClassFlipFraction:P3} of {Quantization.Spectra} spectra change class, probabilities differ by at most {Quantization.MaximumProbabilityDifference:0.####}";
        if (card.Classes.Any(c => c.Target))
        {
            yield return $"targets: {string.Join(", ", card.Classes.Where(c => c.Target).Select(c => c.Name))}, decided from a probability of {DecisionThreshold:0.##}";
        }
        else
        {
            yield return "targets: none, so this model maps classes and never reports a finding; name the classes to look for with --target";
        }

        yield return $"bundle: {Bundle}: {Model.Name} {Model.Version}, SHA-256 {Model.Sha256}";
    }

    private static IEnumerable<string> Judged(string part, ClassificationMetrics metrics)
    {
        yield return $"{part}: balanced accuracy {metrics.BalancedAccuracy:0.000} on {metrics.Spectra} spectra"
            + (metrics.Sensitivity is { } sensitivity ? $", sensitivity {sensitivity:0.000}, specificity {metrics.Specificity:0.000}" : "");
    }
}
