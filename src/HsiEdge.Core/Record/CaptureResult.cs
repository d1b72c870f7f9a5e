using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Record;

/// <summary>Everything the box says about one cube, without the maps.</summary>
public sealed record CaptureResult
{
    /// <summary>Notice printed with every result.</summary>
    public const string ResearchUseOnly = "For research use only. Not for diagnosis.";

    /// <summary>ULID.</summary>
    public required string Id { get; init; }

    /// <summary>Trigger sequence within the boot.</summary>
    public required long Sequence { get; init; }

    /// <summary>Pseudonymous case, or null.</summary>
    public required string? CaseId { get; init; }

    /// <summary>When the trigger was seen.</summary>
    public required DateTimeOffset CapturedUtc { get; init; }

    /// <summary>What asked for the capture.</summary>
    public required TriggerCause Cause { get; init; }

    /// <summary>Plan or file name.</summary>
    public required string Origin { get; init; }

    /// <summary>Which camera.</summary>
    public required CameraIdentity Camera { get; init; }

    /// <summary>Which model.</summary>
    public required ModelIdentity Model { get; init; }

    /// <summary>Identifier of the calibration set; null when the cube was already reflectance.</summary>
    public required string? CalibrationId { get; init; }

    /// <summary>True when the cube or the model's training data was synthetic.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Lines of the maps.</summary>
    public required int Lines { get; init; }

    /// <summary>Samples of the maps.</summary>
    public required int Samples { get; init; }

    /// <summary>Bands of the cube as captured.</summary>
    public required int Bands { get; init; }

    /// <summary>Size of one pixel in mm, or null.</summary>
    public required double? PixelPitchMillimetres { get; init; }

    /// <summary>Usable pixels and why the others were not.</summary>
    public required PixelCounts Pixels { get; init; }

    /// <summary>Pixels of each class by name.</summary>
    public required IReadOnlyDictionary<string, long> ClassPixels { get; init; }

    /// <summary>What is wrong with the calibration.</summary>
    public required CalibrationFlags Flags { get; init; }

    /// <summary>Why <see cref="CalibrationFlags.Drifted"/> is set: dark level, white level or temperature, each with its figures; empty when it is not.</summary>
    public IReadOnlyList<string> DriftReasons { get; init; } = [];

    /// <summary>Sensor temperature in °C; null where the camera told none.</summary>
    public double? SensorTemperatureCelsius { get; init; }

    /// <summary>True when alerts were inhibited by <see cref="Flags"/>: said visibly.</summary>
    public required bool AlertsInhibited { get; init; }

    /// <summary>Regions of target classes, largest first.</summary>
    public required IReadOnlyList<Finding> Findings { get; init; }

    /// <summary>What became of the trigger pulses.</summary>
    public required LedgerSummary Ledger { get; init; }

    /// <summary>How long each stage took.</summary>
    public required StageTiming Timing { get; init; }

    /// <summary>Path of the raw cube's header, when it was kept.</summary>
    public string? RawCubePath { get; init; }

    /// <summary>Always <see cref="ResearchUseOnly"/>.</summary>
    public string Notice { get; init; } = ResearchUseOnly;
}
