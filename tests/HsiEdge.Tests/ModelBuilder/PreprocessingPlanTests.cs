using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.ModelBuilder.Train;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class PreprocessingPlanTests
{
    [Fact]
    public void A_comma_list_gives_steps_with_their_parameters()
    {
        var steps = PreprocessingPlan.Parse("absorbance:0.001, savitzky-golay:7:2:1, normalize:vector, msc:2, remove-spikes:7:4, center").Steps;

        Assert.Equal(new AbsorbanceStep(0.001), steps[0].Step);
        Assert.Equal(new SavitzkyGolayStep(7, 2, 1), steps[1].Step);
        Assert.Equal(new NormalizeStep(SpectrumNorm.Vector), steps[2].Step);
        Assert.Equal((FittedKind.Msc, 2), (steps[3].Fitted, ((MscStep)steps[3].Step).PolynomialDegree));
        Assert.Equal(new RemoveSpikesStep(7, 4), steps[4].Step);
        Assert.Equal(FittedKind.Center, steps[5].Fitted);
    }

    [Fact]
    public void A_JSON_array_gives_the_steps_of_a_card()
    {
        var steps = PreprocessingPlan.Parse("""[{"step":"absorbance","floor":0.01},{"step":"snv"}]""").Steps;

        Assert.Equal([new AbsorbanceStep(0.01), new SnvStep()], steps.Select(step => step.Step));
    }

    [Theory]
    [InlineData("log10", "log10")]
    [InlineData("savitzky-golay:7", "savitzky-golay:7")]
    [InlineData("normalize:loudest", "loudest")]
    [InlineData("normalize:1", "normalize:1")]
    [InlineData("absorbance:low", "low")]
    [InlineData("""[{"step":"magic"}]""", "JSON array")]
    [InlineData("no-such-file.json", "no-such-file.json")]
    public void What_is_no_step_is_named(string text, string named) =>
        Assert.Contains(named, Assert.Throws<BadInputException>(() => PreprocessingPlan.Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Centering_and_scaling_are_fitted_to_the_training_spectra()
    {
        var data = SyntheticSpectra.Make(patients: 1, perClass: 50);
        int[] training = [.. Enumerable.Range(0, 80)];

        var fitted = FittedPreprocessing.Fit(PreprocessingPlan.Parse("center,scale"), data, training);

        var source = new PreprocessedSource(data, training, fitted, Augmentation.None, 0);
        var values = source.ToArray();
        for (var b = 0; b < data.Bands; b++)
        {
            var band = training.Select(i => (double)values[(i * data.Bands) + b]).ToArray();
            var mean = band.Average();
            Assert.InRange(mean, -1e-3, 1e-3);
            Assert.InRange(band.Average(v => (v - mean) * (v - mean)), 0.99, 1.01);
        }

        var reach = fitted.Encoding.Scale * 255;
        Assert.InRange(reach, values.Max() - values.Min(), 1.3 * (values.Max() - values.Min()));
    }

    [Fact]
    public void Steps_that_drop_bands_are_refused()
    {
        var error = Assert.Throws<BadInputException>(() => FittedPreprocessing.Fit(
            PreprocessingPlan.Parse("""[{"step":"crop","firstBand":1,"bandCount":4}]"""), SyntheticSpectra.Make(1, 5), [0, 1, 2, 3]));

        Assert.Contains("wavelengthsNanometres", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_that_do_not_fit_the_bands_are_refused() => Assert.Throws<BadInputException>(() => FittedPreprocessing.Fit(
        PreprocessingPlan.Parse("savitzky-golay:99:2:0"), SyntheticSpectra.Make(1, 5), [0, 1, 2, 3]));
}
