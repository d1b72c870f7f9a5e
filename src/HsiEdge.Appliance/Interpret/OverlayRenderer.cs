using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using SkiaSharp;

namespace HsiEdge.Appliance.Interpret;

/// <summary>
/// Draws the picture the endoscopist sees. From top to bottom: the verdict in large letters with the notices; an amber banner when the calibration
/// inhibits alerts; the tissue with outlined, numbered findings and a scale bar; the caption and the legend. Text never covers the tissue
/// but for the findings' labels and the scale bar. Equal input gives equal bytes. Thread-safe.
/// </summary>
public sealed class OverlayRenderer : IOverlayRenderer
{
    private const float Margin = 12;
    private const float HeaderHeight = 40;
    private const float BannerHeight = 28;
    private const float CaptionHeight = 26;
    private static readonly SKColor Panel = new(17, 19, 24);
    private static readonly SKColor Text = new(232, 234, 238);
    private static readonly SKColor Quiet = new(150, 156, 166);
    private static readonly SKColor Amber = new(255, 184, 28);

    /// <inheritdoc/>
    public byte[] RenderPng(
        ISpectralCube cube,
        CubeMaps maps,
        IReadOnlyList<ModelClass> classes,
        IReadOnlyList<Finding> findings,
        double? pixelPitchMillimetres,
        bool synthetic,
        string caption)
    {
        ArgumentNullException.ThrowIfNull(cube);
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(findings);
        if (maps.Classes.Lines != cube.Shape.Lines || maps.Classes.Samples != cube.Shape.Samples || maps.Probabilities.Classes != classes.Count)
        {
            throw new ArgumentException(
                $"Maps of {maps.Classes.Lines} × {maps.Classes.Samples} with {maps.Probabilities.Classes} classes do not belong to a cube of {cube.Shape} with {classes.Count} classes.",
                nameof(maps));
        }

        var scale = OverlayScale.For(cube.Shape.Lines, cube.Shape.Samples);
        var width = Math.Max(OverlayScale.MinimumWidth, scale.Width);
        var banner = InhibitionText(maps.Flags);
        using var legend = OverlayLegend.For(maps.Classes, classes, width - (2 * Margin));
        var sceneTop = HeaderHeight + (banner is null ? 0 : BannerHeight);
        var height = (int)(sceneTop + scale.Height + CaptionHeight + legend.Height + 6);
        using var picture = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using (var canvas = new SKCanvas(picture))
        {
            canvas.Clear(Panel);
            DrawHeader(canvas, width, findings, classes, synthetic, banner is not null);
            if (banner is not null)
            {
                DrawBanner(canvas, width, banner);
            }

            var area = SKRect.Create((width - scale.Width) / 2, sceneTop, scale.Width, scale.Height);
            DrawScene(canvas, area, scale, cube, maps, classes);
            canvas.Save();
            canvas.ClipRect(area);
            OverlayMarks.DrawFindings(canvas, area, scale.Factor, findings, classes);
            if (pixelPitchMillimetres is { } pitch)
            {
                OverlayMarks.DrawScaleBar(canvas, area, scale.Factor / pitch);
            }

            canvas.Restore();
            DrawCaption(canvas, width, area.Bottom, caption);
            legend.Draw(canvas, Margin, area.Bottom + CaptionHeight);
        }

        using var pixmap = picture.PeekPixels();
        using var png = pixmap.Encode(new SKPngEncoderOptions(SKPngEncoderFilterFlags.Sub, 4))
            ?? throw new InvalidOperationException("The overlay could not be encoded as PNG.");
        return png.ToArray();
    }

    private static string? InhibitionText(CalibrationFlags flags)
    {
        var reasons = new List<string>();
        if (flags.HasFlag(CalibrationFlags.Stale))
        {
            reasons.Add("references are too old");
        }

        if (flags.HasFlag(CalibrationFlags.Drifted))
        {
            reasons.Add("references no longer fit the camera");
        }

        return reasons.Count == 0 ? null : $"ALERTS INHIBITED: {string.Join(", ", reasons)}. Take new references.";
    }

