using HsiEdge.Core.Cubes;

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

    /// <summary>Share of bad pixels above which <see cref="Find"/> trusts none: so many are no dead pixels but a white target that did not fill the picture.</summary>
    public const double HighestBadShare = 0.05;

    // 1/Φ⁻¹(3/4): median absolute deviation → standard deviation of a normal distribution.
    private const double MadFactor = 1.4826;

    // Counts: a quiet detector's quantization must not make every pixel an outlier.
    private const double SmallestDarkDeviation = 1;

    // Neighbours on either side: of a picture 5 × 5 pixels, of a line 7.
    private const int PictureReach = 2;
    private const int LineReach = 3;

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

    /// <summary>Finds bad pixels where references allow it, and adds those that are known already.</summary>
    /// <param name="dark">Dark reference; null when dark was subtracted already (hot pixels cannot be told then).</param>
    /// <param name="white">White reference of the same samples and bands.</param>
    /// <param name="known">A map of the camera: lines × samples, or samples alone; null for none.</param>
    /// <returns>
    /// As <see cref="Detect"/>, together with what is known. What is known alone where the references have too few pixels for a neighbourhood
    /// (5 × 5, or 7 of a line), none is found, or more than <see cref="HighestBadShare"/> are.
    /// </returns>
    /// <exception cref="BadInputException">The references, or the known map, are of different sizes.</exception>
    public static bool[]? Find(ReferenceFrame? dark, ReferenceFrame white, bool[]? known = null)
    {
        ArgumentNullException.ThrowIfNull(white);
        var (lines, samples) = (Math.Max(dark?.Shape.Lines ?? 1, white.Shape.Lines), white.Shape.Samples);
        var reach = lines == 1 ? LineReach : PictureReach;
        if (samples < (2 * reach) + 1 || (lines > 1 && lines < (2 * reach) + 1))
        {
            return known;
        }

        var one = new CubeShape(1, samples, white.Shape.Bands);
        var found = Detect(dark ?? new ReferenceFrame(one, new float[one.ValueCount]), white);
        var count = found.Count(bad => bad);
        return count == 0 || count > Math.Max(1, HighestBadShare * found.Length) ? known : Either(known, found, samples);
    }

    private static bool[] Either(bool[]? known, bool[] found, int samples)
    {
        if (known is null)
        {
            return found;
        }

        var both = new bool[Math.Max(known.Length, found.Length)];
        if ((known.Length != both.Length && known.Length != samples) || (found.Length != both.Length && found.Length != samples))
        {
            throw new BadInputException(
                $"The camera's map of bad pixels has {known.Length} pixels, its references {found.Length} ({samples} samples a line); expected equal sizes or one line. Take them with the same plan.");
        }

        for (var i = 0; i < both.Length; i++)
        {
            // A map of one line counts for every line.
            both[i] = known[i % known.Length] || found[i % found.Length];
        }

        return both;
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

    /// <summary>Median of the neighbours; at the border the window is moved inwards, not made smaller.</summary>
    private static double MedianAround(double[] values, int lines, int samples, int pixel)
    {
        var reach = lines == 1 ? LineReach : PictureReach;
        Span<double> around = stackalloc double[((2 * PictureReach) + 1) * ((2 * PictureReach) + 1)];
        var (line, sample) = Math.DivRem(pixel, samples);
        var (firstLine, lastLine) = Window(line, lines, reach);
        var (firstSample, lastSample) = Window(sample, samples, reach);
        var count = 0;
        for (var l = firstLine; l <= lastLine; l++)
        {
            for (var s = firstSample; s <= lastSample; s++)
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

    private static (int First, int Last) Window(int centre, int size, int reach)
    {
        var first = Math.Clamp(centre - reach, 0, Math.Max(0, size - ((2 * reach) + 1)));
        return (first, Math.Min(size - 1, first + (2 * reach)));
    }

    private static double Median(double[] values)
    {
        var sorted = values.Where(double.IsFinite).Order().ToArray();
        return sorted.Length == 0 ? double.NaN : sorted[sorted.Length / 2];
    }
}
