namespace HsiEdge.ModelBuilder.Train;

/// <summary>How a model is made from labelled spectra.</summary>
public sealed record TrainingOptions
{
    /// <summary>Name of the model.</summary>
    public required string Name { get; init; }

    /// <summary>Semantic version of the model.</summary>
    public string Version { get; init; } = "1.0.0";

    /// <summary>Network, schedule and seed.</summary>
    public NetworkOptions Network { get; init; } = new();

    /// <summary>Preprocessing; null: chosen by the data.</summary>
    public PreprocessingPlan? Preprocessing { get; init; }

    /// <summary>Changes of the training spectra.</summary>
    public Augmentation Augmentation { get; init; } = Augmentation.Light;

    /// <summary>Names of target classes; empty: the data's own, or else by name.</summary>
    public IReadOnlyList<string> Targets { get; init; } = [];

    /// <summary>Overlay colours by class name.</summary>
    public IReadOnlyDictionary<string, string> Colors { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Decision threshold of target classes, 0…1; null: chosen on the validation spectra.</summary>
    public double? Threshold { get; init; }

    /// <summary>Patients that only judge the result; empty: chosen by the seed where there are enough.</summary>
    public IReadOnlyList<string> HeldOutPatients { get; init; } = [];
}
