using System.Text;
using SkiaSharp;

namespace HsiEdge.Appliance.Interpret;

/// <summary>The overlay's own typefaces, embedded: the box has no system fonts, and a picture must not depend on any.</summary>
internal static class OverlayFonts
{
    private static readonly Lazy<SKTypeface> LazyRegular = new(() => Load("HsiEdgeOverlaySans-Regular.ttf"));
    private static readonly Lazy<SKTypeface> LazyBold = new(() => Load("HsiEdgeOverlaySans-Bold.ttf"));

    /// <summary>Makes a font of the regular weight; the caller disposes it.</summary>
    /// <param name="pixels">Size in pixels.</param>
    public static SKFont Regular(float pixels) => Make(LazyRegular.Value, pixels);

    /// <summary>Makes a font of the bold weight; the caller disposes it.</summary>
    /// <param name="pixels">Size in pixels.</param>
    public static SKFont Bold(float pixels) => Make(LazyBold.Value, pixels);

    /// <summary>Cuts a text to a width, marked by an ellipsis, and replaces characters that the font lacks by '?'.</summary>
    /// <param name="font">Font it will be drawn with.</param>
    /// <param name="text">The text.</param>
    /// <param name="width">Largest width in pixels.</param>
    public static string Fit(SKFont font, string text, float width)
    {
        var known = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
        {
            known.Append(font.ContainsGlyph(rune.Value) ? rune.ToString() : "?");
        }

        var fitted = known.ToString();
        while (fitted.Length > 1 && font.MeasureText(fitted) > width)
        {
            fitted = fitted[..^(fitted.EndsWith('…') ? 2 : 1)] + "…";
        }

        return fitted;
    }

    private static SKFont Make(SKTypeface typeface, float pixels) => new(typeface, pixels)
    {
        Edging = SKFontEdging.Antialias,
        Hinting = SKFontHinting.None,
        Subpixel = true,
        LinearMetrics = true,
    };

    private static SKTypeface Load(string file)
    {
        var name = $"HsiEdge.Appliance.Interpret.Fonts.{file}";
        using var stream = typeof(OverlayFonts).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"The program was built without its font {name}.");
        using var data = SKData.Create(stream);
        return SKTypeface.FromData(data) ?? throw new InvalidOperationException($"The embedded font {name} cannot be read.");
    }
}
