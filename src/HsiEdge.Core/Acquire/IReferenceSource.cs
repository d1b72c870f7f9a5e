using HsiEdge.Core.Calibrate;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// A camera that can take its own dark and white references: the light shuttered, then a white target in view. Each reference is an average of
/// several frames a band, full frame (lines × samples × bands), at the exposures of the plan.
/// </summary>
public interface IReferenceSource
{
    /// <summary>lines × samples, true where a detector pixel is known to be dead; null where none is known.</summary>
    bool[]? BadPixels { get; }

    /// <summary>Counts at and above which a pixel is saturated; known once the camera is open.</summary>
    double SaturationCounts { get; }

    /// <summary>Sensor temperature in °C; null where the camera tells none.</summary>
    double? TemperatureCelsius => null;

    /// <summary>Takes the dark reference: counts without light.</summary>
    /// <param name="plan">Bands and exposures.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <exception cref="CameraFaultException">The camera failed; nothing was taken.</exception>
    Task<ReferenceFrame> TakeDarkAsync(ScanPlan plan, CancellationToken cancellationToken);

    /// <summary>Takes the white reference: counts of a white target.</summary>
    /// <param name="plan">Bands and exposures.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <exception cref="CameraFaultException">The camera failed; nothing was taken.</exception>
    Task<ReferenceFrame> TakeWhiteAsync(ScanPlan plan, CancellationToken cancellationToken);
}
