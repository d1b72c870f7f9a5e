using System.Text.Json;
using CsCheck;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Calibrate;

public sealed class PreprocessingChainTests
{
    [Theory]
    [InlineData(5, 2, 0, new[] { -3.0, 12, 17, 12, -3 }, 35.0)]
    [InlineData(7, 3, 0, new[] { -2.0, 3, 6, 7, 6, 3, -2 }, 21.0)]
    [InlineData(5, 2, 1, new[] { -2.0, -1, 0, 1, 2 }, 10.0)]
    [InlineData(5, 4, 1, new[] { 1.0, -8, 0, 8, -1 }, 12.0)]
    [InlineData(7, 2, 2, new[] { 5.0, 0, -3, -4, -3, 0, 5 }, 42.0)]
    public void Savitzky_Golay_has_the_published_coefficients(int window, int order, int derivative, double[] coefficients, double divisor)
    {
        for (var point = 0; point < window; point++)
        {
            var impulse = new double[window];
            impulse[point] = 1;
            Assert.Equal(coefficients[point] / divisor, Apply([new SavitzkyGolayStep(window, order, derivative)], impulse)[window / 2], 1e-12);
        }
    }

    [Fact]
    public void Savitzky_Golay_gives_polynomials_and_their_derivatives_exactly_up_to_both_ends() =>
        Gen.Select(Gen.Int[1, 10], Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[0, 20], Gen.Double[-1, 1].Array[6]).Sample((half, order, derivative, more, c) =>
        {
            var window = (2 * half) + 1;
            order = Math.Min(order, window - 1);
            derivative = Math.Min(derivative, order);
            var bands = window + more;
            double Value(double x, int d) => Enumerable.Range(d, order + 1 - d).Sum(k => c[k] * Enumerable.Range(k - d + 1, d).Aggregate(1.0, (p, f) => p * f) * Math.Pow(x, k - d) / Math.Pow(10, k));
            var spectrum = Enumerable.Range(0, bands).Select(b => Value(b, 0)).ToArray();
            var result = Apply([new SavitzkyGolayStep(window, order, derivative)], spectrum);
            var scale = 1 + spectrum.Max(Math.Abs);
            for (var b = 0; b < bands; b++)
            {
                Assert.Equal(Value(b, derivative), result[b], 1e-8 * scale);
            }
        });

    [Fact]
    public void Msc_removes_offset_slope_and_polynomial_from_what_is_the_reference_otherwise() =>
        Gen.Select(Gen.Int[0, 3], Gen.Double[-2, 2], Gen.Double[0.2, 5], Gen.Double[-1, 1].Array[3]).Sample((degree, offset, slope, powers) =>
        {
            var reference = Enumerable.Range(0, 40).Select(b => Math.Sin(b / 3.0) + (0.2 * Math.Cos(b))).ToArray();
            var spectrum = reference.Select((r, b) => offset + (slope * r) + Enumerable.Range(1, degree).Sum(k => powers[k - 1] * Math.Pow(-1 + (2.0 * b / 39), k))).ToArray();
            var result = Apply([new MscStep(reference, degree)], spectrum);
            for (var b = 0; b < 40; b++)
            {
                Assert.Equal(reference[b], result[b], 1e-9);
            }
        });

    [Theory]
    [InlineData(SpectrumNorm.Area, 0.3, -0.4, 0.3)]
    [InlineData(SpectrumNorm.Vector, 0.514495755427526, -0.685994340570035, 0.514495755427526)]
    [InlineData(SpectrumNorm.Sum, 1.5, -2.0, 1.5)]
    [InlineData(SpectrumNorm.Maximum, 0.75, -1.0, 0.75)]
    public void Norms_divide_by_what_they_say(SpectrumNorm norm, double a, double b, double c)
    {
        var result = Apply([new NormalizeStep(norm)], [3, -4, 3]);
        Assert.Equal([a, b, c], result.Select(v => Math.Round(v, 15)));
    }

    [Fact]
    public void Absorbance_snv_center_and_scale_are_their_formulas()
    {
        Assert.Equal([0, 1, 3, 2], Apply([new AbsorbanceStep(1e-3)], [1, 0.1, -5, 0.01]).Select(v => Math.Round(v, 12)));
        Assert.Equal([-1, 0, 1], Apply([new SnvStep()], [2, 4, 6]));
        Assert.Equal([0.5, 1, -2], Apply([new CenterStep([1, 2, 3]), new ScaleStep([2, 1, -1])], [2, 3, 5]));
    }

    [Fact]
    public void Absorbance_in_single_precision_does_not_depend_on_the_place_in_the_spectrum() =>
        Gen.Float[0, 2].Array[1, 40].Sample(values =>
        {
            var whole = values.ToArray();
            var chain = new PreprocessingChain<float>([new AbsorbanceStep()], whole.Length);
            chain.Apply(whole, 1, new float[chain.ScratchLength]);
            var single = new PreprocessingChain<float>([new AbsorbanceStep()], 1);
            for (var i = 0; i < values.Length; i++)
            {
                float[] one = [values[i]];
                single.Apply(one, 1, new float[single.ScratchLength]);
                Assert.Equal(one[0], whole[i]);
                Assert.Equal(-Math.Log10(Math.Max(values[i], 1e-4f)), whole[i], 2e-6);
            }
        });

