using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>A trained network in floating point with all that a card needs, before quantization: the network file.</summary>
public sealed record TrainedModel
{
    /// <summary>Version of the file's schema; this code reads and writes 1.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>Semantic version.</summary>
    public required string Version { get; init; }

    /// <summary>True when any of the training data was synthetic.</summary>
    public required bool TrainedOnSyntheticData { get; init; }

    /// <summary>Classes in output order.</summary>
    public required IReadOnlyList<ModelClass> Classes { get; init; }

    /// <summary>Band centres in nm.</summary>
    public required IReadOnlyList<double> WavelengthsNanometres { get; init; }

    /// <summary>FWHM of each band in nm; absent where unknown.</summary>
    public IReadOnlyList<double>? FwhmNanometres { get; init; }

    /// <summary>Quantity that the first step takes.</summary>
    public required SpectralQuantity InputQuantity { get; init; }

    /// <summary>Steps with their values.</summary>
    public required IReadOnlyList<PreprocessingStep> Preprocessing { get; init; }

    /// <summary>8-bit encoding of the network's input.</summary>
    public required InputEncoding Input { get; init; }

    /// <summary>Decision threshold of target classes.</summary>
    public required double DecisionThreshold { get; init; }

    /// <summary>Where the model comes from.</summary>
    public required TrainingProvenance Training { get; init; }

    /// <summary>Figures of the evaluation.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>What it is meant for.</summary>
    public required string IntendedUse { get; init; }

    /// <summary>What it is not good for.</summary>
    public required IReadOnlyList<string> Limits { get; init; }

    /// <summary>Layers from the input to the logits.</summary>
    public required IReadOnlyList<DenseLayer> Layers { get; init; }
}
