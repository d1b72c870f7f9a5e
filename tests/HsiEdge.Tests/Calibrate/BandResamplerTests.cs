using CsCheck;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using Xunit;

namespace HsiEdge.Tests.Calibrate;

public sealed class BandResamplerTests
{
    [Fact]
    public void The_model_s_own_bands_pass_unchanged_within_the_tolerance()
    {
        var resampler = BandResampler.Create(new WavelengthAxis([1000.3, 1010, 1020]), new WavelengthAxis([1000, 1010, 1020.4], [5, 5, 5]), 0.5);
        Assert.False(resampler.Resamples);
        Assert.True(resampler.IsIdentity);
        Assert.Equal([1f, 2, 3], Apply(resampler, 1, 2, 3));
    }

    [Fact]
    public void Bands_picked_from_a_larger_cube_are_not_called_resampled()
    {
        var resampler = BandResampler.Create(WavelengthAxis.Linear(900, 1100, 21), new WavelengthAxis([1000, 1050]), 0.5);
        Assert.False(resampler.Resamples);
        Assert.False(resampler.IsIdentity);
        Assert.Equal([10, 15], resampler.UsedSourceBands);
        Assert.Equal([10f, 15], Apply(resampler, [.. Enumerable.Range(0, 21).Select(i => (float)i)]));
    }

    [Fact]
    public void Between_bands_the_value_is_interpolated_linearly()
    {
        var resampler = BandResampler.Create(new WavelengthAxis([1000, 1010, 1030]), new WavelengthAxis([1002.5, 1020]), 0.5);
        Assert.True(resampler.Resamples);
        Assert.Equal([1.25f, 4], Apply(resampler, 1, 2, 6));
    }

    [Fact]
    public void Straight_spectra_pass_unchanged_whatever_the_axes() =>
        Gen.Select(Gen.Int[2, 120], Gen.Int[1, 60], Gen.Int[0, int.MaxValue], Gen.Bool).Sample((sourceBands, targetBands, seed, widths) =>
        {
            var random = new Random(seed);
            var source = Jittered(random, sourceBands, 1000, 1600);
            var target = Jittered(random, targetBands, source.First, source.Last);
            if (widths)
            {
                target = new WavelengthAxis(target.Nanometres, [.. Enumerable.Range(0, target.Count).Select(_ => 2 + (40 * random.NextDouble()))]);
            }

            var resampler = BandResampler.Create(source, target, 0.01);
            var result = Apply(resampler, [.. source.Nanometres.ToArray().Select(Straight)]);
            for (var b = 0; b < target.Count; b++)
            {
                Assert.Equal(Straight(target[b]), result[b], 2e-4f);
            }

            static float Straight(double nanometres) => (float)(0.2 + (0.001 * (nanometres - 1000)));
        });

    [Fact]
    public void A_narrow_line_is_widened_to_the_model_s_FWHM()
    {
        // A line much narrower than 20 nm, sampled at 1 nm: what arrives at 1300 + d is the Gaussian of 20 nm at d.
        var source = WavelengthAxis.Linear(1200, 1400, 201);
        var spectrum = source.Nanometres.ToArray().Select(w => w == 1300 ? 1f : 0f).ToArray();
        foreach (var offset in new[] { 0.0, 5, 10, 14 })
        {
            var target = new WavelengthAxis([1300 + offset], [20]);
            var expected = Math.Exp(-4 * Math.Log(2) * offset * offset / 400) / (20 * Math.Sqrt(Math.PI / (4 * Math.Log(2))));
            Assert.Equal(expected, Apply(BandResampler.Create(source, target, 0.5), spectrum)[0], 5e-4);
        }
    }

    [Fact]
    public void The_cube_s_own_FWHM_is_taken_into_account()
    {
        var widths = Enumerable.Repeat(12.0, 201).ToArray();
        var source = new WavelengthAxis(WavelengthAxis.Linear(1200, 1400, 201).Nanometres, widths);
        var spectrum = source.Nanometres.ToArray().Select(w => w == 1300 ? 1f : 0f).ToArray();
        var narrowed = Apply(BandResampler.Create(source, new WavelengthAxis([1300], [20]), 0.5), spectrum)[0];

        // √(20² − 12²) = 16 nm are still to be added.
        Assert.Equal(1 / (16 * Math.Sqrt(Math.PI / (4 * Math.Log(2)))), narrowed, 5e-4);
        Assert.Equal(1f, Apply(BandResampler.Create(source, new WavelengthAxis([1300], [12]), 0.5), spectrum)[0]);
    }

    [Theory]
    [InlineData(990, 1300)]
    [InlineData(1100, 1610)]
    public void A_cube_that_does_not_cover_the_model_is_refused_with_both_ranges(double first, double last)
    {
        var error = Assert.Throws<BadInputException>(() => BandResampler.Create(WavelengthAxis.Linear(1000, 1600, 61), WavelengthAxis.Linear(first, last, 10), 0.5)).Message;
        Assert.Contains("1000–1600 nm (61 bands)", error, StringComparison.Ordinal);
        Assert.Contains($"{first}–{last} nm (10 bands)", error, StringComparison.Ordinal);
        Assert.Contains("Record over the model's range", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_gap_of_removed_bands_is_not_bridged()
    {
        double[] centres = [.. WavelengthAxis.Linear(1000, 1300, 31).Nanometres, .. WavelengthAxis.Linear(1450, 1600, 16).Nanometres];
        var error = Assert.Throws<BadInputException>(() => BandResampler.Create(new WavelengthAxis(centres), WavelengthAxis.Linear(1005, 1595, 60), 0.5)).Message;
        Assert.Contains("between 1300 and 1450 nm", error, StringComparison.Ordinal);
        Assert.NotNull(BandResampler.Create(new WavelengthAxis(centres), new WavelengthAxis([1005, 1295, 1455]), 0.5));
    }

    [Fact]
    public void A_wide_band_over_a_gap_is_not_bridged_either()
    {
        double[] centres = [.. WavelengthAxis.Linear(1000, 1300, 31).Nanometres, .. WavelengthAxis.Linear(1450, 1600, 16).Nanometres];
        Assert.Throws<BadInputException>(() => BandResampler.Create(new WavelengthAxis(centres), new WavelengthAxis([1375], [100]), 0.5));
    }

    private static WavelengthAxis Jittered(Random random, int bands, double first, double last)
    {
        if (bands == 1)
        {
            return new WavelengthAxis([(first + last) / 2]);
        }

        var step = (last - first) / (bands - 1);
        return new WavelengthAxis([.. Enumerable.Range(0, bands).Select(i => i == 0 ? first : i == bands - 1 ? last : first + (step * (i + (0.6 * (random.NextDouble() - 0.5)))))]);
    }

    private static float[] Apply(BandResampler resampler, params float[] spectrum)
    {
        var result = new float[resampler.TargetBands];
        resampler.Apply(spectrum, 1, result);
        return result;
    }
}
