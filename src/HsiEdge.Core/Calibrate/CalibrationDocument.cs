namespace HsiEdge.Core.Calibrate;

/// <summary>Content of <c>calibration.json</c>: all of a set but its pixels, and the files that hold those.</summary>
internal sealed record CalibrationDocument
{
    public const int CurrentSchemaVersion = 1;

    public required int SchemaVersion { get; init; }

    public required string Id { get; init; }

    public string? CameraSerial { get; init; }

    public required IReadOnlyList<double> ExposureMicroseconds { get; init; }

    public IReadOnlyList<double>? WavelengthsNanometres { get; init; }

    public IReadOnlyList<double>? FwhmNanometres { get; init; }

    public DateTimeOffset? TakenUtc { get; init; }

    public string? PlanName { get; init; }

    public double? SensorTemperatureCelsius { get; init; }

    public IReadOnlyList<StoredCheck>? Checks { get; init; }

    public required StoredImage White { get; init; }

    public StoredImage? Dark { get; init; }

    public StoredImage? BadPixels { get; init; }

    /// <summary>Lower-case hex SHA-256 of this document without it; null in sets of older versions.</summary>
    public string? Sha256 { get; init; }
}

/// <summary>An ENVI image beside the document.</summary>
/// <param name="Header">File name of the header.</param>
/// <param name="DataSha256">Lower-case hex SHA-256 of the data file.</param>
/// <param name="HeaderSha256">Of the header; null in sets of older versions.</param>
internal sealed record StoredImage(string Header, string DataSha256, string? HeaderSha256 = null);

/// <summary>A check as it was when the references were taken.</summary>
internal sealed record StoredCheck(string Name, double Value, double? Lowest, double? Highest, string Advice);
