using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.Devices.GenICam;

/// <summary>
/// Reads how a camera is to be set up (<c>firmware-config/cameras/*.json</c>; JSON Schema: <c>docs/schemas/camera-features.schema.json</c>): <c>pixelFormat</c>,
/// <c>region</c>, <c>binning</c>, <c>exposureMicroseconds</c>, <c>gainDecibels</c>, <c>trigger</c> with <c>source</c> and <c>activation</c>, <c>stream</c> with
/// <c>packetBytes</c>, <c>packetDelayNanoseconds</c>, <c>packetResend</c>, <c>packetSocket</c>, <c>socketBufferBytes</c>, <c>buffers</c>, <c>startMilliseconds</c>, and <c>features</c>:
/// any other GenICam feature by name.
/// </summary>
public static class CameraFeatureFile
{
    private const string Document = "Camera file";
    private const int LargestSide = 65_535;
    private const int LargestPacket = 65_535;

    private static readonly string[] Keys =
        ["$schema", "pixelFormat", "region", "binning", "exposureMicroseconds", "gainDecibels", "trigger", "stream", "features"];

    private static readonly string[] StreamKeys = ["packetBytes", "packetDelayNanoseconds", "packetResend", "packetSocket", "socketBufferBytes", "buffers", "startMilliseconds"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the JSON file.</param>
    /// <exception cref="BadInputException">It cannot be read or is wrong; the message names the file and the key.</exception>
    public static CameraFeatures Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Features(DocumentNode.Read(Document, path));
    }

    /// <summary>Reads it from memory.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="origin">File name for messages.</param>
    /// <exception cref="BadInputException">It is wrong; the message names the origin and the key.</exception>
    public static CameraFeatures Parse(ReadOnlyMemory<byte> json, string origin) => Features(DocumentNode.Parse(Document, json, origin));

    private static CameraFeatures Features(DocumentNode root)
    {
        root.RequireObject(Keys);
        var formats = Enum.GetNames<GenICamPixelFormat>();
        var features = new CameraFeatures
        {
            Origin = root.Origin,
            PixelFormat = Enum.Parse<GenICamPixelFormat>(formats[root.Get("pixelFormat").Word(formats)]),
            Region = root.Find("region") is { } region ? ReadRegion(region) : null,
            Binning = root.Find("binning")?.Count(16),
            ExposureMicroseconds = root.Find("exposureMicroseconds")?.Number("µs", 60_000_000, above: 0),
            GainDecibels = root.Find("gainDecibels")?.Number("dB", 100, atLeast: -100),
            Others = root.Find("features") is { } others ? [.. others.Members().Select(ReadFeature)] : [],
        };
        if (root.Find("trigger") is { } trigger)
        {
            trigger.RequireObject(["source", "activation"]);
            features = features with
            {
                TriggerSource = trigger.Find("source")?.Text() ?? features.TriggerSource,
                TriggerActivation = trigger.Find("activation")?.Text() ?? features.TriggerActivation,
            };
        }

        return root.Find("stream") is { } stream ? ReadStream(stream, features) : features;
    }

    private static SensorRegion ReadRegion(DocumentNode node)
    {
        node.RequireObject(["x", "y", "width", "height"]);
        return new SensorRegion(Offset(node, "x"), Offset(node, "y"), node.Get("width").Count(LargestSide), node.Get("height").Count(LargestSide));
    }

    private static int Offset(DocumentNode node, string key) => node.Find(key) is { } offset ? offset.Whole("pixels", 0, LargestSide) : 0;

    private static CameraFeatures ReadStream(DocumentNode node, CameraFeatures features)
    {
        node.RequireObject(StreamKeys);
        var buffers = node.Find("buffers")?.Count(256) ?? features.StreamBuffers;
        return features with
        {
            PacketBytes = node.Find("packetBytes") is { } packet ? packet.Whole("bytes", 0, LargestPacket) : features.PacketBytes,
            PacketDelayNanoseconds = node.Find("packetDelayNanoseconds") is { } delay ? delay.Whole("ns", 0, 1_000_000_000) : null,
            PacketResend = node.Find("packetResend")?.Flag() ?? features.PacketResend,
            PacketSocket = node.Find("packetSocket")?.Flag() ?? features.PacketSocket,
            SocketBufferBytes = node.Find("socketBufferBytes")?.Count(1 << 30) ?? features.SocketBufferBytes,
            StartMilliseconds = node.Find("startMilliseconds")?.Number("ms", 10_000, atLeast: 0) ?? features.StartMilliseconds,
            StreamBuffers = buffers >= 2 ? buffers : throw node.Get("buffers").Bad("1", "2…256: one is filled while another is read"),
        };
    }

    private static CameraFeature ReadFeature(DocumentNode node)
    {
        var name = node.Key[(node.Key.IndexOf('.', StringComparison.Ordinal) + 1)..];
        return node.Value.ValueKind switch
        {
            JsonValueKind.Number => new CameraFeature(name, node.Value.GetDouble()),
            JsonValueKind.String => new CameraFeature(name, node.Value.GetString()!),
            JsonValueKind.True => new CameraFeature(name, true),
            JsonValueKind.False => new CameraFeature(name, false),
            _ => throw node.Bad("a list, an object or null", "a number, a text or a truth value"),
        };
    }
}
