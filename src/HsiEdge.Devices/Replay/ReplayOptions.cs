namespace HsiEdge.Devices.Replay;

/// <summary>Which recordings are played.</summary>
public sealed record ReplayOptions
{
    /// <summary>Folder of ENVI cubes.</summary>
    public required string Folder { get; init; }

    /// <summary>Whether the first cube follows the last; otherwise captures beyond the last fail.</summary>
    public bool Loop { get; init; } = true;

    /// <summary>Size of a pixel in mm for cubes whose header has no <c>pixel size</c> in millimetres; null where unknown.</summary>
    public double? PixelPitchMillimetres { get; init; }
}
