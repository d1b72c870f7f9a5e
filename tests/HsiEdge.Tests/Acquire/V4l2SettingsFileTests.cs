using System.Text;
using HsiEdge.Core;
using HsiEdge.Devices.V4l2;
using HsiEdge.Testing;
using NJsonSchema;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class V4l2SettingsFileTests
{
    [Fact]
    public void The_shipped_file_is_read_whole()
    {
        var settings = V4l2SettingsFile.Read(Path.Combine(SharedData.RepositoryRoot, "firmware-config", "cameras", "v4l2", "csi-swir.json"));
        Assert.Equal((V4l2PixelFormat.Y12, "exposure", 1.0, "gain", 0.1), (settings.PixelFormat, settings.ExposureControl, settings.ExposureUnitMicroseconds, settings.GainControl, settings.GainUnitDecibels));
        Assert.Equal([new("trigger_mode", 1)], settings.LineTrigger!);
        Assert.Equal([new("trigger_mode", 0)], settings.FreeRun);
    }

    [Fact]
    public void Every_key_is_heeded()
    {
        var settings = Parse("""
            { "pixelFormat": "Y10P", "serial": "S7", "shift": 4, "size": { "lines": 512, "samples": 640 }, "buffers": 3, "exposure": { "control": "shutter", "unitMicroseconds": 14.8 },
              "gain": { "control": "analogue_gain", "unitDecibels": 0.3 }, "controls": { "black_level": -2, "frame_rate": 30000000000 }, "lineTrigger": {}, "freeRun": { "mode": 2 } }
            """);
        Assert.Equal(("S7", 4, 512, 640, 3), (settings.Serial, settings.Shift, settings.Lines, settings.Samples, settings.Buffers));
        Assert.Equal(("shutter", 14.8, "analogue_gain", 0.3), (settings.ExposureControl, settings.ExposureUnitMicroseconds, settings.GainControl, settings.GainUnitDecibels));
        Assert.Equal([new("black_level", -2), new("frame_rate", 30_000_000_000)], settings.Controls);
        Assert.Empty(settings.LineTrigger!);
        Assert.Null(Parse("""{ "pixelFormat": "Y16" }""").LineTrigger);
    }

    [Theory]
    [InlineData("""{ }""", "key 'pixelFormat' is missing")]
    [InlineData("""{ "pixelFormat": "RG12" }""", "key 'pixelFormat' is \"RG12\"; expected one of Y10, Y12, Y14, Y16, Y10P, Y12P")]
    [InlineData("""{ "pixelFormat": "Y16", "buffers": 1 }""", "key 'buffers' is 1; expected a whole number, 2…32")]
    [InlineData("""{ "pixelFormat": "Y16", "shift": 9 }""", "key 'shift' is 9; expected a whole number, 0…8")]
    [InlineData("""{ "pixelFormat": "Y16", "size": { "lines": 4 } }""", "key 'size.samples' is missing")]
    [InlineData("""{ "pixelFormat": "Y16", "exposure": { "unitMicroseconds": 1 } }""", "key 'exposure.control' is missing")]
    [InlineData("""{ "pixelFormat": "Y16", "exposure": { "control": "e", "unitMicroseconds": 0 } }""", "key 'exposure.unitMicroseconds' is 0; expected a number in µs, above 0")]
    [InlineData("""{ "pixelFormat": "Y16", "gain": { "control": "gain" } }""", "key 'gain.unitDecibels' is missing")]
    [InlineData("""{ "pixelFormat": "Y16", "controls": { "mode": 1.5 } }""", "key 'controls.mode' is 1.5; expected a whole number")]
    [InlineData("""{ "pixelFormat": "Y16", "lineTrigger": null }""", "key 'lineTrigger' is null; expected an object")]
    [InlineData("""{ "pixelFormat": "Y16", "rate": 5 }""", "unknown key 'rate'")]
    public async Task What_is_wrong_is_named_and_refused_by_the_schema_too(string json, string because)
    {
        Assert.Contains(because, Assert.Throws<BadInputException>(() => Parse(json)).Message, StringComparison.Ordinal);
        Assert.NotEmpty((await SchemaAsync()).Validate(json));
    }

    [Fact]
    public async Task The_schema_takes_the_shipped_file()
    {
        var json = await File.ReadAllTextAsync(Path.Combine(SharedData.RepositoryRoot, "firmware-config", "cameras", "v4l2", "csi-swir.json"), TestContext.Current.CancellationToken);
        var schema = await SchemaAsync();
        Assert.Empty(schema.Validate(string.Join('\n', json.Split('\n').Where(l => !l.TrimStart().StartsWith("//", StringComparison.Ordinal)))));
    }

    private static V4l2Settings Parse(string json) => V4l2SettingsFile.Parse(Encoding.UTF8.GetBytes(json), "camera.json");

    private static Task<JsonSchema> SchemaAsync() => JsonSchema.FromFileAsync(Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "v4l2-camera.schema.json"));
}
