using System.Numerics;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// (Extended) multiplicative scatter correction. The design matrix is fixed by the card, so that its pseudo-inverse is made once
/// (in double) and a spectrum costs one dot product a coefficient.
/// </summary>
internal sealed class MscKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly T[][] _pseudoInverse;
    private readonly T[][] _powers;

    private MscKernel(int bands, T[][] pseudoInverse, T[][] powers)
        : base(bands)
    {
        _pseudoInverse = pseudoInverse;
        _powers = powers;
    }

    /// <summary>Makes the kernel.</summary>
    /// <exception cref="BadInputException">The reference cannot be told from a polynomial of the degree.</exception>
    public static MscKernel<T> Create(MscStep step, int index, int bands)
    {
        var columns = new double[step.PolynomialDegree + 2][];
        columns[0] = Column(bands, _ => 1);
        columns[1] = [.. step.Reference];
        for (var k = 1; k <= step.PolynomialDegree; k++)
        {
            var power = k;
            columns[k + 1] = Column(bands, band => Math.Pow(bands == 1 ? -1 : -1 + (2.0 * band / (bands - 1)), power));
        }

        var inverse = LeastSquares.PseudoInverse(columns)
            ?? throw SpectrumKernels.Refusal(
                index, "msc", "reference", "constant or a polynomial", $"a spectrum with a shape of its own over {bands} bands (degree {step.PolynomialDegree})");
        return new MscKernel<T>(bands, Array.ConvertAll(inverse, r => Convert(r)), Array.ConvertAll(columns[2..], c => Convert(c)));
    }

    public override void Apply(Span<T> spectrum, Span<T> scratch)
    {
        var offset = SpectrumMath.Dot<T>(spectrum, _pseudoInverse[0]);
        var slope = SpectrumMath.Dot<T>(spectrum, _pseudoInverse[1]);
        if (_powers.Length > 0)
        {
            // All coefficients belong to the spectrum as it came: they are taken before anything is subtracted.
            Span<T> coefficients = stackalloc T[_powers.Length];
            for (var k = 0; k < _powers.Length; k++)
            {
                coefficients[k] = SpectrumMath.Dot<T>(spectrum, _pseudoInverse[k + 2]);
            }

            for (var k = 0; k < _powers.Length; k++)
            {
                SpectrumMath.AddScaled(spectrum, _powers[k], -coefficients[k]);
            }
        }

        SpectrumMath.Subtract(spectrum, offset);
        SpectrumMath.Divide(spectrum, slope);
    }

    private static double[] Column(int bands, Func<int, double> value)
    {
        var column = new double[bands];
        for (var band = 0; band < bands; band++)
        {
            column[band] = value(band);
        }

        return column;
    }
}
