using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using SkiaSharp;

namespace HsiEdge.Appliance.Interpret;

/// <summary>What is drawn over the tissue: outlines and labels of findings, the scale bar, the hatching of pixels without data.</summary>
internal static class OverlayMarks
{
    private const int MostLabels = 20;
    private const float LabelHeight = 24;
    private static readonly SKColor Halo = new(0, 0, 0, 190);

    /// <summary>Colour of the lines over pixels without data.</summary>
    public static SKColor HatchColor { get; } = new(130, 150, 180, 110);

    /// <summary>An area for people: mm² where the pitch is known, else pixels.</summary>
    /// <param name="squareMillimetres">Area in mm², or null.</param>
    /// <param name="pixels">Pixels.</param>
    public static string AreaText(double? squareMillimetres, int pixels) => squareMillimetres switch
    {
        null => $"{pixels} px",
        < 100 => $"{squareMillimetres:0.0} mm²",
        _ => $"{squareMillimetres:0} mm²",
    };

    /// <summary>Outlines every finding and labels the largest ones with number and area.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="area">The scene's rectangle.</param>
    /// <param name="factor">Picture pixels per cube pixel.</param>
    /// <param name="findings">The findings, largest first.</param>
    /// <param name="classes">Classes, for the labels' colours.</param>
    public static void DrawFindings(SKCanvas canvas, SKRect area, float factor, IReadOnlyList<Finding> findings, IReadOnlyList<ModelClass> classes)
    {
        using var halo = new SKPaint
        {
            IsAntialias = true,
            IsStroke = true,
            StrokeWidth = 4.5f,
            StrokeJoin = SKStrokeJoin.Round,
            StrokeCap = SKStrokeCap.Round,
            Color = Halo,
        };
        using var line = new SKPaint
        {
            IsAntialias = true,
            IsStroke = true,
            StrokeWidth = 2f,
            StrokeJoin = SKStrokeJoin.Round,
            StrokeCap = SKStrokeCap.Round,
            Color = SKColors.White,
        };
        foreach (var finding in findings)
        {
            using var outline = Outline(area, factor, finding);
            canvas.DrawPath(outline, halo);
            canvas.DrawPath(outline, line);
        }

        using var font = OverlayFonts.Bold(15);
        var taken = new List<SKRect>();
        foreach (var finding in findings.Take(MostLabels))
        {
            using var outline = Outline(area, factor, finding);
            var modelClass = classes.FirstOrDefault(c => c.Name == finding.ClassName);
            var color = modelClass is null ? SKColors.White : OverlayScene.ColorOf(modelClass);
            DrawLabel(canvas, area, outline.Bounds, font, finding, color, taken);
        }
    }

    /// <summary>Draws a bar of a round number of mm at the lower left.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="area">The scene's rectangle.</param>
    /// <param name="pixelsPerMillimetre">Picture pixels per mm.</param>
    public static void DrawScaleBar(SKCanvas canvas, SKRect area, double pixelsPerMillimetre)
    {
        var millimetres = RoundLength(0.25 * area.Width / pixelsPerMillimetre);
        var length = (float)(millimetres * pixelsPerMillimetre);
        var (left, bottom) = (area.Left + 14, area.Bottom - 14);
        using var paint = new SKPaint { Color = Halo };
        canvas.DrawRect(left - 2, bottom - 6, length + 4, 8, paint);
        paint.Color = SKColors.White;
        canvas.DrawRect(left, bottom - 4, length, 4, paint);
        using var font = OverlayFonts.Bold(13);
        using var ink = new SKPaint { IsAntialias = true, Color = Halo, IsStroke = true, StrokeWidth = 3, StrokeJoin = SKStrokeJoin.Round };
        var text = $"{millimetres:0.###} mm";
        canvas.DrawText(text, left, bottom - 11, SKTextAlign.Left, font, ink);
        ink.IsStroke = false;
        ink.Color = SKColors.White;
        canvas.DrawText(text, left, bottom - 11, SKTextAlign.Left, font, ink);
    }

