using System.Numerics;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// Least-squares polynomial over a sliding window; at the ends the outermost whole window's polynomial off its centre.
/// Weights by Gram polynomials: Gorry, Anal. Chem. 62 (1990) 570, equations 7, 10 and 11.
/// </summary>
internal sealed class SavitzkyGolayKernel<T> : SpectrumKernel<T>
    where T : unmanaged, IFloatingPointIeee754<T>
{
    private readonly int _half;
    private readonly int _window;

    // Row t: weights of the window's points for the value at position t of the window; row half is the sliding filter.
    private readonly T[] _weights;

    public SavitzkyGolayKernel(int bands, SavitzkyGolayStep step)
        : base(bands, bands)
    {
        _window = step.Window;
        _half = step.Window / 2;
        _weights = Convert(Weights(step));
    }

    /// <summary>window × window weights: row = position at which the polynomial is taken, column = point of the window.</summary>
    public static double[] Weights(SavitzkyGolayStep step)
    {
        var half = step.Window / 2;
        var order = step.PolynomialOrder;
        var plain = Gram(half, order, 0);
        var derived = Gram(half, order, step.Derivative);
        var weights = new double[step.Window * step.Window];
        for (var k = 0; k <= order; k++)
        {
            var factor = ((2 * k) + 1) * FallingFactorial(2 * half, k) / FallingFactorial((2 * half) + k + 1, k + 1);
            for (var t = 0; t < step.Window; t++)
            {
                for (var i = 0; i < step.Window; i++)
                {
                    weights[(t * step.Window) + i] += factor * plain[k][i] * derived[k][t];
                }
            }
        }

        return weights;
    }

    public override void Apply(Span<T> spectrum, Span<T> scratch)
    {
        var bands = spectrum.Length;
        var result = scratch[..bands];
        var head = spectrum[.._window];
        var tail = spectrum[(bands - _window)..];
        for (var i = 0; i < _half; i++)
        {
            result[i] = Scalar(head, Row(i));
            result[bands - 1 - i] = Scalar(tail, Row(_window - 1 - i));
        }

        var inner = result.Slice(_half, bands - _window + 1);
        var weights = Row(_half);
        inner.Clear();
        for (var j = 0; j < _window; j++)
        {
            SpectrumMath.AddScaled<T>(inner, spectrum.Slice(j, inner.Length), weights[j]);
        }

        result.CopyTo(spectrum);
    }

    private ReadOnlySpan<T> Row(int position) => _weights.AsSpan(position * _window, _window);

    private static T Scalar(ReadOnlySpan<T> x, ReadOnlySpan<T> weights)
    {
        var sum = T.Zero;
        for (var i = 0; i < x.Length; i++)
        {
            sum += x[i] * weights[i];
        }

        return sum;
    }

    /// <summary>Derivative s of the Gram polynomials of order 0…order at −half…half: [k][i].</summary>
    private static double[][] Gram(int half, int order, int derivative)
    {
        var points = (2 * half) + 1;
        double[][]? lower = null;
        for (var s = 0; s <= derivative; s++)
        {
            var current = new double[order + 1][];
            for (var k = 0; k <= order; k++)
            {
                current[k] = new double[points];
                for (var p = 0; p < points; p++)
                {
                    current[k][p] = k == 0
                        ? (s == 0 ? 1 : 0)
                        : Next(current, lower, half, k, s, p);
                }
            }

            lower = current;
        }

        return lower!;
    }

    private static double Next(double[][] current, double[][]? lower, int half, int k, int s, int p)
    {
        var i = p - half;
        double divisor = k * ((2 * half) - k + 1);
        var rising = ((4 * k) - 2) / divisor * ((i * current[k - 1][p]) + (s == 0 ? 0 : s * lower![k - 1][p]));
        return k == 1 ? rising : rising - ((k - 1) * ((2 * half) + k) / divisor * current[k - 2][p]);
    }

    /// <summary>a·(a − 1)·…, b factors.</summary>
    private static double FallingFactorial(int a, int b)
    {
        var product = 1.0;
        for (var j = 0; j < b; j++)
        {
            product *= a - j;
        }

        return product;
    }
}
