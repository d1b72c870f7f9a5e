using System.Text;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Testing;
using NJsonSchema;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class ScanPlanFileTests
{
    private const string Good = """
        {
          // comments are allowed
          "name": "test",
          "wavelengths": { "firstNanometres": 1000, "lastNanometres": 1600, "bands": 4 },
          "exposureMicroseconds": 2000,
          "settleMicroseconds": 150,
          "pixelPitchMillimetres": 0.25,
          "storeRawCube": true,
        }
        """;

    [Fact]
    public void A_plan_with_even_spacing_reads_as_it_says()
    {
        var plan = Parse(Good);
        Assert.Equal("test", plan.Name);
        Assert.Equal([1000, 1200, 1400, 1600], plan.Wavelengths.Nanometres.ToArray());
        Assert.Equal([2000, 2000, 2000, 2000], plan.ExposureMicroseconds);
        Assert.Equal((150, 0.25, true), (plan.SettleMicroseconds, plan.PixelPitchMillimetres, plan.StoreRawCube));
    }

    [Fact]
    public void A_plan_with_lists_reads_as_it_says()
    {
        var plan = Parse("""{ "name": "n", "wavelengths": [1000, 1075.5], "fwhmNanometres": [8, 9], "exposureMicroseconds": [10, 20.5], "pixelPitchMillimetres": 1 }""");
        Assert.Equal([1000, 1075.5], plan.Wavelengths.Nanometres.ToArray());
        Assert.Equal([8, 9], plan.Wavelengths.FwhmNanometres.ToArray());
        Assert.Equal([10, 20.5], plan.ExposureMicroseconds);
        Assert.Equal((0, false), (plan.SettleMicroseconds, plan.StoreRawCube));
    }

    [Theory]
    [InlineData("\"name\": \"test\"", "\"name\": \" \"", "'name'")]
    [InlineData("\"name\": \"test\",", "", "'name' is missing")]
    [InlineData("\"name\": \"test\"", "\"name\": \"test\", \"name\": \"twice\"", "'name' stands there twice")]
    [InlineData("\"bands\": 4", "\"bands\": 0", "'wavelengths.bands' is 0")]
    [InlineData("\"bands\": 4", "\"bands\": 2.5", "'wavelengths.bands' is 2.5")]
    [InlineData("\"bands\": 4", "\"band\": 4", "unknown key 'wavelengths.band'")]
    [InlineData("\"lastNanometres\": 1600", "\"lastNanometres\": 900", "lastNanometres above firstNanometres")]
    [InlineData("{ \"firstNanometres\": 1000, \"lastNanometres\": 1600, \"bands\": 4 }", "[]", "'wavelengths' is 0 values")]
    [InlineData("{ \"firstNanometres\": 1000, \"lastNanometres\": 1600, \"bands\": 4 }", "[1000, 1000]", "wavelengths that increase")]
    [InlineData("{ \"firstNanometres\": 1000, \"lastNanometres\": 1600, \"bands\": 4 }", "[1000, -2]", "'wavelengths[1]' is -2")]
    [InlineData("{ \"firstNanometres\": 1000, \"lastNanometres\": 1600, \"bands\": 4 }", "\"nm\"", "'wavelengths' is \"nm\"")]
    [InlineData("\"exposureMicroseconds\": 2000", "\"exposureMicroseconds\": 0", "'exposureMicroseconds' is 0")]
    [InlineData("\"exposureMicroseconds\": 2000", "\"exposureMicroseconds\": [1, 2]", "'exposureMicroseconds' is 2 values")]
    [InlineData("\"exposureMicroseconds\": 2000", "\"exposureMicroseconds\": 1e999", "'exposureMicroseconds' is 1e999")]
    [InlineData("\"exposureMicroseconds\": 2000", "\"exposure\": 2000", "unknown key 'exposure'")]
    [InlineData("\"settleMicroseconds\": 150", "\"settleMicroseconds\": -1", "'settleMicroseconds' is -1")]
    [InlineData("\"pixelPitchMillimetres\": 0.25", "\"pixelPitchMillimetres\": null", "'pixelPitchMillimetres' is null")]
    [InlineData("\"storeRawCube\": true", "\"storeRawCube\": \"yes\"", "'storeRawCube' is \"yes\"")]
    [InlineData("{\n", "[", "is not JSON")]
    public void A_wrong_plan_is_refused_by_file_and_key(string from, string to, string expected)
    {
        var text = Good.ReplaceLineEndings("\n");
        Assert.Contains(from, text, StringComparison.Ordinal);
        var error = Assert.Throws<BadInputException>(() => Parse(text.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains("plan.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("3")]
    public void What_is_no_object_is_refused(string text) => Assert.Throws<BadInputException>(() => Parse(text));

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<BadInputException>(() => ScanPlanFile.Read(folder.File("none.json")));
        Assert.Contains("none.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_plan_we_ship_reads_and_fits_the_published_schema()
    {
        var root = SharedData.RepositoryRoot;
        var schema = await JsonSchema.FromFileAsync(Path.Combine(root, "docs", "schemas", "scan-plan.schema.json"), TestContext.Current.CancellationToken);
        var files = Directory.GetFiles(Path.Combine(root, "firmware-config", "plans"), "*.json");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            var plan = ScanPlanFile.Read(file);
            Assert.Equal(Path.GetFileNameWithoutExtension(file), plan.Name);
            Assert.Empty(schema.Validate(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        }
    }

    private static ScanPlan Parse(string json) => ScanPlanFile.Parse(Encoding.UTF8.GetBytes(json), "plan.json");
}
