using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// Brings spectra from a cube's bands to a model's. Weights are made once; immutable, thread-safe, allocates nothing per tile.
/// </summary>
/// <remarks>
/// A model band within the tolerance of a cube's band is taken as it is. Where the model's FWHM is known and the cube is sampled
/// more densely (at least three bands within reach), the band is the mean of the cube's bands under a Gaussian of
/// √(FWHM² − cube's FWHM²), by local linear regression, so that a straight spectrum passes unchanged; otherwise the two neighbours
/// are interpolated linearly. Nothing is extrapolated, and no gap of the cube is bridged.
/// </remarks>
public sealed class BandResampler
{
    // A hole in the cube's axis this many times its usual spacing is a gap (bands removed), not a coarser sampling.
    private const double GapFactor = 8;
    private readonly int[] _first;
    private readonly float[][] _weights;

    private BandResampler(int sourceBands, int[] first, float[][] weights, bool resamples)
    {
        SourceBands = sourceBands;
        _first = first;
        _weights = weights;
        Resamples = resamples;
        IsIdentity = first.Length == sourceBands && weights.All(w => w.Length == 1);
        var used = new SortedSet<int>();
        for (var band = 0; band < first.Length; band++)
        {
            for (var i = 0; i < weights[band].Length; i++)
            {
                used.Add(first[band] + i);
            }
        }

        UsedSourceBands = [.. used];
    }

    /// <summary>Bands of the cube.</summary>
    public int SourceBands { get; }

    /// <summary>Bands of the model.</summary>
    public int TargetBands => _first.Length;

    /// <summary>Whether any value is computed from several bands of the cube (it then travels with the result as a flag).</summary>
    public bool Resamples { get; }

    /// <summary>Whether source and target are the same bands in the same order: nothing needs to be done.</summary>
    public bool IsIdentity { get; }

    /// <summary>Bands of the cube that the model's input is made of, increasing. The others are of no matter.</summary>
    public IReadOnlyList<int> UsedSourceBands { get; }

    /// <summary>Prepares the way from one axis to another.</summary>
    /// <param name="source">The cube's bands.</param>
    /// <param name="target">The model's bands.</param>
    /// <param name="toleranceNanometres">How far a cube's band may lie from a model's to be taken as it is, in nm, ≥ 0.</param>
    /// <exception cref="BadInputException">The cube does not cover the model's range, or has a gap where the model needs a band.</exception>
    public static BandResampler Create(WavelengthAxis source, WavelengthAxis target, double toleranceNanometres)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(target);
        ArgumentOutOfRangeException.ThrowIfNegative(toleranceNanometres);
        if (source.First > target.First + toleranceNanometres || source.Last < target.Last - toleranceNanometres)
        {
            throw new BadInputException(
                $"The cube covers {source.First:0.##}–{source.Last:0.##} nm ({source.Count} bands), the model needs {target.First:0.##}–{target.Last:0.##} nm " +
                $"({target.Count} bands). Record over the model's range, or use a model trained on the cube's.");
        }

        var first = new int[target.Count];
        var weights = new float[target.Count][];
        var matches = source.Matches(target, toleranceNanometres);
        for (var band = 0; band < target.Count; band++)
        {
            (first[band], weights[band]) = matches ? (band, [1f]) : Weigh(source, target, band, toleranceNanometres);
        }

