using System.Text.Json.Serialization;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Infer;

/// <summary>What a model is and what it asks of its input: <c>card.json</c> of a bundle. Applied, never assumed.</summary>
public sealed record ModelCard
{
    /// <summary>Version of the card's schema; this code reads 1.</summary>
    public required int SchemaVersion { get; init; }

    /// <summary>Name of the model, such as <c>gastric-phantom</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Semantic version (major.minor.patch).</summary>
    public required string Version { get; init; }

    /// <summary>True when any of the training data was synthetic; printed wherever results are.</summary>
    public required bool TrainedOnSyntheticData { get; init; }

    /// <summary>Classes in output order, at least two.</summary>
    public required IReadOnlyList<ModelClass> Classes { get; init; }

    /// <summary>Band centres of the input in nm, increasing.</summary>
    public required IReadOnlyList<double> WavelengthsNanometres { get; init; }

    /// <summary>FWHM of each band in nm; absent where unknown.</summary>
    public IReadOnlyList<double>? FwhmNanometres { get; init; }

    /// <summary>Quantity that the first preprocessing step takes: reflectance or absorbance.</summary>
    public required SpectralQuantity InputQuantity { get; init; }

    /// <summary>Steps from the input quantity to the model's input values, in order.</summary>
    public required IReadOnlyList<PreprocessingStep> Preprocessing { get; init; }

    /// <summary>How preprocessed values become the model's 8-bit input.</summary>
    public required InputEncoding Input { get; init; }

    /// <summary>
    /// A pixel is given the most probable target class when that class's probability is at least this (0…1); otherwise the most probable of the others.
    /// A model without targets takes the most probable class.
    /// </summary>
    public required double DecisionThreshold { get; init; }

    /// <summary>Where the model comes from.</summary>
    public required TrainingProvenance Training { get; init; }

    /// <summary>Figures of its evaluation by name, such as <c>heldOutAccuracy</c>; each 0…1 unless its name says otherwise.</summary>
    public required IReadOnlyDictionary<string, double> Metrics { get; init; }

    /// <summary>Measured difference between the INT8 and the FP32 model.</summary>
    public required QuantizationReport Quantization { get; init; }

    /// <summary>What it is meant for; says research use only.</summary>
    public required string IntendedUse { get; init; }

    /// <summary>What it is not good for.</summary>
    public required IReadOnlyList<string> Limits { get; init; }

    /// <summary>The input's wavelengths as an axis.</summary>
    [JsonIgnore]
    public WavelengthAxis Wavelengths =>
        new([.. WavelengthsNanometres], FwhmNanometres is null ? [] : [.. FwhmNanometres]);
}

/// <summary>Affine 8-bit encoding: q = clamp(round(x / scale) + zeroPoint, 0, 255), ties to even.</summary>
/// <param name="Scale">Step in units of the preprocessed value, &gt; 0.</param>
/// <param name="ZeroPoint">Code of 0, 0…255.</param>
public sealed record InputEncoding(double Scale, int ZeroPoint);

/// <summary>Where a model comes from.</summary>
/// <param name="Data">Description of the training data: names, patients, spectra.</param>
/// <param name="Patients">Number of distinct patients; 0 where unknown.</param>
/// <param name="Spectra">Number of training spectra.</param>
/// <param name="Seed">Seed of the training run.</param>
/// <param name="Tool">Program and version that trained it.</param>
public sealed record TrainingProvenance(string Data, int Patients, long Spectra, int Seed, string Tool);

/// <summary>INT8 against FP32 on held-out spectra.</summary>
/// <param name="ClassFlipFraction">Share of spectra whose class differs, 0…1.</param>
/// <param name="MaximumProbabilityDifference">Largest difference of any class probability, 0…1.</param>
/// <param name="Spectra">Number of spectra compared.</param>
public sealed record QuantizationReport(double ClassFlipFraction, double MaximumProbabilityDifference, long Spectra);
