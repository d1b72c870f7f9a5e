using System.Reflection;
using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.ModelBuilder.Data;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>From labelled spectra to a trained network: split, fit the preprocessing, train, choose the threshold.</summary>
public static class ModelTrainer
{
    private const double TinyReflectance = 1e-3;

    /// <summary>Program and version, as a card names what trained it.</summary>
    public static string Tool { get; } =
        $"hsiedge-model {typeof(ModelTrainer).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    /// <summary>Trains.</summary>
    /// <param name="data">Labelled spectra.</param>
    /// <param name="options">How.</param>
    /// <param name="progress">Receives each epoch, or null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    /// <exception cref="BadInputException">An option does not fit the data.</exception>
    public static ModelTraining Train(LabelledSpectra data, TrainingOptions options, IProgress<EpochReport>? progress, CancellationToken cancellationToken)
    {
        var classes = ClassPalette.Assign(data.Classes, options.Targets, options.Colors);
        var plan = options.Preprocessing ?? PreprocessingPlan.Default(data.Quantity, TinyFraction(data));
        var all = Enumerable.Range(0, data.Count).ToArray();
        var rough = FittedPreprocessing.Fit(plan, data, all);
        var usable = PreprocessedSource.FiniteIndices(data, rough.Steps);
        var split = DataSplitter.Split(data, usable, options.HeldOutPatients, options.Network.Seed);
        var preprocessing = FittedPreprocessing.Fit(plan, data, split.Training);
        var training = new PreprocessedSource(data, split.Training, preprocessing, options.Augmentation, options.Network.Seed);
        var validation = new PreprocessedSource(data, split.Validation, preprocessing, Augmentation.None, options.Network.Seed);
        var trained = NetworkTrainer.Train(training, validation, ClassWeights(data, split.Training), options.Network, progress, cancellationToken);
        var validationLabels = split.Validation.Select(i => data.Labels[i]).ToArray();
        var threshold = options.Threshold
            ?? ThresholdChooser.Choose(classes, validationLabels, NetworkEvaluator.Probabilities(trained.Network, validation));
        var model = new TrainedModel
        {
            SchemaVersion = 1,
            Name = options.Name,
            Version = options.Version,
            TrainedOnSyntheticData = data.Synthetic,
            Classes = classes,
            WavelengthsNanometres = data.Wavelengths.Nanometres.ToArray(),
            FwhmNanometres = data.Wavelengths.FwhmNanometres.IsEmpty ? null : data.Wavelengths.FwhmNanometres.ToArray(),
            InputQuantity = data.Quantity,
            Preprocessing = preprocessing.Steps,
            Input = preprocessing.Encoding,
            DecisionThreshold = threshold,
            Training = new TrainingProvenance(
                $"{(data.Synthetic ? "synthetic: " : "")}{data.Name}; {split.Description}", data.Patients.Count, split.Training.Count, options.Network.Seed, Tool),
            Metrics = new SortedDictionary<string, double>(StringComparer.Ordinal),
            IntendedUse = "Research use only. Marks the class of each pixel of a hyperspectral cube; not for diagnosis or treatment.",
            Limits = Limits(data, split),
            Layers = trained.Network.Layers,
        };
        return new ModelTraining(model, split, trained.EpochsRun, trained.Best, data.Count - usable.Count);
    }

    /// <summary>Share of reflectances so small that their logarithm would be noise.</summary>
    internal static double TinyFraction(LabelledSpectra data) =>
        data.Quantity == SpectralQuantity.Reflectance ? data.Values.Count(value => value < TinyReflectance) / (double)data.Values.Length : 0;

    /// <summary>Weights that let every class count alike, mean 1 over the spectra, none above 20.</summary>
    private static float[] ClassWeights(LabelledSpectra data, IReadOnlyList<int> training)
    {
        var counts = new int[data.Classes.Count];
        foreach (var i in training)
        {
            counts[data.Labels[i]]++;
        }

        return [.. counts.Select(count => (float)Math.Min(20, (double)training.Count / (counts.Length * Math.Max(count, 1))))];
    }

    private static List<string> Limits(LabelledSpectra data, DataSplit split)
    {
        var limits = new List<string>
        {
            "Every pixel is given one of the model's classes: materials that it was not trained on are classified too.",
            $"Valid for {data.Wavelengths} and for the instrument, light and geometry of its training data.",
        };
        if (data.Synthetic)
        {
            limits.Add("Trained on synthetic data: its figures say how the software works, nothing about tissue.");
        }

        if (!split.ByPatient)
        {
            limits.Add("Its figures were not measured on unseen patients and are likely to flatter.");
        }

        return limits;
    }
}

/// <summary>A trained model and how it came about.</summary>
/// <param name="Model">The model; its metrics are still empty.</param>
/// <param name="Split">Which spectra did what.</param>
/// <param name="EpochsRun">Epochs until training stopped.</param>
/// <param name="Best">The epoch whose weights were kept.</param>
/// <param name="Shapeless">Spectra left out because preprocessing gave no finite values.</param>
public sealed record ModelTraining(TrainedModel Model, DataSplit Split, int EpochsRun, EpochReport Best, int Shapeless);
