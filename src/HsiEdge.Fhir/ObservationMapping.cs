using System.Globalization;
using Hl7.Fhir.Model;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Fhir;

/// <summary>
/// A result as FHIR R4 Observations: one for the cube with its classes as components, and one for each finding, which the first names as a member.
/// docs/fhir.md says which member becomes which element. No patient's identity is in a result, so there is none in its observations.
/// </summary>
public sealed class ObservationMapping
{
    private readonly FhirOptions _options;

    /// <summary>Makes a mapping.</summary>
    public ObservationMapping(FhirOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
    }

    /// <summary>The observations of a result: the cube's first, then the findings', largest first.</summary>
    public IReadOnlyList<Observation> Map(CaptureResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        return [OfCube(result), .. result.Findings.Select(f => OfFinding(result, f))];
    }

    private static string FindingId(CaptureResult result, Finding finding) => string.Create(CultureInfo.InvariantCulture, $"{result.Id}-f{finding.Index}");

    private Observation OfCube(CaptureResult result)
    {
        var observation = Common(result, result.Id, FhirNames.Concept(FhirNames.Codes, "tissue-classification", "Hyperspectral tissue classification (near-infrared, pixel by pixel)"));
        observation.Value = FhirNames.Quantity(result.Findings.Count, result.Findings.Count == 1 ? "finding" : "findings", "{findings}");
        observation.Interpretation = [Interpret(result)];
        observation.HasMember = [.. result.Findings.Select(f => new ResourceReference($"Observation/{FindingId(result, f)}"))];
        observation.Component = [.. result.ClassPixels.SelectMany(c => OfClass(result, c.Key, c.Value)), Count("valid-pixels", "Usable pixels", result.Pixels.Valid, "pixels", "{pixels}"), .. Pulses(result)];
        observation.Text = FhirNarrative.Of(result);
        return observation;
    }

    private Observation OfFinding(CaptureResult result, Finding finding)
    {
        var observation = Common(result, FindingId(result, finding), FhirNames.Concept(FhirNames.Codes, "finding", "Region of a target class in a hyperspectral cube"));
        observation.Value = FhirNames.Concept(FhirNames.Classes, finding.ClassName, finding.ClassName);
        observation.DerivedFrom = [new ResourceReference($"Observation/{result.Id}")];
        observation.Component =
        [
            Count("pixels", "Pixels of the region", finding.PixelCount, "pixels", "{pixels}"),
            Area(FhirNames.Concept(FhirNames.Measures, "area", "Area of the region"), finding.AreaSquareMillimetres),
            Number("mean-probability", "Mean probability of the class over the region", finding.MeanProbability),
            Number("maximum-probability", "Largest probability of the class within the region", finding.MaximumProbability),
            Number("centroid-line", "Mean line of the region, from 0", finding.Centroid.Line, "{line}"),
            Number("centroid-sample", "Mean sample of the region, from 0", finding.Centroid.Sample, "{sample}"),
        ];
        observation.Text = FhirNarrative.Of(result, finding);
        return observation;
    }

    private Observation Common(CaptureResult result, string id, CodeableConcept code)
    {
        var observation = new Observation
        {
            Id = id,
            Identifier = [new Identifier(FhirNames.Results, id)],
            Status = ObservationStatus.Preliminary,
            Category = [FhirNames.Concept(FhirNames.Category, "imaging", "Imaging")],
            Code = code,
            Effective = new FhirDateTime(result.CapturedUtc.ToUniversalTime()),
            Issued = result.CapturedUtc.ToUniversalTime() + TimeSpan.FromMilliseconds(Math.Max(0, result.Timing.TriggerToMapsMilliseconds)),
            Method = FhirNames.Concept(FhirNames.Models, result.Model.Sha256, $"{result.Model.Name}@{result.Model.Version}"),
            Device = new ResourceReference("#device"),
            Contained = [OfDevice(result)],
            Note = [.. Notes(result).Select(n => new Annotation { Text = new Markdown(FhirNames.Clean(n)) })],
        };
        if (result.CaseId is { } given && FhirNames.Clean(given) is { } caseId)
        {
            observation.Subject = new ResourceReference { Type = "Patient", Identifier = new Identifier(_options.CaseSystem, caseId) };
        }

        if (result.Synthetic)
        {
            observation.Meta = new Meta { Security = [new Coding(FhirNames.Security, "HTEST", "test health data")] };
        }

        return observation;
    }

