using System.Globalization;

namespace HsiEdge.Core.Calibrate;

/// <summary>Judges references before they are used. One that fails is refused, and the references there were stay.</summary>
public static class ReferenceChecks
{
    /// <summary>Most that the mean of a dark reference may reach, as a share of full scale.</summary>
    public const double HighestDarkLevel = 0.25;

    /// <summary>Most that pixels may differ without light, between the dimmest and the brightest twentieth, as a share of full scale: light that leaks in at one side, or a detector too warm.</summary>
    public const double HighestDarkPattern = 0.1;

    /// <summary>Most that the means of the averaged captures may differ without light, as a share of full scale.</summary>
    public const double HighestDarkUnsteadiness = 0.02;

    /// <summary>Most that the means of the averaged captures may differ, as a share of the white target's rise above dark: a lamp that warms up, a target that moves.</summary>
    public const double HighestWhiteUnsteadiness = 0.05;

    /// <summary>Least that the white target must rise above dark in its weakest band, as a share of what is left to full scale.</summary>
    public const double LowestWhiteLevel = 0.02;

    /// <summary>Largest share of saturated values.</summary>
    public const double HighestSaturatedShare = 0.01;

    /// <summary>Least light in the dimmest corner, as a share of the centre's.</summary>
    public const double LowestCorner = 0.1;

    /// <summary>Largest median difference between neighbours, as a share of the picture's median: a target in focus, folded or partly out of view is not smooth.</summary>
    public const double HighestRoughness = 0.2;

    /// <summary>Judges a dark reference: level, saturation, pattern, and steadiness where the averaged captures are known; all as shares.</summary>
    /// <param name="dark">Counts.</param>
    /// <param name="saturationCounts">Full scale in counts, &gt; 0.</param>
    public static IReadOnlyList<ReferenceCheck> Dark(ReferenceFrame dark, double saturationCounts)
    {
        ArgumentNullException.ThrowIfNull(dark);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(saturationCounts);
        List<ReferenceCheck> checks =
        [
            new("dark level", dark.Mean() / saturationCounts, null, HighestDarkLevel, "light reaches the camera: cover the lens, switch the light off, or lower exposure or gain"),
            new("dark saturated", SaturatedShare(dark, saturationCounts), null, HighestSaturatedShare, "cover the lens; if it stays so the detector is too warm or worn"),
            new("dark pattern", Pattern(dark) / saturationCounts, null, HighestDarkPattern, "light reaches a part of the picture, or the detector is too warm: cover the whole lens, let the camera cool"),
        ];
        if (Spread(dark) is { } spread)
        {
            checks.Add(new("dark steadiness", spread / saturationCounts, null, HighestDarkUnsteadiness, "the dark level moved from capture to capture: let the camera warm up, keep light away"));
        }

        return checks;
    }

    /// <summary>Judges a white reference against its dark one: level of the weakest band, saturation, fall-off to the corners (full frames), smoothness, steadiness where the averaged captures are known.</summary>
    /// <param name="white">Counts.</param>
    /// <param name="dark">Counts without light, of the same samples and bands.</param>
    /// <param name="saturationCounts">Full scale in counts, &gt; 0.</param>
    public static IReadOnlyList<ReferenceCheck> White(ReferenceFrame white, ReferenceFrame dark, double saturationCounts)
    {
        ArgumentNullException.ThrowIfNull(white);
        ArgumentNullException.ThrowIfNull(dark);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(saturationCounts);
        var (response, weakest) = Respond(white, dark, saturationCounts);
        List<ReferenceCheck> checks =
        [
            new("white level", weakest, LowestWhiteLevel, null, "the target is too dark in a band: show the white target, switch the light on, or expose longer"),
            new("white saturated", SaturatedShare(white, saturationCounts), null, HighestSaturatedShare, "lower exposure or gain in the plan, or move the light away"),
            new("white smoothness", Roughness(response, white.Shape.Samples), null, HighestRoughness, "let the target fill the picture, clean and out of focus"),
        ];
        if (white.Shape is { Lines: >= 3, Samples: >= 3 })
        {
            checks.Add(new("white corners", DimmestCorner(response, white.Shape.Lines, white.Shape.Samples), LowestCorner, null, "let the target fill the picture to its corners"));
        }

        if (Spread(white) is { } spread)
        {
            checks.Add(new("white steadiness", spread / (white.Mean() - dark.Mean()), null, HighestWhiteUnsteadiness, "the light changed from capture to capture: let the lamp warm up, keep the target still"));
        }

        return checks;
    }

