using System.Numerics;

namespace HsiEdge.Core.Calibrate;

/// <summary>Vectorised sums and element-wise operations on one spectrum. Sums run over lanes first, so that their last bits depend on the CPU's vector width.</summary>
internal static class SpectrumMath
{
    public static T Sum<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var lanes = Vector<T>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            lanes += new Vector<T>(x[i..]);
        }

        var sum = Vector.Sum(lanes);
        for (; i < x.Length; i++)
        {
            sum += x[i];
        }

        return sum;
    }

    public static T SumOfAbsolutes<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var lanes = Vector<T>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            lanes += Vector.Abs(new Vector<T>(x[i..]));
        }

        var sum = Vector.Sum(lanes);
        for (; i < x.Length; i++)
        {
            sum += T.Abs(x[i]);
        }

        return sum;
    }

    public static T MaximumAbsolute<T>(ReadOnlySpan<T> x)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var maximum = T.Zero;
        foreach (var value in x)
        {
            maximum = T.Max(maximum, T.Abs(value));
        }

        return maximum;
    }

    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var lanes = Vector<T>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            lanes += new Vector<T>(x[i..]) * new Vector<T>(y[i..]);
        }

        var sum = Vector.Sum(lanes);
        for (; i < x.Length; i++)
        {
            sum += x[i] * y[i];
        }

        return sum;
    }

    /// <summary>x ← x − value.</summary>
    public static void Subtract<T>(Span<T> x, T value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var lanes = new Vector<T>(value);
        var i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (new Vector<T>(x[i..]) - lanes).CopyTo(x[i..]);
        }

        for (; i < x.Length; i++)
        {
            x[i] -= value;
        }
    }

    /// <summary>x ← x / value.</summary>
    public static void Divide<T>(Span<T> x, T value)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var lanes = new Vector<T>(value);
        var i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (new Vector<T>(x[i..]) / lanes).CopyTo(x[i..]);
        }

        for (; i < x.Length; i++)
        {
            x[i] /= value;
        }
    }

    /// <summary>x ← x − y, element by element.</summary>
    public static void Subtract<T>(Span<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (new Vector<T>(x[i..]) - new Vector<T>(y[i..])).CopyTo(x[i..]);
        }

        for (; i < x.Length; i++)
        {
            x[i] -= y[i];
        }
    }

    /// <summary>x ← x / y, element by element.</summary>
    public static void Divide<T>(Span<T> x, ReadOnlySpan<T> y)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (new Vector<T>(x[i..]) / new Vector<T>(y[i..])).CopyTo(x[i..]);
        }

        for (; i < x.Length; i++)
        {
            x[i] /= y[i];
        }
    }

    /// <summary>x ← x + factor·y, element by element.</summary>
    public static void AddScaled<T>(Span<T> x, ReadOnlySpan<T> y, T factor)
        where T : unmanaged, IFloatingPointIeee754<T>
    {
        var lanes = new Vector<T>(factor);
        var i = 0;
        for (; i <= x.Length - Vector<T>.Count; i += Vector<T>.Count)
        {
            (new Vector<T>(x[i..]) + (new Vector<T>(y[i..]) * lanes)).CopyTo(x[i..]);
        }

        for (; i < x.Length; i++)
        {
            x[i] += y[i] * factor;
        }
    }
}