        return new BandResampler(source.Count, first, weights, weights.Any(w => w.Length > 1));
    }

    /// <summary>Resamples a tile.</summary>
    /// <param name="source">pixels × <see cref="SourceBands"/> values, pixel-major, band fastest.</param>
    /// <param name="pixels">Number of pixels, ≥ 0.</param>
    /// <param name="destination">Receives pixels × <see cref="TargetBands"/> values; must not overlap the source.</param>
    public void Apply(ReadOnlySpan<float> source, int pixels, Span<float> destination)
    {
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var spectrum = source.Slice(pixel * SourceBands, SourceBands);
            var result = destination.Slice(pixel * TargetBands, TargetBands);
            for (var band = 0; band < result.Length; band++)
            {
                var weights = _weights[band];
                var start = _first[band];
                if (weights.Length == 1)
                {
                    result[band] = spectrum[start];
                    continue;
                }

                var sum = 0f;
                for (var i = 0; i < weights.Length; i++)
                {
                    sum += weights[i] * spectrum[start + i];
                }

                result[band] = sum;
            }
        }
    }

    private static (int First, float[] Weights) Weigh(WavelengthAxis source, WavelengthAxis target, int band, double tolerance)
    {
        var centre = target[band];
        var right = 0;
        while (right < source.Count && source[right] < centre)
        {
            right++;
        }

        var nearest = right == source.Count || (right > 0 && centre - source[right - 1] <= source[right] - centre) ? right - 1 : right;
        var gaussian = target.FwhmNanometres.IsEmpty ? null : Gaussian(source, centre, target.FwhmNanometres[band], nearest);
        if (gaussian is { } found)
        {
            return found;
        }

        if (Math.Abs(source[nearest] - centre) <= tolerance)
        {
            return (nearest, [1f]);
        }

        // Coverage was checked and the ends lie within the tolerance: the centre is between two bands here.
        var left = right - 1;
        RefuseGap(source, centre, left, right);
        var share = (centre - source[left]) / (source[right] - source[left]);
        return (left, [(float)(1 - share), (float)share]);
    }

    private static (int First, float[] Weights)? Gaussian(WavelengthAxis source, double centre, double fwhm, int nearest)
    {
        var own = source.FwhmNanometres.IsEmpty ? 0 : source.FwhmNanometres[nearest];
        if (own >= fwhm)
        {
            return null;
        }

        // Gaussian widths add in squares: the cube's bands are already own nm wide.
        var width = Math.Sqrt((fwhm * fwhm) - (own * own));
        var reach = Math.Min(1.5 * width, Math.Min(centre - source.First, source.Last - centre));
        var first = nearest;
        while (first > 0 && centre - source[first - 1] <= reach)
        {
            first--;
        }

        var last = nearest;
        while (last < source.Count - 1 && source[last + 1] - centre <= reach)
        {
            last++;
        }

        if (last - first + 1 < 3 || Math.Abs(source[nearest] - centre) > reach)
        {
            return null;
        }

        for (var i = first; i < last; i++)
        {
            if (source[i] <= centre + (width / 2) && source[i + 1] >= centre - (width / 2))
            {
                RefuseGap(source, centre, i, i + 1);
            }
        }

        return LocalLinear(source, centre, width, first, last) is { } weights ? (first, weights) : null;
    }

    /// <summary>Weights of a local linear regression at the centre: Gaussian times the spacing of the bands, made exact for straight lines.</summary>
    private static float[]? LocalLinear(WavelengthAxis source, double centre, double width, int first, int last)
    {
        var raw = new double[last - first + 1];
        double m0 = 0, m1 = 0, m2 = 0;
        for (var i = first; i <= last; i++)
        {
            var offset = source[i] - centre;
            var spacing = (source[Math.Min(i + 1, source.Count - 1)] - source[Math.Max(i - 1, 0)]) / 2;
            var weight = Math.Exp(-4 * Math.Log(2) * (offset / width) * (offset / width)) * spacing;
            raw[i - first] = weight;
            m0 += weight;
            m1 += weight * offset;
            m2 += weight * offset * offset;
        }

        var determinant = (m0 * m2) - (m1 * m1);
        if (!(determinant > 1e-12 * m0 * m2))
        {
            return null;
        }

        var weights = new float[raw.Length];
        for (var i = 0; i < raw.Length; i++)
        {
            weights[i] = (float)(raw[i] * (m2 - ((source[first + i] - centre) * m1)) / determinant);
        }

        return weights;
    }

    private static void RefuseGap(WavelengthAxis source, double centre, int left, int right)
    {
        var spacings = new double[source.Count - 1];
        for (var i = 0; i < spacings.Length; i++)
        {
            spacings[i] = source[i + 1] - source[i];
        }

        Array.Sort(spacings);
        if (source[right] - source[left] > GapFactor * spacings[spacings.Length / 2])
        {
            throw new BadInputException(
                $"The cube ({source}) has no bands between {source[left]:0.##} and {source[right]:0.##} nm, where the model needs {centre:0.##} nm. " +
                "Record the missing bands, or use a model that does without them.");
        }
    }
}
