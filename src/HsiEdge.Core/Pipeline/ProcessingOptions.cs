namespace HsiEdge.Core.Pipeline;

/// <summary>How cubes are processed and which are usable (configuration section <c>Processing</c>).</summary>
public sealed class ProcessingOptions
{
    /// <summary>Name of the configuration section.</summary>
    public const string Section = "Processing";

    /// <summary>Worker threads, 0…256; 0 = one per processor.</summary>
    public int Workers { get; set; }

    /// <summary>Pixels of a tile, 256…65536.</summary>
    public int TilePixels { get; set; } = 2048;

    /// <summary>
    /// A pixel is under-exposed when white − dark in any band that the model reads, or the mean of raw − dark over those bands, is below
    /// this many counts, 0.001…65535.
    /// </summary>
    public double MinimumSignalCounts { get; set; } = 20;

    /// <summary>Share of saturated pixels above which the result is flagged, 0…1.</summary>
    public double MaximumSaturatedFraction { get; set; } = 0.25;

    /// <summary>Share of under-exposed pixels above which the result is flagged, 0…1.</summary>
    public double MaximumUnderExposedFraction { get; set; } = 0.25;

    /// <summary>Age of references in hours above which the result is flagged stale and alerts are inhibited, 0.01…87600.</summary>
    public double MaximumCalibrationAgeHours { get; set; } = 24;

    /// <summary>How far band centres may lie from the model's before resampling, in nm, 0…50.</summary>
    public double WavelengthToleranceNanometres { get; set; } = 0.5;

    /// <summary>Mean reflectance of a calibrated pixel above which it is implausible: brighter than the white reference. 1…100.</summary>
    public double MaximumPlausibleReflectance { get; set; } = 1.5;

    /// <summary>
    /// Share of implausible pixels above which the result is flagged drifted and alerts are inhibited, 0…1. Implausible are a mean
    /// reflectance above <see cref="MaximumPlausibleReflectance"/>, and a mean of raw − dark below −<see cref="MinimumSignalCounts"/>
    /// (darker than dark: the dark level has sunk since the reference).
    /// </summary>
    public double MaximumImplausibleFraction { get; set; } = 0.1;

    /// <summary>
    /// Difference of the sensor's temperature from that of the references, in °C, above which the result is flagged drifted and alerts are inhibited, 0.1…200:
    /// dark current about doubles every 8 °C or so. Of no effect where the camera tells no temperature.
    /// </summary>
    public double MaximumTemperatureDriftCelsius { get; set; } = 5;
}
