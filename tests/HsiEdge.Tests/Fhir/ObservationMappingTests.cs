using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Record;
using HsiEdge.Fhir;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Fhir;

/// <summary>Results as FHIR R4 Observations, held against the standard's rules without the library that wrote them, and figure by figure.</summary>
public sealed class ObservationMappingTests
{
    private static readonly ObservationMapping Mapping = new(new FhirOptions(Cart: "site/cart"));

    public static TheoryData<string> Variants { get; } =
        ["plain", "no pitch", "no case", "measured", "no findings", "trusted", "odd names", "no classes", "control characters", "not a number", "no serial", "many findings"];

    [Theory]
    [MemberData(nameof(Variants))]
    public void Every_kind_of_result_gives_observations_that_keep_FHIRs_rules(string variant)
    {
        var result = Variant(variant);
        var observations = Map(result);
        Assert.Equal(1 + result.Findings.Count, observations.Count);
        Assert.All(observations, FhirRules.AssertObservation);
        Assert.Equal(observations.Count, observations.Select(Id).Distinct(StringComparer.Ordinal).Count());
        if (result.Findings.Count > 0)
        {
            Assert.Equal(observations.Skip(1).Select(o => "Observation/" + Id(o)), observations[0].GetProperty("hasMember").EnumerateArray().Select(m => m.GetProperty("reference").GetString()));
            Assert.All(observations.Skip(1), o => Assert.Equal("Observation/" + result.Id, Assert.Single(o.GetProperty("derivedFrom").EnumerateArray()).GetProperty("reference").GetString()));
        }
    }

    [Fact]
    public void Every_figure_stands_where_the_mapping_says()
    {
        var result = Sample();
        var observations = Map(result);
        var (cube, finding) = (observations[0], observations[1]);
        Assert.Equal("preliminary", cube.GetProperty("status").GetString());
        Assert.Equal(result.CapturedUtc, cube.GetProperty("effectiveDateTime").GetDateTimeOffset());
        Assert.Equal(result.CapturedUtc.AddMilliseconds(77.75), cube.GetProperty("issued").GetDateTimeOffset());
        Assert.Equal(1, cube.GetProperty("valueQuantity").GetProperty("value").GetInt32());
        Assert.Equal("IND", cube.GetProperty("interpretation")[0].GetProperty("coding")[0].GetProperty("code").GetString());
        Assert.Equal(128, Component(cube, "urn:x-hsiedge:fhir:class-pixels", "lesion").GetProperty("valueQuantity").GetProperty("value").GetInt32());
        Assert.Equal(12.5m, Component(cube, "urn:x-hsiedge:fhir:class-area", "lesion").GetProperty("valueQuantity").GetProperty("value").GetDecimal());
        Assert.Equal(13, Component(cube, "urn:x-hsiedge:fhir:measures", "pulses-paired").GetProperty("valueQuantity").GetProperty("value").GetInt32());
        Assert.Equal(12.5m, Component(finding, "urn:x-hsiedge:fhir:measures", "area").GetProperty("valueQuantity").GetProperty("value").GetDecimal());
        Assert.Equal(0.91m, Component(finding, "urn:x-hsiedge:fhir:measures", "mean-probability").GetProperty("valueQuantity").GetProperty("value").GetDecimal());
        Assert.Equal("lesion", finding.GetProperty("valueCodeableConcept").GetProperty("coding")[0].GetProperty("code").GetString());
        Assert.Equal(result.Model.Sha256, cube.GetProperty("method").GetProperty("coding")[0].GetProperty("code").GetString());
        var device = cube.GetProperty("contained")[0];
        Assert.Equal(("SIM-1", "site/cart"), (device.GetProperty("serialNumber").GetString(), device.GetProperty("identifier")[0].GetProperty("value").GetString()));
    }

    [Fact]
    public void The_case_is_an_identifier_alone_and_nobody_is_named()
    {
        foreach (var observation in Map(Sample()))
        {
            var subject = observation.GetProperty("subject");
            Assert.Equal(["identifier", "type"], subject.EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal));
            Assert.Equal(("urn:x-hsiedge:case", "case-1"), (subject.GetProperty("identifier").GetProperty("system").GetString(), subject.GetProperty("identifier").GetProperty("value").GetString()));
            Assert.False(observation.TryGetProperty("performer", out _) || observation.TryGetProperty("encounter", out _));
        }

