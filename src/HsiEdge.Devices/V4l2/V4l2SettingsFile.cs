using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.Devices.V4l2;

/// <summary>
/// Reads how a V4L2 camera is to be set up (<c>firmware-config/cameras/v4l2/*.json</c>; JSON Schema: <c>docs/schemas/v4l2-camera.schema.json</c>): <c>pixelFormat</c>,
/// <c>serial</c>, <c>shift</c>, <c>size</c> with <c>lines</c> and <c>samples</c>, <c>buffers</c>, <c>exposure</c> with <c>control</c> and <c>unitMicroseconds</c>, <c>gain</c> with
/// <c>control</c> and <c>unitDecibels</c>, and the controls by name that are set at opening (<c>controls</c>), for the trigger line (<c>lineTrigger</c>) and for running
/// free (<c>freeRun</c>).
/// </summary>
public static class V4l2SettingsFile
{
    private const string Document = "Camera file";
    private const int LargestSide = 16_384;
    private const int MostBuffers = 32;
    private const int LargestShift = 8;
    private const long LargestExact = 1L << 53;

    private static readonly string[] Keys =
        ["$schema", "pixelFormat", "serial", "shift", "size", "buffers", "exposure", "gain", "controls", "lineTrigger", "freeRun"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the JSON file.</param>
    /// <exception cref="BadInputException">It cannot be read or is wrong; the message names the file and the key.</exception>
    public static V4l2Settings Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Settings(DocumentNode.Read(Document, path));
    }

    /// <summary>Reads it from memory.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="origin">File name for messages.</param>
    /// <exception cref="BadInputException">It is wrong; the message names the origin and the key.</exception>
    public static V4l2Settings Parse(ReadOnlyMemory<byte> json, string origin) => Settings(DocumentNode.Parse(Document, json, origin));

    private static V4l2Settings Settings(DocumentNode root)
    {
        root.RequireObject(Keys);
        var formats = Enum.GetNames<V4l2PixelFormat>();
        var settings = new V4l2Settings
        {
            Origin = root.Origin,
            PixelFormat = Enum.Parse<V4l2PixelFormat>(formats[root.Get("pixelFormat").Word(formats)]),
            Serial = root.Find("serial")?.Text() ?? "",
            Shift = root.Find("shift") is { } shift ? (int)Whole(shift, 0, LargestShift) : 0,
            Controls = Controls(root, "controls") ?? [],
            LineTrigger = Controls(root, "lineTrigger"),
            FreeRun = Controls(root, "freeRun") ?? [],
        };
        if (root.Find("buffers") is { } buffers)
        {
            settings = settings with { Buffers = (int)Whole(buffers, 2, MostBuffers) };
        }

        if (root.Find("size") is { } size)
        {
            size.RequireObject(["lines", "samples"]);
            settings = settings with { Lines = size.Get("lines").Count(LargestSide), Samples = size.Get("samples").Count(LargestSide) };
        }

        return ReadUnits(root, settings);
    }

    private static V4l2Settings ReadUnits(DocumentNode root, V4l2Settings settings)
    {
        if (root.Find("exposure") is { } exposure)
        {
            exposure.RequireObject(["control", "unitMicroseconds"]);
            settings = settings with
            {
                ExposureControl = exposure.Get("control").Text(),
                ExposureUnitMicroseconds = exposure.Find("unitMicroseconds")?.Number("µs", 1_000_000, above: 0),
            };
        }

        if (root.Find("gain") is { } gain)
        {
            gain.RequireObject(["control", "unitDecibels"]);
            settings = settings with { GainControl = gain.Get("control").Text(), GainUnitDecibels = gain.Get("unitDecibels").Number("dB", 100, above: 0) };
        }

        return settings;
    }

    private static List<KeyValuePair<string, long>>? Controls(DocumentNode root, string key) =>
        root.Find(key) is { } controls
            ? [.. controls.Members().Select(c => KeyValuePair.Create(c.Key[(key.Length + 1)..], Whole(c, -LargestExact, LargestExact)))]
            : null;

    private static long Whole(DocumentNode node, long atLeast, long atMost) =>
        node.Value.ValueKind == JsonValueKind.Number && node.Value.TryGetInt64(out var number) && number >= atLeast && number <= atMost
            ? number
            : throw node.Bad(node.Value.GetRawText(), atMost == LargestExact ? "a whole number" : $"a whole number, {atLeast}…{atMost}");
}
