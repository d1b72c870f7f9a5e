namespace HsiEdge.Core.Interpret;

/// <summary>
/// Outer boundary of a region by Moore-neighbour tracing, clockwise as the picture is seen, ending when the start is left a second time
/// the way it was left first (Jacob's criterion). Holes are not traced; a line one pixel wide is walked there and back.
/// </summary>
internal static class ContourTracer
{
    // Clockwise from east, with lines growing downwards.
    private static readonly int[] LineStep = [0, 1, 1, 1, 0, -1, -1, -1];
    private static readonly int[] SampleStep = [1, 1, 0, -1, -1, -1, 0, 1];

    /// <summary>Traces a region.</summary>
    /// <returns>Boundary pixels from the topmost-leftmost, closed implicitly.</returns>
    public static IReadOnlyList<PixelPoint> Trace(RegionLabels regions, int label)
    {
        var (startLine, startSample) = Math.DivRem(regions.Pixels(label)[0], regions.Samples);
        var contour = new List<PixelPoint>();
        var (line, sample) = (startLine, startSample);

        // The first pixel in raster order has nothing to the west, north-west, north or north-east: begin with the east.
        var first = NextDirection(regions, label, line, sample, 0);
        if (first < 0)
        {
            return [new PixelPoint(line, sample)];
        }

        var direction = first;
        do
        {
            contour.Add(new PixelPoint(line, sample));
            line += LineStep[direction];
            sample += SampleStep[direction];

            // Two eighths to the left of where we were going lies the last pixel known to be outside, or one beside it.
            direction = NextDirection(regions, label, line, sample, (direction + 6) % 8);
        }
        while (line != startLine || sample != startSample || direction != first);

        return contour;
    }

    /// <summary>First direction clockwise from one in which the region goes on; −1 when it goes on nowhere.</summary>
    private static int NextDirection(RegionLabels regions, int label, int line, int sample, int from)
    {
        for (var turn = 0; turn < 8; turn++)
        {
            var direction = (from + turn) % 8;
            if (regions.Contains(label, line + LineStep[direction], sample + SampleStep[direction]))
            {
                return direction;
            }
        }

        return -1;
    }
}
