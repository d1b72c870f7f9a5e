namespace HsiEdge.Core.Pipeline;

/// <summary>How cubes are processed and which are usable (configuration section <c>Processing</c>).</summary>
public sealed class ProcessingOptions
{
    /// <summary>Worker threads; 0 = one per processor.</summary>
    public int Workers { get; set; }

    /// <summary>Pixels of a tile, 256…65536.</summary>
    public int TilePixels { get; set; } = 2048;

    /// <summary>A pixel is under-exposed when white − dark in any band is below this many counts.</summary>
    public double MinimumSignalCounts { get; set; } = 20;

    /// <summary>Share of saturated pixels above which the result is flagged, 0…1.</summary>
    public double MaximumSaturatedFraction { get; set; } = 0.25;

    /// <summary>Share of under-exposed pixels above which the result is flagged, 0…1.</summary>
    public double MaximumUnderExposedFraction { get; set; } = 0.25;

    /// <summary>Age of references in hours above which the result is flagged stale and alerts are inhibited.</summary>
    public double MaximumCalibrationAgeHours { get; set; } = 24;

    /// <summary>How far band centres may lie from the model's before resampling, in nm.</summary>
    public double WavelengthToleranceNanometres { get; set; } = 0.5;
}
