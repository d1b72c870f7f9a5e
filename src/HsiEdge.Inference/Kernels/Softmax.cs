namespace HsiEdge.Inference.Kernels;

/// <summary>Probabilities from logits: p = exp(z − max z) / Σ exp(z − max z), so that no logit overflows.</summary>
public static class Softmax
{
    /// <summary>Softmax of each pixel's logits.</summary>
    /// <param name="logits">pixels × classes, class fastest.</param>
    /// <param name="classes">Classes ≥ 1.</param>
    /// <param name="probabilities">Receives pixels × classes values that sum to 1 a pixel.</param>
    public static void FromLogits(ReadOnlySpan<float> logits, int classes, Span<float> probabilities)
    {
        for (var start = 0; start < logits.Length; start += classes)
        {
            var row = logits.Slice(start, classes);
            var result = probabilities.Slice(start, classes);
            var maximum = row[0];
            foreach (var logit in row)
            {
                maximum = MathF.Max(maximum, logit);
            }

            var sum = 0f;
            for (var c = 0; c < row.Length; c++)
            {
                result[c] = MathF.Exp(row[c] - maximum);
                sum += result[c];
            }

            Divide(result, sum);
        }
    }

    /// <summary>The 256 values exp(−scale·d), d = 0…255: all that 8-bit logits can ask for.</summary>
    /// <param name="scale">Step of the logits.</param>
    public static float[] ExponentialTable(float scale)
    {
        var table = new float[256];
        for (var difference = 0; difference < table.Length; difference++)
        {
            table[difference] = (float)Math.Exp(-(double)scale * difference);
        }

        return table;
    }

    /// <summary>Softmax of 8-bit logits by table; the zero point cancels.</summary>
    /// <param name="codes">pixels × classes, class fastest.</param>
    /// <param name="classes">Classes ≥ 1.</param>
    /// <param name="table">From <see cref="ExponentialTable"/>.</param>
    /// <param name="probabilities">Receives pixels × classes values that sum to 1 a pixel.</param>
    public static void FromCodes(ReadOnlySpan<byte> codes, int classes, ReadOnlySpan<float> table, Span<float> probabilities)
    {
        for (var start = 0; start < codes.Length; start += classes)
        {
            var row = codes.Slice(start, classes);
            var result = probabilities.Slice(start, classes);
            var maximum = row[0];
            foreach (var code in row)
            {
                maximum = Math.Max(maximum, code);
            }

            var sum = 0f;
            for (var c = 0; c < row.Length; c++)
            {
                result[c] = table[maximum - row[c]];
                sum += result[c];
            }

            Divide(result, sum);
        }
    }

    private static void Divide(Span<float> values, float sum)
    {
        var reciprocal = 1f / sum;
        for (var c = 0; c < values.Length; c++)
        {
            values[c] *= reciprocal;
        }
    }
}
