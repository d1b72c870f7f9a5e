using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Pipeline;
using HsiEdge.Inference.Runtime;
using HsiEdge.ModelBuilder.Data;
using HsiEdge.ModelBuilder.Pack;
using HsiEdge.ModelBuilder.Quantize;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>From a trained network to a bundle: quantize, judge the INT8 model on the runtime that the appliance uses, pack.</summary>
public static class BundleBuilder
{
    /// <summary>Spectra at most of the golden pair; every class takes part.</summary>
    private const int GoldenSpectra = 64;

    /// <summary>Builds a bundle.</summary>
    /// <param name="path">Where; an existing file is replaced only when the new one loads.</param>
    /// <param name="model">The trained network.</param>
    /// <param name="data">The data that it was trained on, or other data on the same wavelengths and with the same classes.</param>
    /// <param name="split">Which spectra calibrate and which judge.</param>
    /// <exception cref="BadInputException">The data does not fit the model.</exception>
    public static BuiltBundle Build(string path, TrainedModel model, LabelledSpectra data, DataSplit split)
    {
        RequireFit(model, data);
        var network = new PixelNetwork(model.Layers);
        var preprocessing = new FittedPreprocessing(model.Preprocessing, model.Input);
        var training = Source(split.Training).ToArray();
        var judged = split.HeldOut.Count > 0 ? split.HeldOut : split.Validation;
        var quantized = Quantizer.Quantize(network, model.Input, training, Source(judged).ToArray());
        var metrics = new SortedDictionary<string, double>(StringComparer.Ordinal);
        Add(model.Metrics);
        var card = ToCard(model, quantized.Report);
        var decision = new PixelDecision(card);
        var validation = Judge(split.Validation);
        var heldOut = split.HeldOut.Count > 0 ? Judge(split.HeldOut) : null;
        Add(validation.ForCard("validation"));
        if (heldOut is not null)
        {
            Add(heldOut.ForCard("heldOut"));
            metrics["heldOutPatientCount"] = split.HeldOutPatients.Count;
        }

        card = card with { Metrics = metrics };
        var identity = BundlePacker.Pack(path, card, quantized, Source(Golden(data, split.Training)).ToArray());
        return new BuiltBundle(identity, card, validation, heldOut);

        PreprocessedSource Source(IReadOnlyList<int> indices) => new(data, indices, preprocessing, Augmentation.None, 0);

        void Add(IEnumerable<KeyValuePair<string, double>> values)
        {
            foreach (var pair in values)
            {
                metrics[pair.Key] = pair.Value;
            }
        }

        ClassificationMetrics Judge(IReadOnlyList<int> indices)
        {
            var count = model.Classes.Count;
            var probabilities = Classify(quantized, Source(indices).ToArray(), indices.Count, count);
            var decisions = indices.Select((_, i) => decision.Decide(probabilities.AsSpan(i * count, count)) - 1).ToArray();
            return ClassificationMetrics.Of(model.Classes, [.. indices.Select(i => data.Labels[i])], decisions);
        }
    }

    private static float[] Classify(QuantizedModel quantized, float[] inputs, int spectra, int classes)
    {
        const int Tile = 4096;
        using var session = PixelSession.Open(quantized.Onnx, "the quantized model");
        using var classifier = session.CreateClassifier(quantized.Input, Math.Min(spectra, Tile));
        var bands = inputs.Length / spectra;
        var probabilities = new float[spectra * classes];
        for (var start = 0; start < spectra; start += Tile)
        {
            var count = Math.Min(Tile, spectra - start);
            classifier.Classify(inputs.AsSpan(start * bands, count * bands), count, probabilities.AsSpan(start * classes, count * classes));
        }

        return probabilities;
    }

    private static List<int> Golden(LabelledSpectra data, IReadOnlyList<int> training)
    {
        var byClass = training.GroupBy(i => data.Labels[i]).OrderBy(group => group.Key).Select(group => group.ToArray()).ToArray();
        var perClass = Math.Max(1, GoldenSpectra / byClass.Length);
        return [.. byClass.SelectMany(indices => Enumerable.Range(0, Math.Min(perClass, indices.Length))
            .Select(k => indices[(int)((long)k * indices.Length / Math.Min(perClass, indices.Length))]))];
    }

    private static ModelCard ToCard(TrainedModel model, QuantizationReport report) => new()
    {
        SchemaVersion = 1,
        Name = model.Name,
        Version = model.Version,
        TrainedOnSyntheticData = model.TrainedOnSyntheticData,
        Classes = model.Classes,
        WavelengthsNanometres = model.WavelengthsNanometres,
        FwhmNanometres = model.FwhmNanometres,
        InputQuantity = model.InputQuantity,
        Preprocessing = model.Preprocessing,
        Input = model.Input,
        DecisionThreshold = model.DecisionThreshold,
        Training = model.Training,
        Metrics = model.Metrics,
        Quantization = report,
        IntendedUse = model.IntendedUse,
        Limits = model.Limits,
    };

    /// <summary>Requires that data is of the model's quantity, wavelengths and classes.</summary>
    /// <param name="model">The trained network.</param>
    /// <param name="data">The data.</param>
    /// <exception cref="BadInputException">It is not.</exception>
    public static void RequireFit(TrainedModel model, LabelledSpectra data)
    {
        if (model.InputQuantity != data.Quantity)
        {
            throw new BadInputException($"The model takes {model.InputQuantity}, the data is {data.Quantity}; use data of the same quantity as in training.");
        }

        if (!data.Wavelengths.Matches(new WavelengthAxis([.. model.WavelengthsNanometres]), 0.5))
        {
            throw new BadInputException(
                $"The data's wavelengths ({data.Wavelengths}) are not the model's ({model.WavelengthsNanometres.Count} bands, {model.WavelengthsNanometres[0]:0.##}–{model.WavelengthsNanometres[^1]:0.##} nm).");
        }

        if (!data.Classes.Select(c => c.Name).SequenceEqual(model.Classes.Select(c => c.Name), StringComparer.Ordinal))
        {
            throw new BadInputException(
                $"The data's classes ({string.Join(", ", data.Classes.Select(c => c.Name))}) are not the model's ({string.Join(", ", model.Classes.Select(c => c.Name))}).");
        }
    }
}

/// <summary>A bundle that was built and loads.</summary>
/// <param name="Identity">Which model.</param>
/// <param name="Card">Its card.</param>
/// <param name="Validation">The INT8 model on the validation spectra.</param>
/// <param name="HeldOut">The INT8 model on the held-out spectra, where there are any.</param>
public sealed record BuiltBundle(ModelIdentity Identity, ModelCard Card, ClassificationMetrics Validation, ClassificationMetrics? HeldOut);
