namespace HsiEdge.ModelBuilder.Data;

/// <summary>How much labelled data is taken into memory.</summary>
public sealed record DatasetReadOptions
{
    /// <summary>Spectra at most; more are sampled evenly over classes and patients.</summary>
    public int MaximumSpectra { get; init; } = 60_000;

    /// <summary>Seed of the sampling.</summary>
    public int Seed { get; init; } = 1;
}
