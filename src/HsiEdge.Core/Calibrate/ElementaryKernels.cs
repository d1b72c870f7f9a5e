using System.Numerics;
using System.Runtime.InteropServices;

namespace HsiEdge.Core.Calibrate;

/// <summary>A = −log10(max(R, floor)); NaN stays NaN.</summary>
internal sealed class AbsorbanceKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    // −log10 x = −log2 x · log10 2: the base-2 logarithm exists vectorised.
    private static readonly float MinusLog10Of2 = -MathF.Log10(2f);
    private readonly T _floor;

    public AbsorbanceKernel(int bands, double floor)
        : base(bands) => _floor = T.CreateSaturating(floor);

    public override void Apply(Span<T> spectrum, Span<T> scratch)
    {
        if (typeof(T) == typeof(float))
        {
            ApplyVectors(MemoryMarshal.Cast<T, float>(spectrum), float.CreateSaturating(_floor));
            return;
        }

        foreach (ref var value in spectrum)
        {
            value = -T.Log10(T.Max(value, _floor));
        }
    }

    private static void ApplyVectors(Span<float> x, float floor)
    {
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Absorbance(new Vector<float>(x[i..]), floor).CopyTo(x[i..]);
        }

        if (i < x.Length)
        {
            // The rest takes the same way, so that a value does not depend on where it stands in a tile.
            Span<float> rest = stackalloc float[Vector<float>.Count];
            rest.Fill(floor);
            x[i..].CopyTo(rest);
            Absorbance(new Vector<float>(rest), floor).CopyTo(rest);
            rest[..(x.Length - i)].CopyTo(x[i..]);
        }
    }

    private static Vector<float> Absorbance(Vector<float> values, float floor) =>
        Vector.Log2(Vector.Max(values, new Vector<float>(floor))) * MinusLog10Of2;
}

/// <summary>(x − mean)/standard deviation, n − 1.</summary>
internal sealed class SnvKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    public SnvKernel(int bands)
        : base(bands)
    {
    }

    public override void Apply(Span<T> spectrum, Span<T> scratch)
    {
        var mean = SpectrumMath.Sum<T>(spectrum) / T.CreateChecked(spectrum.Length);
        SpectrumMath.Subtract(spectrum, mean);
        var variance = SpectrumMath.Dot<T>(spectrum, spectrum) / T.CreateChecked(spectrum.Length - 1);
        SpectrumMath.Divide(spectrum, T.Sqrt(variance));
    }
}

/// <summary>x / norm(x).</summary>
internal sealed class NormalizeKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly SpectrumNorm _norm;

    public NormalizeKernel(int bands, SpectrumNorm norm)
        : base(bands) => _norm = norm;

    public override void Apply(Span<T> spectrum, Span<T> scratch) =>
        SpectrumMath.Divide(spectrum, _norm switch
        {
            SpectrumNorm.Area => SpectrumMath.SumOfAbsolutes<T>(spectrum),
            SpectrumNorm.Vector => T.Sqrt(SpectrumMath.Dot<T>(spectrum, spectrum)),
            SpectrumNorm.Sum => SpectrumMath.Sum<T>(spectrum),
            _ => SpectrumMath.MaximumAbsolute<T>(spectrum),
        });
}

/// <summary>x − values.</summary>
internal sealed class CenterKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _values;

    public CenterKernel(IReadOnlyList<double> values)
        : base(values.Count) => _values = Convert(values);

    public override void Apply(Span<T> spectrum, Span<T> scratch) => SpectrumMath.Subtract(spectrum, _values);
}

/// <summary>x / values.</summary>
internal sealed class ScaleKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[] _values;

    public ScaleKernel(IReadOnlyList<double> values)
        : base(values.Count) => _values = Convert(values);

    public override void Apply(Span<T> spectrum, Span<T> scratch) => SpectrumMath.Divide(spectrum, _values);
}

/// <summary>Moves the kept run of bands to the front.</summary>
internal sealed class CropKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _first;

    public CropKernel(CropStep step)
        : base(step.BandCount) => _first = step.FirstBand;

    public override void Apply(Span<T> spectrum, Span<T> scratch) => spectrum.Slice(_first, OutputBands).CopyTo(spectrum);
}
