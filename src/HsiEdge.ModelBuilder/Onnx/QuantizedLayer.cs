using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Onnx;

/// <summary>One layer's integers: weights s8 with one symmetric scale an output, bias int32 with scale sx·sw.</summary>
/// <param name="Weights">outputs × inputs, −127…127.</param>
/// <param name="WeightScales">One an output.</param>
/// <param name="Bias">One an output.</param>
/// <param name="BiasScales">sx·sw, one an output.</param>
internal sealed record QuantizedLayer(sbyte[] Weights, float[] WeightScales, int[] Bias, float[] BiasScales)
{
    // −128 is not used: the range stays symmetric.
    private const float LargestWeight = 127;

    // Biases stay far from the limits of int32, so that the accumulator has room for the sum of products.
    private const double LargestBias = 1 << 29;

    public static QuantizedLayer Of(DenseLayer layer, float inputScale)
    {
        var weights = new sbyte[layer.Weights.Length];
        var scales = new float[layer.Outputs];
        var bias = new int[layer.Outputs];
        var biasScales = new float[layer.Outputs];
        for (var output = 0; output < layer.Outputs; output++)
        {
            var row = layer.Weights.AsSpan(output * layer.Inputs, layer.Inputs);
            var scale = Scale(row, layer.Bias[output], inputScale);
            scales[output] = scale;
            for (var i = 0; i < row.Length; i++)
            {
                weights[(output * layer.Inputs) + i] = (sbyte)Math.Clamp(MathF.Round(row[i] / scale, MidpointRounding.ToEven), -LargestWeight, LargestWeight);
            }

            biasScales[output] = inputScale * scale;
            bias[output] = (int)Math.Round(layer.Bias[output] / (double)biasScales[output], MidpointRounding.ToEven);
        }

        return new QuantizedLayer(weights, scales, bias, biasScales);
    }

    private static float Scale(ReadOnlySpan<float> row, float bias, float inputScale)
    {
        var largest = 0f;
        foreach (var weight in row)
        {
            largest = MathF.Max(largest, MathF.Abs(weight));
        }

        var forWeights = largest / LargestWeight;
        var forBias = (float)(Math.Abs((double)bias) / inputScale / LargestBias);
        var scale = MathF.Max(forWeights, forBias);
        return float.IsNormal(scale * inputScale) && float.IsNormal(scale) ? scale : 1f;
    }
}
