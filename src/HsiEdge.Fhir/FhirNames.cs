using Hl7.Fhir.Model;

namespace HsiEdge.Fhir;

/// <summary>The code systems of the mapping (docs/fhir.md): HsiEdge's own, which nobody else defines, and HL7's.</summary>
internal static class FhirNames
{
    /// <summary>What an observation is.</summary>
    public const string Codes = "urn:x-hsiedge:fhir:codes";

    /// <summary>What a component measures.</summary>
    public const string Measures = "urn:x-hsiedge:fhir:measures";

    /// <summary>Pixels of a class; the code is the class's name.</summary>
    public const string ClassPixels = "urn:x-hsiedge:fhir:class-pixels";

    /// <summary>Area of a class; the code is the class's name.</summary>
    public const string ClassArea = "urn:x-hsiedge:fhir:class-area";

    /// <summary>Class of a finding; the code is the class's name.</summary>
    public const string Classes = "urn:x-hsiedge:fhir:classes";

    /// <summary>Model bundles; the code is the bundle's SHA-256.</summary>
    public const string Models = "urn:x-hsiedge:fhir:models";

    /// <summary>Results by ULID.</summary>
    public const string Results = "urn:x-hsiedge:result";

    /// <summary>Carts by site and name.</summary>
    public const string Carts = "urn:x-hsiedge:cart";

    /// <summary>Pseudonymous cases, unless the site names a system of its own.</summary>
    public const string Cases = "urn:x-hsiedge:case";

    /// <summary>Kinds of observation.</summary>
    public const string Category = "http://terminology.hl7.org/CodeSystem/observation-category";

    /// <summary>Why a value is absent.</summary>
    public const string AbsentReason = "http://terminology.hl7.org/CodeSystem/data-absent-reason";

    /// <summary>Positive, indeterminate.</summary>
    public const string Interpretation = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation";

    /// <summary>Marks test data.</summary>
    public const string Security = "http://terminology.hl7.org/CodeSystem/v3-ActReason";

    /// <summary>Units of measure.</summary>
    public const string Ucum = "http://unitsofmeasure.org";

    /// <summary>A concept of one coding; FHIR's codes have single spaces only.</summary>
    public static CodeableConcept Concept(string system, string code, string text) =>
        new() { Coding = [new Coding(system, string.Join(' ', Clean(code)?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) ?? ["unnamed"]), Clean(text))], Text = Clean(text) };

    /// <summary>A quantity in UCUM.</summary>
    public static Quantity Quantity(decimal value, string unit, string code) => new(value, code, Ucum) { Unit = unit };

    /// <summary>A text without the control characters that FHIR forbids; null when nothing is left, as FHIR has no empty strings.</summary>
    public static string? Clean(string text) => string.Concat(text.Where(c => c is not (< ' ' or '\u007f' or '\ufffe' or '\uffff') || c is '\t' or '\r' or '\n')).Trim() is { Length: > 0 } clean ? clean : null;
}
