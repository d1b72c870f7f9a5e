using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Xunit;

namespace HsiEdge.Tests.Fhir;

/// <summary>
/// Rules of FHIR R4 (hl7.org/fhir/R4: json, datatypes, observation, device) held against bare JSON, without the library that wrote it. The schema itself is not
/// to be had offline; these are the rules that an Observation of ours can break.
/// </summary>
internal static partial class FhirRules
{
    private static readonly HashSet<string> Members = new(StringComparer.Ordinal)
    {
        "resourceType", "id", "meta", "text", "contained", "identifier", "status", "category", "code", "subject", "effectiveDateTime", "issued", "valueQuantity", "valueCodeableConcept",
        "interpretation", "note", "method", "device", "hasMember", "derivedFrom", "component",
    };

    private static readonly HashSet<string> ComponentMembers = new(StringComparer.Ordinal) { "code", "valueQuantity", "valueCodeableConcept", "dataAbsentReason" };

    /// <summary>Holds an Observation against the rules.</summary>
    public static void AssertObservation(JsonElement observation)
    {
        AssertNothingEmpty(observation, "Observation");
        Assert.Equal("Observation", Text(observation, "resourceType"));
        Assert.Matches(Id(), Text(observation, "id"));
        Assert.Empty(observation.EnumerateObject().Select(p => p.Name).Except(Members));
        Assert.Contains(Text(observation, "status"), new[] { "registered", "preliminary", "final", "amended", "corrected", "cancelled", "entered-in-error", "unknown" });
        AssertConcept(observation.GetProperty("code"));
        Assert.Equal("imaging", Assert.Single(Assert.Single(observation.GetProperty("category").EnumerateArray()).GetProperty("coding").EnumerateArray()).GetProperty("code").GetString());
        Assert.Matches(DateTimeForm(), Text(observation, "effectiveDateTime"));
        Assert.Matches(InstantForm(), Text(observation, "issued"));
        Assert.True(Instant(observation, "issued") >= Instant(observation, "effectiveDateTime"));
        Assert.True(observation.EnumerateObject().Count(p => p.Name.StartsWith("value", StringComparison.Ordinal)) <= 1);
        AssertContained(observation);
        AssertNarrative(observation.GetProperty("text"));
        foreach (var component in observation.GetProperty("component").EnumerateArray())
        {
            AssertComponent(component);
        }
    }

    private static void AssertComponent(JsonElement component)
    {
        Assert.Empty(component.EnumerateObject().Select(p => p.Name).Except(ComponentMembers));
        AssertConcept(component.GetProperty("code"));

        // obs-6: a reason only where there is no value; and ours always have one of the two.
        Assert.NotEqual(component.TryGetProperty("valueQuantity", out var quantity), component.TryGetProperty("dataAbsentReason", out var reason));
        if (reason.ValueKind == JsonValueKind.Object)
        {
            AssertConcept(reason);
            Assert.Contains(reason.GetProperty("coding")[0].GetProperty("code").GetString(), new[] { "unknown", "not-a-number", "error" });
            return;
        }

        Assert.Equal(JsonValueKind.Number, quantity.GetProperty("value").ValueKind);
        Assert.Equal("http://unitsofmeasure.org", Text(quantity, "system"));
        Assert.Matches(UcumForm(), Text(quantity, "code"));
    }

    // dom-2 to dom-5: no nesting, no versions, and what is contained is referred to.
    private static void AssertContained(JsonElement observation)
    {
        var device = Assert.Single(observation.GetProperty("contained").EnumerateArray());
        Assert.Equal("Device", Text(device, "resourceType"));
        Assert.False(device.TryGetProperty("contained", out _) || device.TryGetProperty("text", out _) || device.TryGetProperty("meta", out _));
        Assert.Equal("#" + Text(device, "id"), Text(observation.GetProperty("device"), "reference"));
    }

    private static void AssertNarrative(JsonElement text)
    {
        Assert.Equal("generated", Text(text, "status"));
        var div = XElement.Parse(Text(text, "div"));
        Assert.Equal(XName.Get("div", "http://www.w3.org/1999/xhtml"), div.Name);
        Assert.False(string.IsNullOrWhiteSpace(div.Value));
        Assert.Contains("For research use only", div.Value, StringComparison.Ordinal);
    }

    private static void AssertConcept(JsonElement concept)
    {
        foreach (var coding in concept.GetProperty("coding").EnumerateArray())
        {
            Assert.True(Uri.TryCreate(Text(coding, "system"), UriKind.Absolute, out _));
            Assert.Matches(Code(), Text(coding, "code"));
        }
    }

    // ele-1 and the JSON format: no empty strings, arrays, objects, no nulls; no control characters.
    private static void AssertNothingEmpty(JsonElement element, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                Assert.True(element.EnumerateObject().Any(), $"{path} is an empty object.");
                foreach (var member in element.EnumerateObject())
                {
                    AssertNothingEmpty(member.Value, $"{path}.{member.Name}");
                }

                break;
            case JsonValueKind.Array:
                Assert.True(element.GetArrayLength() > 0, $"{path} is an empty array.");
                foreach (var item in element.EnumerateArray())
                {
                    AssertNothingEmpty(item, path + "[]");
                }

                break;
            case JsonValueKind.String:
                Assert.False(string.IsNullOrWhiteSpace(element.GetString()), $"{path} is an empty string.");
                Assert.DoesNotContain(element.GetString()!, c => c < ' ' && c is not ('\t' or '\r' or '\n'));
                break;
            default:
                Assert.NotEqual(JsonValueKind.Null, element.ValueKind);
                break;
        }
    }

    private static string Text(JsonElement element, string member) => element.GetProperty(member).GetString()!;

    private static DateTimeOffset Instant(JsonElement element, string member) => DateTimeOffset.Parse(Text(element, member), CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[A-Za-z0-9\-\.]{1,64}$")]
    private static partial Regex Id();

    [GeneratedRegex(@"^[^\s]+(\s[^\s]+)*$")]
    private static partial Regex Code();

    [GeneratedRegex(@"^(mm2|1|\{[a-z]+\})$")]
    private static partial Regex UcumForm();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$")]
    private static partial Regex DateTimeForm();

    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})$")]
    private static partial Regex InstantForm();
}
