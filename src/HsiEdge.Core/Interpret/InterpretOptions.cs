namespace HsiEdge.Core.Interpret;

/// <summary>When regions become findings and findings become alerts (configuration section <c>Interpret</c>).</summary>
public sealed class InterpretOptions
{
    /// <summary>Smallest region in mm² (used when the pixel pitch is known).</summary>
    public double MinimumAreaSquareMillimetres { get; set; } = 2.0;

    /// <summary>Smallest region in pixels (always applied).</summary>
    public int MinimumPixels { get; set; } = 12;

    /// <summary>Smallest mean probability of a region, 0…1.</summary>
    public double MinimumMeanProbability { get; set; } = 0.5;

    /// <summary>Consecutive cubes with the finding before an alert is raised, ≥ 1.</summary>
    public int RaiseAfterCubes { get; set; } = 2;

    /// <summary>Consecutive cubes without it before the alert ends, ≥ 1.</summary>
    public int EndAfterCubes { get; set; } = 3;

    /// <summary>Two findings of consecutive cubes are the same lesion when their centroids are at most this many equivalent diameters (of the larger) apart, or their regions overlap.</summary>
    public double MatchDistanceDiameters { get; set; } = 1.0;
}
