using SkiaSharp;

namespace HsiEdge.Appliance.Interpret;

/// <summary>How large a cube's scene is drawn: small cubes are enlarged by a whole number, huge ones reduced.</summary>
/// <param name="Factor">Picture pixels per cube pixel.</param>
/// <param name="Width">Width of the scene in picture pixels.</param>
/// <param name="Height">Height of the scene in picture pixels.</param>
internal readonly record struct OverlayScale(float Factor, int Width, int Height)
{
    /// <summary>Smallest width of a picture, in pixels.</summary>
    public const int MinimumWidth = 640;

    private const int EnlargedHeight = 1280;
    private const int LargestSide = 4096;

    /// <summary>Nearest neighbour when enlarging (a pixel stays a pixel), averaging when reducing.</summary>
    public SKSamplingOptions Sampling =>
        Factor >= 1 ? new SKSamplingOptions(SKFilterMode.Nearest) : new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear);

    /// <summary>The scale of a cube.</summary>
    /// <param name="lines">Lines of the cube.</param>
    /// <param name="samples">Samples of the cube.</param>
    public static OverlayScale For(int lines, int samples)
    {
        var longest = Math.Max(lines, samples);
        if (longest > LargestSide)
        {
            var reduced = LargestSide / (float)longest;
            return new OverlayScale(reduced, Math.Max(1, (int)(samples * reduced)), Math.Max(1, (int)(lines * reduced)));
        }

        var wanted = (MinimumWidth + samples - 1) / samples;
        var factor = Math.Max(1, Math.Min(wanted, EnlargedHeight / lines));
        return new OverlayScale(factor, samples * factor, lines * factor);
    }
}
