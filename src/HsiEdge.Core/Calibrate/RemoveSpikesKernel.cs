using System.Numerics;

namespace HsiEdge.Core.Calibrate;

/// <summary>Replaces bands whose step from the band before is an outlier by the mean of their quiet neighbours.</summary>
internal sealed class RemoveSpikesKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // Median absolute deviation → standard deviation of a normal distribution: 1/Φ⁻¹(3/4), as statistics packages round it.
    private static readonly T MadFactor = T.CreateChecked(1.4826);
    private static readonly T SmallestMad = T.CreateChecked(1e-10);
    private readonly int _half;
    private readonly T _threshold;

    public RemoveSpikesKernel(int bands, RemoveSpikesStep step)
        : base(bands, 2 * bands)
    {
        _half = step.Window / 2;
        _threshold = T.CreateSaturating(step.Threshold);
    }

    public override void Apply(Span<T> spectrum, Span<T> scratch)
    {
        var bands = spectrum.Length;
        var outlying = scratch[..bands];
        var steps = outlying[1..];
        var sorted = scratch.Slice(bands, bands - 1);
        for (var i = 1; i < bands; i++)
        {
            outlying[i] = spectrum[i] - spectrum[i - 1];
        }

        steps.CopyTo(sorted);
        var median = Median(sorted);
        for (var i = 0; i < steps.Length; i++)
        {
            steps[i] = T.Abs(steps[i] - median);
        }

        steps.CopyTo(sorted);
        var mad = Median(sorted) * MadFactor;
        if (mad < SmallestMad)
        {
            mad = T.One;
        }

        outlying[0] = T.Zero;
        var limit = _threshold * mad;
        for (var band = 1; band < bands; band++)
        {
            if (outlying[band] > limit)
            {
                spectrum[band] = MeanOfQuiet(spectrum, outlying, limit, band);
            }
        }
    }

    private T MeanOfQuiet(ReadOnlySpan<T> spectrum, ReadOnlySpan<T> outlying, T limit, int band)
    {
        var sum = T.Zero;
        var count = T.Zero;
        var last = Math.Min(band + _half, spectrum.Length - 1);
        for (var i = Math.Max(band - _half, 0); i <= last; i++)
        {
            if (!(outlying[i] > limit))
            {
                sum += spectrum[i];
                count += T.One;
            }
        }

        return count == T.Zero ? spectrum[band] : sum / count;
    }

    private static T Median(Span<T> values)
    {
        values.Sort();
        var middle = values.Length / 2;
        return values.Length % 2 == 1
            ? values[middle]
            : (values[middle - 1] + values[middle]) / (T.One + T.One);
    }
}