    [Fact]
    public void Crop_packs_the_kept_bands_of_every_pixel()
    {
        var chain = new PreprocessingChain<double>([new CropStep(1, 2)], 4);
        double[] tile = [0, 1, 2, 3, 10, 11, 12, 13, 20, 21, 22, 23];
        chain.Apply(tile, 3, []);
        Assert.Equal(2, chain.OutputBands);
        Assert.Equal([1, 2, 11, 12, 21, 22], tile[..6]);
    }

    [Fact]
    public void A_spectrum_without_shape_is_not_finite_rather_than_invented()
    {
        Assert.All(Apply([new SnvStep()], [2, 2, 2]), v => Assert.True(double.IsNaN(v)));
        Assert.All(Apply([new NormalizeStep(SpectrumNorm.Area)], [0, 0]), v => Assert.True(double.IsNaN(v)));
    }

    [Fact]
    public void Applying_allocates_nothing()
    {
        PreprocessingStep[] steps =
        [
            new RemoveSpikesStep(), new AbsorbanceStep(), new SavitzkyGolayStep(7, 2, 1), new CropStep(2, 20), new SnvStep(),
            new MscStep([.. Enumerable.Range(0, 20).Select(i => Math.Sin(i))], 2), new NormalizeStep(SpectrumNorm.Vector),
        ];
        var chain = new PreprocessingChain<float>(steps, 30);
        var tile = Enumerable.Range(0, 300 * 30).Select(i => 0.5f + (0.3f * MathF.Sin(i))).ToArray();
        var scratch = new float[chain.ScratchLength];
        chain.Apply([.. tile], 300, scratch);
        var copy = tile.ToArray();
        Assert.Equal(0, Allocations.LeastOf(() =>
        {
            tile.CopyTo(copy, 0);
            chain.Apply(copy, 300, scratch);
        }));
        Assert.All(copy[..(300 * 20)], v => Assert.True(float.IsFinite(v)));
    }

    public static TheoryData<PreprocessingStep, string> WrongSteps() => new()
    {
        { new AbsorbanceStep(0), "(absorbance): floor is 0; expected a number above 0" },
        { new SavitzkyGolayStep(4, 2, 0), "(savitzky-golay): window is 4; expected an odd number from 3 to the number of bands, 8" },
        { new SavitzkyGolayStep(9, 2, 0), "window is 9" },
        { new SavitzkyGolayStep(5, 5, 0), "polynomialOrder is 5; expected 0…4" },
        { new SavitzkyGolayStep(5, 2, 3), "derivative is 3; expected 0…2" },
        { new MscStep([1, 2, 3]), "(msc): number of reference is 3; expected 8" },
        { new MscStep([1, 1, 1, 1, 1, 1, 1, 1]), "(msc): reference is constant or a polynomial" },
        { new MscStep([1, 2, 3, 4, 5, 6, 7, 8], 1), "(msc): reference is constant or a polynomial" },
        { new MscStep([1, 2, 1, 4, 1, 6, 1, 8], 9), "polynomialDegree is 9; expected 0…8" },
        { new CenterStep([1, 2, 3, 4, 5, 6, 7, double.NaN]), "(center): values[7] is NaN" },
        { new ScaleStep([1, 2, 3, 4, 0, 6, 7, 8]), "(scale): values[4] is 0; expected a finite number other than 0" },
        { new NormalizeStep((SpectrumNorm)9), "(normalize): norm is 9; expected Area, Vector, Sum, Maximum" },
        { new CropStep(5, 4), "(crop): bandCount is 4; expected 1…3" },
        { new CropStep(8, 1), "(crop): firstBand is 8; expected 0…7" },
        { new RemoveSpikesStep(5, 0), "(remove-spikes): threshold is 0" },
    };

    [Theory]
    [MemberData(nameof(WrongSteps))]
    public void A_wrong_parameter_is_refused_with_step_value_and_range(PreprocessingStep step, string expected)
    {
        var error = Assert.Throws<BadInputException>(() => new PreprocessingChain<float>([new SnvStep(), step], 8)).Message;
        Assert.StartsWith("Preprocessing step 2 ", error, StringComparison.Ordinal);
        Assert.Contains(expected, error, StringComparison.Ordinal);
    }

    [Fact]
    public void Steps_survive_the_card_s_JSON()
    {
        PreprocessingStep[] steps = [new AbsorbanceStep(), new SavitzkyGolayStep(7, 2, 1), new MscStep([1, 2, 4], 1), new CropStep(1, 2), new RemoveSpikesStep(), new SnvStep()];
        var json = JsonSerializer.Serialize<IReadOnlyList<PreprocessingStep>>(steps, HsiEdgeJson.Strict);
        Assert.Contains("\"step\": \"savitzky-golay\"", json, StringComparison.Ordinal);
        var back = JsonSerializer.Deserialize<IReadOnlyList<PreprocessingStep>>(json, HsiEdgeJson.Strict)!;
        Assert.Equal(json, JsonSerializer.Serialize(back, HsiEdgeJson.Strict));

        // Cards of plain MSC name no degree.
        Assert.Equal(0, Assert.IsType<MscStep>(JsonSerializer.Deserialize<PreprocessingStep>("""{"step":"msc","reference":[1,2]}""", HsiEdgeJson.Strict)).PolynomialDegree);
    }

    private static double[] Apply(PreprocessingStep[] steps, double[] spectrum) => GoldenPreprocessing.Apply<double>(steps, [spectrum])[0];
}