    /// <summary>Hatches the pixels of a mask.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="area">The scene's rectangle.</param>
    /// <param name="mask">Alpha mask, one pixel a cube pixel.</param>
    /// <param name="sampling">How the mask is scaled.</param>
    public static void HatchNoData(SKCanvas canvas, SKRect area, SKBitmap mask, SKSamplingOptions sampling)
    {
        canvas.SaveLayer(area, null);
        using (var light = new SKPaint { IsAntialias = true, IsStroke = true, StrokeWidth = 1.5f, Color = HatchColor })
        using (var dark = new SKPaint { IsAntialias = true, IsStroke = true, StrokeWidth = 2f, Color = new SKColor(0, 0, 0, 130) })
        {
            // A dark line beside each light one: visible on a black gap and on a bright reflection alike.
            for (var x = area.Left - area.Height; x < area.Right; x += 8)
            {
                canvas.DrawLine(x + 2, area.Bottom, x + 2 + area.Height, area.Top, dark);
                canvas.DrawLine(x, area.Bottom, x + area.Height, area.Top, light);
            }
        }

        using var keep = new SKPaint { BlendMode = SKBlendMode.DstIn };
        using var image = SKImage.FromPixels(mask.PeekPixels());
        canvas.DrawImage(image, area, sampling, keep);
        canvas.Restore();
    }

    /// <summary>The largest 1, 2 or 5 × 10ⁿ that is not above a limit.</summary>
    private static double RoundLength(double limit)
    {
        var power = Math.Pow(10, Math.Floor(Math.Log10(limit)));
        return (limit / power) switch
        {
            >= 5 => 5 * power,
            >= 2 => 2 * power,
            _ => power,
        };
    }

    private static SKPath Outline(SKRect area, float factor, Finding finding)
    {
        using var builder = new SKPathBuilder();
        var first = true;
        foreach (var point in finding.Contour)
        {
            // Contours run through pixel centres; half a pixel puts them there in the picture.
            var (x, y) = (area.Left + (((float)point.Sample + 0.5f) * factor), area.Top + (((float)point.Line + 0.5f) * factor));
            if (first)
            {
                builder.MoveTo(x, y);
                first = false;
            }
            else
            {
                builder.LineTo(x, y);
            }
        }

        builder.Close();
        return builder.Detach();
    }

    private static void DrawLabel(
        SKCanvas canvas, SKRect area, SKRect bounds, SKFont font, Finding finding, SKColor color, List<SKRect> taken)
    {
        var number = $"{finding.Index}";
        var text = AreaText(finding.AreaSquareMillimetres, finding.PixelCount);
        var numberWidth = font.MeasureText(number) + 14;
        var width = numberWidth + font.MeasureText(text) + 14;
        var box = Place(area, bounds, width, taken);
        taken.Add(box);
        using var paint = new SKPaint { IsAntialias = true, Color = new SKColor(0, 0, 0, 215) };
        canvas.DrawRoundRect(box, 4, 4, paint);
        paint.Color = color;
        canvas.DrawRoundRect(SKRect.Create(box.Left, box.Top, numberWidth, box.Height), 4, 4, paint);
        paint.Color = Luminance(color) > 150 ? SKColors.Black : SKColors.White;
        canvas.DrawText(number, box.Left + 7, box.Top + 17.5f, SKTextAlign.Left, font, paint);
        paint.Color = SKColors.White;
        canvas.DrawText(text, box.Left + numberWidth + 7, box.Top + 17.5f, SKTextAlign.Left, font, paint);
    }

    /// <summary>Above, below, right or left of the finding, whichever first covers no other label; always inside the scene.</summary>
    private static SKRect Place(SKRect area, SKRect bounds, float width, List<SKRect> taken)
    {
        ReadOnlySpan<SKPoint> corners =
        [
            new(bounds.MidX - (width / 2), bounds.Top - LabelHeight - 7),
            new(bounds.MidX - (width / 2), bounds.Bottom + 7),
            new(bounds.Right + 7, bounds.MidY - (LabelHeight / 2)),
            new(bounds.Left - width - 7, bounds.MidY - (LabelHeight / 2)),
        ];
        SKRect? fallback = null;
        foreach (var corner in corners)
        {
            var wanted = SKRect.Create(corner.X, corner.Y, width, LabelHeight);
            var inside = SKRect.Create(
                Math.Clamp(corner.X, area.Left + 4, Math.Max(area.Left + 4, area.Right - width - 4)),
                Math.Clamp(corner.Y, area.Top + 4, Math.Max(area.Top + 4, area.Bottom - LabelHeight - 4)),
                width,
                LabelHeight);
            fallback ??= inside;
            if (Math.Abs(inside.Top - wanted.Top) < 1 && !taken.Exists(other => other.IntersectsWith(inside)))
            {
                return inside;
            }
        }

        return fallback!.Value;
    }

    private static double Luminance(SKColor color) => (0.299 * color.Red) + (0.587 * color.Green) + (0.114 * color.Blue);
}
