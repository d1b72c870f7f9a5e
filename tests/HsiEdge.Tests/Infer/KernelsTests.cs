using CsCheck;
using HsiEdge.Core.Infer;
using HsiEdge.Inference.Kernels;
using Xunit;

namespace HsiEdge.Tests.Infer;

public sealed class KernelsTests
{
    [Fact]
    public void Codes_are_those_of_the_formula_for_any_length_scale_and_zero_point() =>
        Gen.Select(Gen.Float[-300f, 300f].Array[0, 300], Gen.Double[1e-3, 10], Gen.Int[0, 255]).Sample((values, scale, zeroPoint) =>
        {
            scale = (float)scale;
            var codes = new byte[values.Length + 1];
            codes[^1] = 77;
            InputEncoder.Encode(values, new InputEncoding(scale, zeroPoint), codes);
            for (var i = 0; i < values.Length; i++)
            {
                var exact = values[i] / scale;
                var distanceToTie = Math.Abs(exact - Math.Floor(exact) - 0.5);
                var expected = Math.Clamp(Math.Round(exact, MidpointRounding.ToEven) + zeroPoint, 0, 255);
                Assert.True(codes[i] == expected || (distanceToTie < 1e-4 && Math.Abs(codes[i] - expected) == 1), $"{values[i]} / {scale} + {zeroPoint} gave {codes[i]}, not {expected}");
            }

            Assert.Equal(77, codes[^1]);
        });

    [Theory]
    [InlineData(0)]
    [InlineData(7)]
    [InlineData(128)]
    [InlineData(255)]
    public void Ties_go_to_even_and_extremes_saturate_in_every_lane(int zeroPoint)
    {
        float[] values = [-2.5f, -1.5f, -0.5f, 0f, 0.5f, 1.5f, 2.5f, 3.5f, 1e30f, -1e30f, float.PositiveInfinity, float.NegativeInfinity, 254.5f, 255.5f, -255.5f, 300f];
        int[] rounded = [-2, -2, 0, 0, 0, 2, 2, 4, 1000, -1000, 1000, -1000, 254, 256, -256, 300];

        // 85 values: whole vectors of 64 and of 16, and a rest one by one.
        var many = Enumerable.Range(0, 85).Select(i => values[i % 16]).ToArray();
        var codes = new byte[many.Length];
        InputEncoder.Encode(many, new InputEncoding(1, zeroPoint), codes);
        Assert.Equal(many.Select((_, i) => (byte)Math.Clamp(rounded[i % 16] + zeroPoint, 0, 255)), codes);
    }

    [Fact]
    public void Not_a_number_gives_some_code_and_disturbs_no_neighbour()
    {
        var values = Enumerable.Repeat(1f, 100).ToArray();
        values[3] = float.NaN;
        values[99] = float.NaN;
        var codes = new byte[100];
        InputEncoder.Encode(values, new InputEncoding(0.5, 10), codes);
        Assert.All(codes.Where((_, i) => i is not (3 or 99)), c => Assert.Equal(12, c));
    }

    [Fact]
    public void Codes_buffer_too_short_is_refused() =>
        Assert.Throws<ArgumentException>(() => InputEncoder.Encode(new float[3], new InputEncoding(1, 0), new byte[2]));

    [Fact]
    public void Softmax_agrees_with_double_precision_and_sums_to_one() =>
        Gen.Select(Gen.Int[1, 7], Gen.Float[-500f, 500f].Array[42]).Sample((classes, values) =>
        {
            var logits = values[..(42 / classes * classes)];
            var probabilities = new float[logits.Length];
            Softmax.FromLogits(logits, classes, probabilities);
            RequireSoftmax([.. logits.Select(l => (double)l)], classes, probabilities);
        });

    [Fact]
    public void Softmax_of_codes_is_that_of_the_logits_they_stand_for() =>
        Gen.Select(Gen.Int[1, 7], Gen.Byte.Array[42], Gen.Double[0.01, 1]).Sample((classes, values, scale) =>
        {
            var codes = values[..(42 / classes * classes)];
            var probabilities = new float[codes.Length];
            Softmax.FromCodes(codes, classes, Softmax.ExponentialTable((float)scale), probabilities);
            RequireSoftmax([.. codes.Select(c => (float)scale * (c - 100.0))], classes, probabilities);
        });

    private static void RequireSoftmax(double[] logits, int classes, float[] probabilities)
    {
        for (var start = 0; start < logits.Length; start += classes)
        {
            var row = logits[start..(start + classes)];
            var maximum = row.Max();
            var sum = row.Sum(l => Math.Exp(l - maximum));
            for (var c = 0; c < classes; c++)
            {
                Assert.Equal(Math.Exp(row[c] - maximum) / sum, probabilities[start + c], 2e-5);
            }

            Assert.Equal(1, probabilities[start..(start + classes)].Sum(), 1e-5);
        }
    }
}