    private Device OfDevice(CaptureResult result)
    {
        var device = new Device
        {
            Id = "device",
            SerialNumber = FhirNames.Clean(result.Camera.Serial),
            DeviceName = [new Device.DeviceNameComponent { Name = FhirNames.Clean(result.Camera.Model) ?? "unnamed", Type = DeviceNameType.ModelName }],
            Type = new CodeableConcept { Text = result.Camera.Synthetic ? "Simulated hyperspectral camera of a research endoscopy cart" : "Hyperspectral camera of a research endoscopy cart" },
            Version = [new Device.VersionComponent { Type = new CodeableConcept { Text = "classification model" }, Value = FhirNames.Clean($"{result.Model.Name}@{result.Model.Version}") }],
        };
        if (_options.Cart is { } cart)
        {
            device.Identifier = [new Identifier(FhirNames.Carts, cart)];
        }

        return device;
    }

    private static IEnumerable<string> Notes(CaptureResult result)
    {
        yield return result.Notice;
        if (result.Synthetic)
        {
            yield return "SYNTHETIC: the cube or the model's training data was simulated.";
        }

        if (result.Flags != CalibrationFlags.None)
        {
            yield return $"Calibration: {result.Flags}{string.Concat(result.DriftReasons.Select(r => "; " + r))}.";
        }
    }

    // "Nothing found" is not coded as negative: a result does not say whether its model has target classes at all.
    private static CodeableConcept Interpret(CaptureResult result) => result switch
    {
        { AlertsInhibited: true } => FhirNames.Concept(FhirNames.Interpretation, "IND", "Indeterminate: the calibration cannot be trusted, alerts were inhibited"),
        { Findings.Count: > 0 } => FhirNames.Concept(FhirNames.Interpretation, "POS", "Regions of a target class were found"),
        _ => new CodeableConcept { Text = "No region of a target class was found" },
    };

    private static IEnumerable<Observation.ComponentComponent> OfClass(CaptureResult result, string name, long pixels)
    {
        yield return new() { Code = FhirNames.Concept(FhirNames.ClassPixels, name, $"Pixels of class {name}"), Value = FhirNames.Quantity(pixels, "pixels", "{pixels}") };
        yield return Area(FhirNames.Concept(FhirNames.ClassArea, name, $"Area of class {name}"), pixels * result.PixelPitchMillimetres * result.PixelPitchMillimetres);
    }

    private static IEnumerable<Observation.ComponentComponent> Pulses(CaptureResult result) =>
    [
        Count("pulses-sent", "Trigger pulses sent to the camera", result.Ledger.Sent, "pulses", "{pulses}"),
        Count("pulses-paired", "Trigger pulses answered by one complete frame in time", result.Ledger.Paired, "pulses", "{pulses}"),
        Count("pulses-late", "Trigger pulses answered late", result.Ledger.Late, "pulses", "{pulses}"),
        Count("pulses-missed", "Trigger pulses without a usable frame", result.Ledger.Missed, "pulses", "{pulses}"),
        Count("frames-spurious", "Frames that answer no trigger pulse", result.Ledger.Spurious, "frames", "{frames}"),
    ];

    private static Observation.ComponentComponent Count(string code, string text, long value, string unit, string ucum) =>
        new() { Code = FhirNames.Concept(FhirNames.Measures, code, text), Value = FhirNames.Quantity(value, unit, ucum) };

    private static Observation.ComponentComponent Number(string code, string text, double value, string ucum = "1") =>
        Measured(FhirNames.Concept(FhirNames.Measures, code, text), value, ucum == "1" ? "1" : ucum.Trim('{', '}'), ucum, "error");

    private static Observation.ComponentComponent Area(CodeableConcept code, double? squareMillimetres) => Measured(code, squareMillimetres, "mm²", "mm2", "unknown");

    // An area without a pixel pitch, and what is no finite number, is absent with the reason: never 0.
    private static Observation.ComponentComponent Measured(CodeableConcept code, double? value, string unit, string ucum, string reason) => value is { } number && double.IsFinite(number)
        ? new() { Code = code, Value = FhirNames.Quantity((decimal)number, unit, ucum) }
        : new() { Code = code, DataAbsentReason = FhirNames.Concept(FhirNames.AbsentReason, value is null ? reason : "not-a-number", value is null ? "Unknown" : "Not a Number (NaN)") };
}
