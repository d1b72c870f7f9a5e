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

    [Fact]
    public void A_whole_plan_reads_as_it_says()
    {
        var plan = Parse("""
            {
              "name": "n", "wavelengths": [1000, 1100, 1200], "exposureMicroseconds": 10, "gainDecibels": [0, 6, 12], "pixelPitchMillimetres": 1,
              "order": [2, 0, 1], "averages": 3, "darkEvery": 2,
              "light": { "kind": "serial", "baud": 115200, "select": "WL {nm}\r", "dark": "SHUT\r", "answer": "^OK", "answerTimeoutMilliseconds": 250 },
              "trigger": { "kind": "line", "pulseMicroseconds": 500, "spacingMicroseconds": 9000 }
            }
            """);
        Assert.Equal([0, 6, 12], plan.GainDecibels);
        Assert.Equal([2, 0, 1], plan.Order);
        Assert.Equal((3, 2), (plan.Averages, plan.DarkEvery));
        var light = Assert.IsType<SerialLight>(plan.Light);
        Assert.Equal((115200, "WL {nm}\r", "SHUT\r", "^OK", 250.0), (light.Baud, light.SelectCommand, light.DarkCommand, light.Answer, light.AnswerTimeoutMilliseconds));
        Assert.Equal(new LineTrigger(500, 9000), plan.Trigger);
    }

    [Theory]
    [InlineData("""{ "kind": "gpio", "coding": "one-hot" }""", typeof(GpioLight))]
    [InlineData("""{ "kind": "gpio", "coding": "step-pulse", "pulseMicroseconds": 200, "positions": [5, 3, 1, 0], "waitForSync": true }""", typeof(GpioLight))]
    [InlineData("""{ "kind": "camera", "feature": "HsiBandIndex" }""", typeof(CameraLight))]
    [InlineData("""{ "kind": "fixed" }""", typeof(FixedLight))]
    public void Every_kind_of_light_is_read(string light, Type expected) => Assert.IsType(expected, Parse(With($"\"light\": {light}")).Light);

    [Theory]
    [InlineData("\"light\": 3", "key 'light' is 3; expected an object")]
    [InlineData("\"light\": { }", "key 'light.kind' is missing")]
    [InlineData("\"light\": { \"kind\": \"lamp\" }", "key 'light.kind' is \"lamp\"; expected one of fixed, gpio, serial, camera")]
    [InlineData("\"light\": { \"kind\": \"fixed\", \"baud\": 1 }", "unknown key 'light.baud'")]
    [InlineData("\"light\": { \"kind\": \"gpio\", \"coding\": \"step-pulse\" }", "without pulseMicroseconds")]
    [InlineData("\"light\": { \"kind\": \"gpio\", \"coding\": \"binary\", \"pulseMicroseconds\": 5 }", "with pulseMicroseconds")]
    [InlineData("\"light\": { \"kind\": \"gpio\", \"coding\": \"one-hot\", \"positions\": [0, 1, 1, 2] }", "4 positions, 3 of them different")]
    [InlineData("\"light\": { \"kind\": \"gpio\", \"coding\": \"one-hot\", \"positions\": [0, 1, 40, 2] }", "'light.positions[2]' is 40")]
    [InlineData("\"light\": { \"kind\": \"serial\", \"select\": \"W\", \"answer\": \"(\" }", "no regular expression")]
    [InlineData("\"darkEvery\": 2", "'darkEvery' is 2; expected 0, as a fixed light cannot be switched off")]
    [InlineData("\"darkEvery\": 2, \"light\": { \"kind\": \"camera\", \"feature\": \"F\" }", "light.darkPosition is missing")]
    [InlineData("\"order\": [0, 1, 2]", "'order' is 3 numbers")]
    [InlineData("\"order\": [0, 1, 2, 2]", "'order' is 4 numbers, 3 of them different")]
    [InlineData("\"order\": \"random\"", "'order' is \"random\"")]
    [InlineData("\"averages\": 0", "'averages' is 0")]
    [InlineData("\"gainDecibels\": [1, 2]", "'gainDecibels' is 2 values")]
    [InlineData("\"trigger\": { \"kind\": \"line\" }", "'trigger.pulseMicroseconds' is missing")]
    [InlineData("\"trigger\": { \"kind\": \"line\", \"pulseMicroseconds\": 500, \"spacingMicroseconds\": 400 }", "more than the pulse's 500 µs")]
    [InlineData("\"trigger\": { \"kind\": \"freeRun\", \"lines\": 0, \"lineRateHertz\": 5 }", "'trigger.lines' is 0")]
    [InlineData("\"averages\": 2, \"trigger\": { \"kind\": \"freeRun\", \"lines\": 9, \"lineRateHertz\": 5 }", "'averages' is given; expected not there: a pushbroom camera")]
    public void A_wrong_light_or_trigger_is_refused_by_key(string addition, string expected)
    {
        var error = Assert.Throws<BadInputException>(() => Parse(With(addition)));
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

    private static string With(string addition) => Good.Replace("\"storeRawCube\": true", $"\"storeRawCube\": true, {addition}", StringComparison.Ordinal);

    private static ScanPlan Parse(string json) => ScanPlanFile.Parse(Encoding.UTF8.GetBytes(json), "plan.json");
}
