using System.Text;
using HsiEdge.Core;
using HsiEdge.Devices.GenICam;
using HsiEdge.Testing;
using NJsonSchema;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class CameraFeatureFileTests
{
    private const string Good = """
        {
          // comments are allowed
          "pixelFormat": "Mono12p",
          "region": { "x": 8, "y": 16, "width": 320, "height": 256 },
          "binning": 2,
          "exposureMicroseconds": 2000.5,
          "gainDecibels": -3,
          "trigger": { "source": "Line2", "activation": "FallingEdge" },
          "stream": { "packetBytes": 9000, "packetDelayNanoseconds": 100, "packetResend": false, "packetSocket": true, "socketBufferBytes": 8388608, "buffers": 32, "startMilliseconds": 250 },
          "features": { "GainAuto": "Off", "SensorCooling": true, "FanSpeed": 3, "Gamma": 1.5 },
        }
        """;

    private static readonly string SchemaPath = Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "camera-features.schema.json");

    [Fact]
    public void Every_key_reads_as_it_says()
    {
        var features = Parse(Good);
        Assert.Equal((GenICamPixelFormat.Mono12p, new SensorRegion(8, 16, 320, 256), 2), (features.PixelFormat, features.Region, features.Binning));
        Assert.Equal((2000.5, -3), (features.ExposureMicroseconds, features.GainDecibels));
        Assert.Equal(("Line2", "FallingEdge"), (features.TriggerSource, features.TriggerActivation));
        Assert.Equal((9000, 100L, false), (features.PacketBytes, features.PacketDelayNanoseconds, features.PacketResend));
        Assert.Equal((true, 8_388_608, 32, 250), (features.PacketSocket, features.SocketBufferBytes, features.StreamBuffers, features.StartMilliseconds));
        Assert.Equal([new("GainAuto", "Off"), new("SensorCooling", true), new("FanSpeed", 3.0), new("Gamma", 1.5)], features.Others);
        Assert.Equal("camera.json", features.Origin);
    }

    [Fact]
    public void What_a_file_leaves_out_is_left_to_the_camera()
    {
        var features = Parse("""{ "pixelFormat": "Mono8" }""");
        Assert.Equal(new CameraFeatures { Origin = "camera.json", PixelFormat = GenICamPixelFormat.Mono8, Others = features.Others }, features);
        Assert.Empty(features.Others);
    }

    [Theory]
    [InlineData("\"pixelFormat\": \"Mono12p\",", "", "'pixelFormat' is missing")]
    [InlineData("\"Mono12p\"", "\"RGB8\"", "'pixelFormat' is \"RGB8\"; expected one of Mono8, Mono12p")]
    [InlineData("\"Mono12p\"", "\"mono12p\"", "'pixelFormat' is \"mono12p\"")]
    [InlineData("\"width\": 320", "\"width\": 0", "'region.width' is 0")]
    [InlineData("\"width\": 320, ", "", "'region.width' is missing")]
    [InlineData("\"x\": 8", "\"x\": 0.5", "'region.x' is 0.5")]
    [InlineData("\"x\": 8", "\"x\": -1", "'region.x' is -1")]
    [InlineData("\"x\": 8", "\"left\": 8", "unknown key 'region.left'")]
    [InlineData("\"binning\": 2", "\"binning\": 1.5", "'binning' is 1.5")]
    [InlineData("2000.5", "0", "'exposureMicroseconds' is 0")]
    [InlineData("2000.5", "1e999", "'exposureMicroseconds' is 1e999")]
    [InlineData("\"gainDecibels\": -3", "\"gainDecibels\": \"high\"", "'gainDecibels' is \"high\"")]
    [InlineData("\"source\": \"Line2\"", "\"source\": \" \"", "'trigger.source'")]
    [InlineData("\"activation\"", "\"edge\"", "unknown key 'trigger.edge'")]
    [InlineData("\"packetBytes\": 9000", "\"packetBytes\": 70000", "'stream.packetBytes' is 70000")]
    [InlineData("\"packetResend\": false", "\"packetResend\": 0", "'stream.packetResend' is 0")]
    [InlineData("\"startMilliseconds\": 250", "\"startMilliseconds\": -1", "'stream.startMilliseconds' is -1")]
    [InlineData("\"buffers\": 32", "\"buffers\": 1", "'stream.buffers' is 1; expected 2…256")]
    [InlineData("\"SensorCooling\": true", "\"SensorCooling\": null", "'features.SensorCooling' is a list, an object or null")]
    [InlineData("\"SensorCooling\": true", "\"SensorCooling\": [1]", "'features.SensorCooling'")]
    [InlineData("\"binning\": 2", "\"bining\": 2", "unknown key 'bining'")]
    [InlineData("{\n", "[", "is not JSON")]
    public void A_wrong_file_is_refused_by_file_and_key(string from, string to, string expected)
    {
        var text = Good.ReplaceLineEndings("\n");
        Assert.Contains(from, text, StringComparison.Ordinal);
        var error = Assert.Throws<BadInputException>(() => Parse(text.Replace(from, to, StringComparison.Ordinal)));
        Assert.Contains("camera.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<BadInputException>(() => CameraFeatureFile.Read(folder.File("none.json")));
        Assert.Contains("none.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_file_we_ship_reads_and_fits_the_published_schema()
    {
        var schema = await JsonSchema.FromFileAsync(SchemaPath, TestContext.Current.CancellationToken);
        var files = Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, "firmware-config", "cameras"), "*.json");
        Assert.NotEmpty(files);
        foreach (var file in files)
        {
            Assert.Equal(file, CameraFeatureFile.Read(file).Origin);
            Assert.Empty(schema.Validate(await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken)));
        }
    }

    /// <summary>What the schema takes the reader takes, and what one refuses the other does.</summary>
    [Theory]
    [InlineData("{ }")]
    [InlineData("""{ "pixelFormat": "Mono16", "other": 1 }""")]
    [InlineData("""{ "pixelFormat": "Mono11" }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "region": { "width": 4 } }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "region": { "width": 65536, "height": 1 } }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "binning": 17 }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "exposureMicroseconds": 60000001 }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "gainDecibels": -101 }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "trigger": { "source": "" } }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "stream": { "packetBytes": 0.5 } }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "stream": { "packetDelayNanoseconds": 1000000001 } }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "stream": { "socketBufferBytes": 0 } }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "stream": { "buffers": 257 } }""")]
    [InlineData("""{ "pixelFormat": "Mono16", "features": { "A": {} } }""")]
    public async Task The_schema_refuses_what_the_reader_refuses(string json)
    {
        var schema = await JsonSchema.FromFileAsync(SchemaPath, TestContext.Current.CancellationToken);
        Assert.NotEmpty(schema.Validate(json));
        Assert.Throws<BadInputException>(() => Parse(json));
    }

    [Fact]
    public async Task The_schemas_defaults_are_the_readers()
    {
        var schema = await JsonSchema.FromFileAsync(SchemaPath, TestContext.Current.CancellationToken);
        var defaults = new CameraFeatures();
        var stream = schema.Properties["stream"].Properties;
        Assert.Equal(
            [defaults.TriggerSource, defaults.TriggerActivation],
            schema.Properties["trigger"].Properties.Values.Select(p => p.Default));
        Assert.Equal(
            [(long)defaults.PacketBytes, null, defaults.PacketResend, defaults.PacketSocket, (long)defaults.SocketBufferBytes, (long)defaults.StreamBuffers, (long)defaults.StartMilliseconds],
            stream.Values.Select(p => p.Default));
        Assert.Equal(Enum.GetNames<GenICamPixelFormat>().Order(StringComparer.Ordinal), schema.Properties["pixelFormat"].Enumeration.Select(v => (string)v!).Order(StringComparer.Ordinal));
    }

    private static CameraFeatures Parse(string json) => CameraFeatureFile.Parse(Encoding.UTF8.GetBytes(json), "camera.json");
}
