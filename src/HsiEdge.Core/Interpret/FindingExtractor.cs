using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Interpret;

/// <summary>Connected regions (8-neighbourhood) of target classes, largest first. Touching regions of different target classes are separate findings.</summary>
public static class FindingExtractor
{
    /// <summary>Extracts the findings of one cube.</summary>
    /// <param name="maps">Class and probability maps.</param>
    /// <param name="classes">Classes of the model's card: targets make findings.</param>
    /// <param name="pixelPitchMillimetres">Pixel size in mm, or null.</param>
    /// <param name="options">Limits: a region below any of them is left out.</param>
    /// <returns>Findings, largest first; of equals the one that starts further up, then further left.</returns>
    public static IReadOnlyList<Finding> Extract(
        CubeMaps maps, IReadOnlyList<ModelClass> classes, double? pixelPitchMillimetres, InterpretOptions options)
    {
        ArgumentNullException.ThrowIfNull(maps);
        ArgumentNullException.ThrowIfNull(classes);
        ArgumentNullException.ThrowIfNull(options);
        var squareMillimetres = pixelPitchMillimetres * pixelPitchMillimetres;
        var regions = RegionLabels.Of(maps.Classes, value => value != ClassMap.NoData && classes[value - 1].Target);
        var kept = new List<Finding>();
        for (var label = 1; label <= regions.Count; label++)
        {
            var pixels = regions.Pixels(label);
            var area = pixels.Length * squareMillimetres;
            if (pixels.Length < options.MinimumPixels || area < options.MinimumAreaSquareMillimetres)
            {
                continue;
            }

            var finding = Measure(maps, regions, label, classes, area);
            if (finding.MeanProbability >= options.MinimumMeanProbability)
            {
                kept.Add(finding);
            }
        }

        // Labels were given in raster order and the sort is stable.
        return [.. kept.OrderByDescending(f => f.PixelCount).Select((f, i) => f with { Index = i + 1 })];
    }

    private static Finding Measure(CubeMaps maps, RegionLabels regions, int label, IReadOnlyList<ModelClass> classes, double? area)
    {
        var pixels = regions.Pixels(label);
        var samples = maps.Classes.Samples;
        var classIndex = maps.Classes.Values[pixels[0]] - 1;
        var classCount = maps.Probabilities.Classes;
        double probability = 0, maximum = 0;
        long lines = 0, columns = 0;
        foreach (var pixel in pixels)
        {
            var p = maps.Probabilities.Values[(pixel * classCount) + classIndex];
            probability += p;
            maximum = Math.Max(maximum, p);
            lines += pixel / samples;
            columns += pixel % samples;
        }

        var count = (double)pixels.Length;
        return new Finding(
            0,
            classes[classIndex].Name,
            pixels.Length,
            area,
            probability / count,
            maximum,
            new PixelPoint(lines / count, columns / count),
            ContourTracer.Trace(regions, label));
    }
}