        Assert.All(Map(Variant("no case")), o => Assert.False(o.TryGetProperty("subject", out _)));
    }

    [Fact]
    public void Research_use_is_said_on_each_and_synthetic_ones_are_marked_as_test_data()
    {
        Assert.All(Map(Sample()), o =>
        {
            var notes = o.GetProperty("note").EnumerateArray().Select(n => n.GetProperty("text").GetString()!).ToList();
            Assert.Equal(CaptureResult.ResearchUseOnly, notes[0]);
            Assert.StartsWith("SYNTHETIC", notes[1], StringComparison.Ordinal);
            Assert.Equal("HTEST", o.GetProperty("meta").GetProperty("security")[0].GetProperty("code").GetString());
        });
        Assert.All(Map(Variant("measured")), o => Assert.False(o.TryGetProperty("meta", out _)));
    }

    [Fact]
    public void An_area_without_a_pitch_is_absent_with_the_reason_and_nothing_found_is_not_coded_negative()
    {
        var cube = Map(Variant("no pitch"))[0];
        Assert.Equal("unknown", Component(cube, "urn:x-hsiedge:fhir:class-area", "lesion").GetProperty("dataAbsentReason").GetProperty("coding")[0].GetProperty("code").GetString());
        var interpretation = Map(Variant("no findings"))[0].GetProperty("interpretation")[0];
        Assert.False(interpretation.TryGetProperty("coding", out _));
        Assert.Equal("POS", Map(Variant("trusted"))[0].GetProperty("interpretation")[0].GetProperty("coding")[0].GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("\"status\":\"preliminary\"", "\"status\":\"prelimnary\"", "prelimnary")]
    [InlineData("\"status\":\"preliminary\",", "", "status")]
    [InlineData("\"resourceType\":\"Observation\"", "\"resourceType\":\"Observation\",\"colour\":\"red\"", "colour")]
    public void Reading_is_strict(string part, string instead, string named)
    {
        var json = ObservationWriter.ToJson(Mapping.Map(Sample())[0]);
        Assert.Contains(part, json, StringComparison.Ordinal);
        var fault = Assert.Throws<BadInputException>(() => ObservationWriter.Read(json.Replace(part, instead, StringComparison.Ordinal)));
        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void In_a_Bundle_every_reference_leads_to_an_entry()
    {
        var bundle = new BundleWriter();
        foreach (var observation in new[] { Sample(), Variant("many findings") }.SelectMany(Mapping.Map))
        {
            bundle.Add(observation);
        }

        using var json = JsonDocument.Parse(bundle.ToJson());
        var entries = json.RootElement.GetProperty("entry").EnumerateArray().ToList();
        var urls = entries.Select(e => e.GetProperty("fullUrl").GetString()!).ToList();
        Assert.Equal(entries.Count, urls.Distinct(StringComparer.Ordinal).Count());
        Assert.All(urls, u => Assert.Matches("^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", u));
        var references = entries.Select(e => e.GetProperty("resource")).SelectMany(r => new[] { "hasMember", "derivedFrom" }
            .SelectMany(m => r.TryGetProperty(m, out var list) ? list.EnumerateArray().Select(x => x.GetProperty("reference").GetString()!) : [])).ToList();
        Assert.NotEmpty(references);
        Assert.All(references, r => Assert.Contains(r, urls));
    }

    private static CaptureResult Sample() => new SampleRecords(TimeProvider.System).Next().Result;

    private static CaptureResult Variant(string variant)
    {
        var r = Sample();
        return variant switch
        {
            "no pitch" => r with { PixelPitchMillimetres = null, Findings = [r.Findings[0] with { AreaSquareMillimetres = null }] },
            "no case" => r with { CaseId = null },
            "measured" => r with { Synthetic = false, Camera = r.Camera with { Synthetic = false } },
            "no findings" => r with { Findings = [], AlertsInhibited = false, Flags = CalibrationFlags.None, DriftReasons = [] },
            "trusted" => r with { AlertsInhibited = false, Flags = CalibrationFlags.None, DriftReasons = [] },
            "odd names" => r with { CaseId = " <b>&\"case\"  ", ClassPixels = new Dictionary<string, long> { ["  fat  and muscle "] = 3, ["µ <x>"] = 4 }, Origin = "a\nb" },
            "no classes" => r with { ClassPixels = new Dictionary<string, long>(), CalibrationId = null },
            "control characters" => r with { CaseId = "a\u0001b", Camera = r.Camera with { Model = "\u0000", Serial = "\u0002" } },
            "not a number" => r with { Findings = [r.Findings[0] with { MeanProbability = double.NaN, AreaSquareMillimetres = double.PositiveInfinity }] },
            "no serial" => r with { Camera = r.Camera with { Serial = "" } },
            "many findings" => r with { Findings = [.. Enumerable.Range(1, 40).Select(i => r.Findings[0] with { Index = i })] },
            _ => r,
        };
    }

    private static List<JsonElement> Map(CaptureResult result) => [.. Mapping.Map(result).Select(o => JsonDocument.Parse(ObservationWriter.ToJson(o)).RootElement)];

    private static string Id(JsonElement observation) => observation.GetProperty("id").GetString()!;

    private static JsonElement Component(JsonElement observation, string system, string code) => observation.GetProperty("component").EnumerateArray().Single(c =>
        c.GetProperty("code").GetProperty("coding")[0] is var coding && coding.GetProperty("system").GetString() == system && coding.GetProperty("code").GetString() == code);
}
