using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Publish;

/// <summary>Payload of <c>result</c>: one per cube. Lengths in mm, durations in ms, positions in pixels; never a patient's identity.</summary>
/// <param name="SchemaVersion">1.</param>
/// <param name="Site">Site of the cart.</param>
/// <param name="Cart">The cart.</param>
/// <param name="BootId">ULID of the process's start.</param>
/// <param name="Id">ULID of the result.</param>
/// <param name="Sequence">Trigger sequence within the boot.</param>
/// <param name="CaseId">Pseudonymous case; absent when none is set.</param>
/// <param name="CapturedUtc">When the trigger was seen.</param>
/// <param name="Cause">What asked for the capture.</param>
/// <param name="Origin">Plan or file name, without folders.</param>
/// <param name="Camera">Which camera.</param>
/// <param name="Model">Which model.</param>
/// <param name="CalibrationId">Calibration set; absent when the cube was already reflectance.</param>
/// <param name="Synthetic">True when the cube or the model's training data was synthetic.</param>
/// <param name="Lines">Lines of the maps.</param>
/// <param name="Samples">Samples of the maps.</param>
/// <param name="Bands">Bands as captured.</param>
/// <param name="PixelPitchMillimetres">Size of one pixel in mm; absent where unknown.</param>
/// <param name="Pixels">Usable pixels and why the others were not.</param>
/// <param name="ClassPixels">Pixels of each class by name.</param>
/// <param name="Flags">What is wrong with the calibration: words separated by ", ", or <c>none</c>.</param>
/// <param name="DriftReasons">Why the flags say <c>drifted</c>, a text with figures for each cause; empty when they do not.</param>
/// <param name="SensorTemperatureCelsius">Sensor temperature in °C; absent where the camera tells none.</param>
/// <param name="AlertsInhibited">True when the flags kept alerts from changing.</param>
/// <param name="Findings">Regions of target classes, largest first.</param>
/// <param name="Timing">How long each stage took.</param>
/// <param name="Notice">The research-use notice.</param>
public sealed record ResultMessage(
    int SchemaVersion,
    string Site,
    string Cart,
    string BootId,
    string Id,
    long Sequence,
    string? CaseId,
    DateTimeOffset CapturedUtc,
    TriggerCause Cause,
    string Origin,
    CameraIdentity Camera,
    ModelIdentity Model,
    string? CalibrationId,
    bool Synthetic,
    int Lines,
    int Samples,
    int Bands,
    double? PixelPitchMillimetres,
    PixelCounts Pixels,
    IReadOnlyDictionary<string, long> ClassPixels,
    CalibrationFlags Flags,
    IReadOnlyList<string> DriftReasons,
    double? SensorTemperatureCelsius,
    bool AlertsInhibited,
    IReadOnlyList<Finding> Findings,
    StageTiming Timing,
    string Notice);
