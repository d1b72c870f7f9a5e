namespace HsiEdge.Proofs.Soak;

/// <summary>Statistics of a soak.</summary>
internal static class SoakFigures
{
    /// <summary>Slope by Theil and Sen: the median of the slopes of all pairs, which a few steps and outliers do not move.</summary>
    /// <param name="points">At least 2 points.</param>
    /// <returns>Units of y for one of x.</returns>
    public static double Slope(IReadOnlyList<(double X, double Y)> points)
    {
        var slopes = new List<double>(points.Count * (points.Count - 1) / 2);
        for (var i = 0; i < points.Count; i++)
        {
            for (var j = i + 1; j < points.Count; j++)
            {
                if (points[j].X > points[i].X)
                {
                    slopes.Add((points[j].Y - points[i].Y) / (points[j].X - points[i].X));
                }
            }
        }

        return Quantile(slopes, 0.5);
    }

    /// <summary>Quantile by nearest rank; NaN of nothing.</summary>
    public static double Quantile(IEnumerable<double> values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(share * sorted.Length))];
    }
}
