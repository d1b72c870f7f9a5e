using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// What turns counts into reflectance, R = (raw − dark)/(white − dark): references of one camera at one exposure and one set of bands.
/// A set that does not fit the cube's camera, exposure or wavelengths is refused.
/// </summary>
public sealed class CalibrationSet
{
    /// <summary>Identifier that travels with every result (ULID or file name).</summary>
    public required string Id { get; init; }

    /// <summary>Serial of the camera that took it; null for references of a recording that name none.</summary>
    public required string? CameraSerial { get; init; }

    /// <summary>Exposure of each band in µs; empty where unknown (a recording).</summary>
    public required IReadOnlyList<double> ExposureMicroseconds { get; init; }

    /// <summary>Bands; null where the reference's file names none.</summary>
    public required WavelengthAxis? Wavelengths { get; init; }

    /// <summary>When the references were taken; null where unknown.</summary>
    public required DateTimeOffset? TakenUtc { get; init; }

    /// <summary>Counts without light; null means zero (already subtracted).</summary>
    public required ReferenceFrame? Dark { get; init; }

    /// <summary>Counts of a white target.</summary>
    public required ReferenceFrame White { get; init; }

    /// <summary>Name of the plan it was taken with; null where unknown.</summary>
    public string? PlanName { get; init; }

    /// <summary>Sensor temperature in °C when it was taken; null where unknown.</summary>
    public double? SensorTemperatureCelsius { get; init; }

    /// <summary>What the references were judged by when they were taken; empty where they were not.</summary>
    public IReadOnlyList<ReferenceCheck> Checks { get; init; } = [];

    /// <summary>lines × samples of the cube, or samples alone (the same in every line: a line camera), true where a detector pixel is dead; null for none.</summary>
    public bool[]? BadPixels { get; init; }
}
