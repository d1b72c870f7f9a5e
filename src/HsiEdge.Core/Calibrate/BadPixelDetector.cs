namespace HsiEdge.Core.Calibrate;

/// <summary>
/// Finds dead detector pixels from the statistics of the references: a dark level far from the others' (hot or stuck), and a response
/// white − dark unlike the neighbours' (blind or deaf). Illumination falls off slowly over the picture, so the response is compared
/// with the median around the pixel, not with the whole.
/// </summary>
public static class BadPixelDetector
{
    /// <summary>Robust standard deviations from the median dark level beyond which a pixel is bad.</summary>
    public const double DarkDeviations = 10;

    /// <summary>Share of the neighbours' response below which a pixel is bad.</summary>
    public const double LowestRelativeResponse = 0.5;

    /// <summary>Multiple of the neighbours' response above which a pixel is bad.</summary>
    public const double HighestRelativeResponse = 2;

    // 1/Φ⁻¹(3/4): median absolute deviation → standard deviation of a normal distribution.
    private const double MadFactor = 1.4826;

    // Counts: a quiet detector's quantization must not make every pixel an outlier.
    private const double SmallestDarkDeviation = 1;
    private const int NeighbourReach = 2;

    /// <summary>Finds bad pixels.</summary>
    /// <param name="dark">Dark reference.</param>
    /// <param name="white">White reference of the same samples and bands.</param>
    /// <returns>
    /// lines × samples of the larger of the two, true where bad (judged by the mean over the bands); one line (samples alone) when both are averaged lines.
    /// </returns>
    /// <exception cref="BadInputException">The references are of different sizes.</exception>
    public static bool[] Detect(ReferenceFrame dark, ReferenceFrame white)
    {
        ArgumentNullException.ThrowIfNull(dark);
        ArgumentNullException.ThrowIfNull(white);
        var lines = Math.Max(dark.Shape.Lines, white.Shape.Lines);
        var samples = white.Shape.Samples;
        if (dark.Shape.Samples != samples || dark.Shape.Bands != white.Shape.Bands ||
            (dark.Shape.Lines != 1 && dark.Shape.Lines != lines) || (white.Shape.Lines != 1 && white.Shape.Lines != lines))
        {
            throw new BadInputException($"The dark reference is {dark.Shape}, the white one {white.Shape}; expected equal sizes (or one averaged line). Take them with the same plan.");
        }

        var level = new double[lines * samples];
        var response = new double[lines * samples];
        for (var i = 0; i < level.Length; i++)
        {
            level[i] = MeanOf(dark.Spectrum(i / samples, i % samples));
            response[i] = MeanOf(white.Spectrum(i / samples, i % samples)) - level[i];
        }

        var median = Median(level);
        var deviation = Math.Max(SmallestDarkDeviation, MadFactor * Median(Array.ConvertAll(level, v => Math.Abs(v - median))));
        var bad = new bool[level.Length];
        for (var i = 0; i < bad.Length; i++)
        {
            var around = MedianAround(response, lines, samples, i);
            bad[i] = !(Math.Abs(level[i] - median) <= DarkDeviations * deviation)
                || !(response[i] >= LowestRelativeResponse * around)
                || !(response[i] <= HighestRelativeResponse * around);
        }

        return bad;
    }

    private static double MeanOf(ReadOnlySpan<float> values)
    {
        double sum = 0;
        foreach (var value in values)
        {
            sum += value;
        }

        return sum / values.Length;
    }

    private static double MedianAround(double[] values, int lines, int samples, int pixel)
    {
        Span<double> around = stackalloc double[((2 * NeighbourReach) + 1) * ((2 * NeighbourReach) + 1)];
        var (line, sample) = Math.DivRem(pixel, samples);
        var count = 0;
        for (var l = Math.Max(0, line - NeighbourReach); l <= Math.Min(lines - 1, line + NeighbourReach); l++)
        {
            for (var s = Math.Max(0, sample - NeighbourReach); s <= Math.Min(samples - 1, sample + NeighbourReach); s++)
            {
                if ((l != line || s != sample) && double.IsFinite(values[(l * samples) + s]))
                {
                    around[count++] = values[(l * samples) + s];
                }
            }
        }

        around[..count].Sort();
        return count == 0 ? values[pixel] : around[count / 2];
    }

    private static double Median(double[] values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }
}