    /// <summary>Refuses a reference with a check that fails.</summary>
    /// <param name="checks">Its checks.</param>
    /// <exception cref="BadInputException">One or more failed; each with figure, limit and advice.</exception>
    public static void Require(IReadOnlyList<ReferenceCheck> checks)
    {
        ArgumentNullException.ThrowIfNull(checks);
        var failed = checks.Where(c => !c.Ok).Select(c => string.Create(
            CultureInfo.InvariantCulture,
            $"{c.Name} is {c.Value:0.####}, expected {(c.Lowest is { } low ? $"at least {low}" : $"at most {c.Highest}")}: {c.Advice}")).ToList();
        if (failed.Count > 0)
        {
            throw new BadInputException($"The reference is refused, those there were stay: {string.Join("; ", failed)}.");
        }
    }

    /// <summary>Difference of the highest and the lowest mean of the captures averaged, in counts; null where there are not two.</summary>
    private static double? Spread(ReferenceFrame frame) => frame.CaptureMeans is { Count: > 1 } means ? means.Max() - means.Min() : null;

    /// <summary>From the 5th to the 95th hundredth of the pixels' means over the bands, in counts, so that single hot pixels do not decide.</summary>
    private static double Pattern(ReferenceFrame frame)
    {
        var bands = frame.Shape.Bands;
        var means = new double[frame.Shape.PixelCount];
        for (var i = 0; i < frame.Values.Length; i++)
        {
            means[i / bands] += frame.Values[i] / (double)bands;
        }

        Array.Sort(means);
        return means[(int)(0.95 * (means.Length - 1))] - means[(int)(0.05 * (means.Length - 1))];
    }

    private static double SaturatedShare(ReferenceFrame frame, double saturationCounts)
    {
        long saturated = 0;
        foreach (var value in frame.Values)
        {
            saturated += value >= saturationCounts ? 1 : 0;
        }

        return saturated / (double)frame.Values.Length;
    }

    /// <summary>Mean of white − dark over the bands for each pixel in counts, and the weakest band's mean as a share of the range above dark.</summary>
    private static (double[] Response, double Weakest) Respond(ReferenceFrame white, ReferenceFrame dark, double saturationCounts)
    {
        var bands = white.Shape.Bands;
        var response = new double[white.Shape.PixelCount];
        var rise = new double[bands];
        var range = new double[bands];
        for (var pixel = 0; pixel < response.Length; pixel++)
        {
            var (line, sample) = (pixel / white.Shape.Samples, pixel % white.Shape.Samples);
            var bright = white.Spectrum(line, sample);
            var black = dark.Spectrum(line, sample);
            for (var band = 0; band < bands; band++)
            {
                response[pixel] += (bright[band] - black[band]) / (double)bands;
                rise[band] += bright[band] - black[band];
                range[band] += saturationCounts - black[band];
            }
        }

        return (response, rise.Zip(range, (r, full) => r / full).Min());
    }

    private static double Roughness(double[] response, int samples)
    {
        var steps = new List<double>(response.Length);
        for (var pixel = 1; pixel < response.Length; pixel++)
        {
            if (pixel % samples != 0)
            {
                steps.Add(Math.Abs(response[pixel] - response[pixel - 1]));
            }
        }

        return steps.Count == 0 ? 0 : Median([.. steps]) / Median([.. response]);
    }

    /// <summary>Medians of blocks of a third of the picture's sides, so that dead pixels do not decide.</summary>
    private static double DimmestCorner(double[] response, int lines, int samples)
    {
        var (high, wide) = (lines / 3, samples / 3);
        double Block(int line, int sample) =>
            Median([.. Enumerable.Range(line, high).SelectMany(l => response.AsSpan((l * samples) + sample, wide).ToArray())]);
        double[] corners = [Block(0, 0), Block(0, samples - wide), Block(lines - high, 0), Block(lines - high, samples - wide)];
        return corners.Min() / Block((lines - high) / 2, (samples - wide) / 2);
    }

    private static double Median(double[] values)
    {
        Array.Sort(values);
        return values[values.Length / 2];
    }
}
