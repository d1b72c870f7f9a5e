namespace HsiEdge.Core.Interpret;

/// <summary>Which findings of two cubes are the same lesion: same class, and overlapping or near each other.</summary>
internal static class FindingMatcher
{
    /// <summary>Diameter in pixels of the disc with the finding's area.</summary>
    public static double EquivalentDiameter(Finding finding) => 2 * Math.Sqrt(finding.PixelCount / Math.PI);

    /// <summary>Distance of the centroids in pixels.</summary>
    public static double Distance(Finding a, Finding b) =>
        Math.Sqrt(Square(a.Centroid.Line - b.Centroid.Line) + Square(a.Centroid.Sample - b.Centroid.Sample));

    /// <summary>
    /// Pairs known lesions with new findings, greedily: overlapping pairs first, then the nearest relative to their size. Each is used once.
    /// </summary>
    /// <param name="known">Findings of known lesions.</param>
    /// <param name="seen">Findings of the cube.</param>
    /// <param name="free">Which of <paramref name="seen"/> are still free; matched ones become taken.</param>
    /// <param name="matchDistanceDiameters">Farthest accepted distance in equivalent diameters of the larger of the two.</param>
    /// <returns>For each known lesion the index of its finding, or −1.</returns>
    public static int[] Match(IReadOnlyList<Finding> known, IReadOnlyList<Finding> seen, bool[] free, double matchDistanceDiameters)
    {
        var pairs = new List<(int Known, int Seen, bool Overlap, double Distance)>();
        for (var k = 0; k < known.Count; k++)
        {
            for (var s = 0; s < seen.Count; s++)
            {
                if (!free[s] || known[k].ClassName != seen[s].ClassName)
                {
                    continue;
                }

                var diameter = Math.Max(EquivalentDiameter(known[k]), EquivalentDiameter(seen[s]));
                var distance = Distance(known[k], seen[s]) / diameter;
                var overlap = Overlap(known[k], seen[s]);
                if (overlap || distance <= matchDistanceDiameters)
                {
                    pairs.Add((k, s, overlap, distance));
                }
            }
        }

        var result = new int[known.Count];
        Array.Fill(result, -1);
        foreach (var (k, s, _, _) in pairs.OrderByDescending(p => p.Overlap).ThenBy(p => p.Distance).ThenBy(p => p.Known).ThenBy(p => p.Seen))
        {
            if (result[k] < 0 && free[s])
            {
                result[k] = s;
                free[s] = false;
            }
        }

        return result;
    }

    /// <summary>Whether the areas within the contours share a pixel: a boundary pixel of one lies on or within the other's boundary.</summary>
    public static bool Overlap(Finding a, Finding b) => AnyWithin(a.Contour, b.Contour) || AnyWithin(b.Contour, a.Contour);

    private static bool AnyWithin(IReadOnlyList<PixelPoint> points, IReadOnlyList<PixelPoint> polygon)
    {
        if (points.Count == 0 || polygon.Count == 0)
        {
            return false;
        }

        var (top, bottom) = (polygon.Min(p => p.Line), polygon.Max(p => p.Line));
        var (left, right) = (polygon.Min(p => p.Sample), polygon.Max(p => p.Sample));
        foreach (var point in points)
        {
            if (point.Line >= top && point.Line <= bottom && point.Sample >= left && point.Sample <= right && Within(point, polygon))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Even–odd rule; points on a vertex or an edge count as within.</summary>
    private static bool Within(PixelPoint point, IReadOnlyList<PixelPoint> polygon)
    {
        var within = false;
        for (var i = 0; i < polygon.Count; i++)
        {
            var a = polygon[i];
            var b = polygon[(i + 1) % polygon.Count];
            var cross = ((b.Sample - a.Sample) * (point.Line - a.Line)) - ((b.Line - a.Line) * (point.Sample - a.Sample));
            if (cross == 0 && point.Line >= Math.Min(a.Line, b.Line) && point.Line <= Math.Max(a.Line, b.Line) &&
                point.Sample >= Math.Min(a.Sample, b.Sample) && point.Sample <= Math.Max(a.Sample, b.Sample))
            {
                return true;
            }

            if (a.Line > point.Line != b.Line > point.Line &&
                point.Sample < a.Sample + ((b.Sample - a.Sample) * (point.Line - a.Line) / (b.Line - a.Line)))
            {
                within = !within;
            }
        }

        return within;
    }

    private static double Square(double x) => x * x;
}