    private static void DrawHeader(
        SKCanvas canvas, int width, IReadOnlyList<Finding> findings, IReadOnlyList<ModelClass> classes, bool synthetic, bool inhibited)
    {
        using var small = OverlayFonts.Bold(13);
        using var paint = new SKPaint { IsAntialias = true, Color = Text };
        var right = width - Margin;
        const string notice = "RESEARCH USE ONLY";
        right -= small.MeasureText(notice);
        canvas.DrawText(notice, right, 25, SKTextAlign.Left, small, paint);
        if (synthetic)
        {
            const string word = "SYNTHETIC";
            var wordWidth = small.MeasureText(word);
            right -= wordWidth + 26;
            paint.Color = new SKColor(126, 87, 255);
            canvas.DrawRoundRect(right, 9, wordWidth + 14, 22, 4, 4, paint);
            paint.Color = SKColors.White;
            canvas.DrawText(word, right + 7, 25, SKTextAlign.Left, small, paint);
        }

        using var large = OverlayFonts.Bold(19);
        var (verdict, color) = Verdict(findings, classes, inhibited);
        paint.Color = color;
        canvas.DrawText(OverlayFonts.Fit(large, verdict, right - Margin - 12), Margin, 27, SKTextAlign.Left, large, paint);
    }

    /// <summary>What the header says and in which colour.</summary>
    internal static (string Text, SKColor Color) Verdict(IReadOnlyList<Finding> findings, IReadOnlyList<ModelClass> classes, bool inhibited)
    {
        if (!classes.Any(c => c.Target))
        {
            return ($"NO TARGET CLASSES · {classes.Count} CLASSES", Text);
        }

        if (findings.Count == 0)
        {
            return ("NO FINDING", Quiet);
        }

        // Sum() counts an unknown area as 0, which would be a lie in mm².
        var area = findings.All(f => f.AreaSquareMillimetres is not null) ? findings.Sum(f => f.AreaSquareMillimetres) : null;
        var total = OverlayMarks.AreaText(area, findings.Sum(f => f.PixelCount));
        return ($"{findings.Count} FINDING{(findings.Count == 1 ? "" : "S")} · {total}", inhibited ? Amber : new SKColor(255, 92, 82));
    }

    private static void DrawBanner(SKCanvas canvas, int width, string text)
    {
        using var paint = new SKPaint { Color = Amber };
        canvas.DrawRect(0, HeaderHeight, width, BannerHeight, paint);
        using var font = OverlayFonts.Bold(14);
        using var ink = new SKPaint { IsAntialias = true, Color = new SKColor(20, 16, 0) };
        canvas.DrawText(OverlayFonts.Fit(font, text, width - (2 * Margin)), Margin, HeaderHeight + 19, SKTextAlign.Left, font, ink);
    }

    private static void DrawScene(
        SKCanvas canvas, SKRect area, OverlayScale scale, ISpectralCube cube, CubeMaps maps, IReadOnlyList<ModelClass> classes)
    {
        using var scene = OverlayScene.Paint(cube, maps, classes);
        using var sceneImage = SKImage.FromPixels(scene.PeekPixels());
        canvas.DrawImage(sceneImage, area, scale.Sampling);
        using var mask = OverlayScene.NoDataMask(maps.Classes);
        if (mask is not null)
        {
            OverlayMarks.HatchNoData(canvas, area, mask, scale.Sampling);
        }
    }

    private static void DrawCaption(SKCanvas canvas, int width, float top, string caption)
    {
        using var font = OverlayFonts.Regular(13);
        using var paint = new SKPaint { IsAntialias = true, Color = Quiet };
        canvas.DrawText(OverlayFonts.Fit(font, caption, width - (2 * Margin)), Margin, top + 18, SKTextAlign.Left, font, paint);
    }
}
