namespace HsiEdge.Core.Calibrate;

/// <summary>Between reflectance and absorbance, in place: A = −log10(max(R, <see cref="FloorReflectance"/>)), R = 10^−A.</summary>
public static class QuantityConversion
{
    /// <summary>Smallest reflectance taken to the logarithm: absorbance is at most 4.</summary>
    public const float FloorReflectance = 1e-4f;

    private static readonly AbsorbanceKernel<float> Absorbance = new(1, FloorReflectance);
    private static readonly float MinusLog2Of10 = -MathF.Log2(10f);

    /// <summary>A = −log10(max(R, floor)); NaN stays NaN.</summary>
    /// <param name="values">Reflectance; becomes absorbance.</param>
    public static void ToAbsorbance(Span<float> values) => Absorbance.Apply(values, []);

    /// <summary>R = 10^−A; NaN stays NaN.</summary>
    /// <param name="values">Absorbance; becomes reflectance.</param>
    public static void ToReflectance(Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = float.Exp2(value * MinusLog2Of10);
        }
    }
}
