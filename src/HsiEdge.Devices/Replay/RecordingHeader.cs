using System.Globalization;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Envi;

namespace HsiEdge.Devices.Replay;

/// <summary>What a recording's ENVI header says of its camera and its pixels: the same for the replay camera and the verb <c>replay</c>.</summary>
public static class RecordingHeader
{
    /// <summary>The camera: <c>sensor type</c> and <c>serial number</c>; synthetic when any key, value or the description says so.</summary>
    /// <param name="header">The recording's header.</param>
    /// <param name="unknownSerial">Serial where the header names none.</param>
    public static CameraIdentity Camera(EnviHeader header, string unknownSerial)
    {
        ArgumentNullException.ThrowIfNull(header);
        var said = string.Join(' ', header.Other.Select(o => $"{o.Key} {o.Value}").Append(header.Description));
        return new CameraIdentity(
            header.Other.GetValueOrDefault("sensor type") is { Length: > 0 } sensor ? sensor : "recording",
            header.Other.GetValueOrDefault("serial number") is { Length: > 0 } serial ? serial : unknownSerial,
            said.Contains("synthetic", StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>Size of a pixel in mm: ENVI's <c>pixel size = {x, y, units=Millimeters}</c>, where both are equal; else null.</summary>
    /// <param name="header">The recording's header.</param>
    public static double? PixelPitchMillimetres(EnviHeader header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var parts = header.Other.GetValueOrDefault("pixel size")?.Trim('{', '}', ' ').Split(',', StringSplitOptions.TrimEntries) ?? [];
        return parts.Length == 3
            && parts[2].Replace(" ", "", StringComparison.Ordinal).Equals("units=Millimeters", StringComparison.OrdinalIgnoreCase)
            && double.TryParse(parts[0], NumberStyles.Float, CultureInfo.InvariantCulture, out var x)
            && double.TryParse(parts[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var y)
            && x > 0 && x == y && double.IsFinite(x)
            ? x
            : null;
    }
}
