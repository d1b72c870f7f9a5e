using HsiEdge.Core.Infer;
using SkiaSharp;

namespace HsiEdge.Appliance.Interpret;

/// <summary>Colour, name and share of each class, targets first, wrapped into rows.</summary>
internal sealed class OverlayLegend : IDisposable
{
    private const float RowHeight = 22;
    private const float Swatch = 12;
    private readonly SKFont _regular = OverlayFonts.Regular(13);
    private readonly SKFont _bold = OverlayFonts.Bold(13);
    private readonly List<Entry> _entries = [];

    private OverlayLegend()
    {
    }

    /// <summary>Height of all rows in pixels.</summary>
    public float Height { get; private set; }

    /// <summary>Lays out the legend of one result.</summary>
    /// <param name="map">The class map, for the shares.</param>
    /// <param name="classes">Classes in map order.</param>
    /// <param name="width">Largest width in pixels.</param>
    public static OverlayLegend For(ClassMap map, IReadOnlyList<ModelClass> classes, float width)
    {
        var counts = new long[256];
        foreach (var value in map.Values)
        {
            counts[value]++;
        }

        var legend = new OverlayLegend();
        var hasTargets = classes.Any(c => c.Target);
        var (x, y) = (0f, 0f);
        foreach (var (modelClass, index) in classes.Select((c, i) => (c, i)).OrderByDescending(e => e.c.Target))
        {
            var swatch = modelClass.Target || !hasTargets ? OverlayScene.ColorOf(modelClass) : (SKColor?)null;
            legend.Add(modelClass.Name, Share(counts[index + 1], map.Values.Length), modelClass.Target, swatch, hatched: false, width, ref x, ref y);
        }

        if (counts[ClassMap.NoData] > 0)
        {
            legend.Add("no data", Share(counts[ClassMap.NoData], map.Values.Length), false, null, hatched: true, width, ref x, ref y);
        }

        legend.Height = y + RowHeight;
        return legend;
    }

    /// <summary>Draws it.</summary>
    /// <param name="canvas">Where.</param>
    /// <param name="left">Left edge.</param>
    /// <param name="top">Top edge.</param>
    public void Draw(SKCanvas canvas, float left, float top)
    {
        using var paint = new SKPaint { IsAntialias = true };
        foreach (var entry in _entries)
        {
            var box = SKRect.Create(left + entry.X, top + entry.Y + 3, Swatch, Swatch);
            paint.Style = SKPaintStyle.Fill;
            paint.Color = entry.Color ?? new SKColor(entry.Hatched ? 0xFF1A1D24 : 0xFF80848C);
            canvas.DrawRect(box, paint);
            if (entry.Hatched)
            {
                paint.Color = OverlayMarks.HatchColor.WithAlpha(255);
                paint.StrokeWidth = 1.5f;
                canvas.DrawLine(box.Left, box.Bottom, box.Right, box.Top, paint);
            }

            paint.Color = entry.Bold ? SKColors.White : new SKColor(200, 204, 212);
            canvas.DrawText(entry.Text, box.Right + 6, top + entry.Y + 14, SKTextAlign.Left, entry.Bold ? _bold : _regular, paint);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _regular.Dispose();
        _bold.Dispose();
    }

    private static string Share(long count, int total)
    {
        var percent = 100.0 * count / total;
        return count == 0 ? "0 %" : percent < 0.1 ? "<0.1 %" : $"{percent:0.#} %";
    }

    private void Add(string name, string share, bool bold, SKColor? color, bool hatched, float width, ref float x, ref float y)
    {
        var font = bold ? _bold : _regular;
        var text = OverlayFonts.Fit(font, $"{name} {share}", width - Swatch - 6);
        var entryWidth = Swatch + 6 + font.MeasureText(text);
        if (x > 0 && x + entryWidth > width)
        {
            (x, y) = (0, y + RowHeight);
        }

        _entries.Add(new Entry(x, y, text, bold, color, hatched));
        x += entryWidth + 18;
    }

    private sealed record Entry(float X, float Y, string Text, bool Bold, SKColor? Color, bool Hatched);
}
