using HsiEdge.Core.Calibrate;
using Xunit;

namespace HsiEdge.Tests.Calibrate;

public sealed class PreprocessingGoldenTests
{
    private const string MeanPareto = "preprocessing-model-full-tecator.json";
    private const string Median = "preprocessing-model-full-tecator-center.json";
    private const string Range = "preprocessing-model-full-tecator-scale.json";
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData("tecator_train", 172)]
    [InlineData("tecator_test", 43)]
    public void Whole_chain_agrees_with_the_independent_tool_in_double_precision(string name, int expectedRows)
    {
        var expected = GoldenPreprocessing.Table(name + "-preprocessed.csv");
        var actual = GoldenPreprocessing.Apply<double>(GoldenPreprocessing.Model(MeanPareto).All, GoldenPreprocessing.Table(name + ".csv"));

        Assert.Equal(expectedRows, expected.Length);
        Assert.Equal(expectedRows, actual.Length);
        AssertClose(expected, actual, Tolerance);
    }

    [Theory]
    [InlineData("tecator_train")]
    [InlineData("tecator_test")]
    public void Production_path_in_single_precision_stays_near_the_independent_tool(string name)
    {
        var expected = GoldenPreprocessing.Table(name + "-preprocessed.csv");
        var actual = GoldenPreprocessing.Apply<float>(GoldenPreprocessing.Model(MeanPareto).All, GoldenPreprocessing.Table(name + ".csv"));
        AssertClose(expected, [.. actual.Select(row => Array.ConvertAll(row, v => (double)v))], 2e-3);
    }

    [Fact]
    public void Savitzky_Golay_weights_agree_with_the_independent_tool_at_every_position_of_the_window()
    {
        var model = GoldenPreprocessing.Model(MeanPareto);
        var window = model.Smoothing.Window;
        Assert.Equal(window * window, model.SmoothingWeights.Length);
        for (var point = 0; point < window; point++)
        {
            // The answer to a one at a point of a spectrum as long as the window is that point's weight at every position.
            var impulse = new double[window];
            impulse[point] = 1;
            var weights = GoldenPreprocessing.Apply<double>([model.Smoothing], [impulse])[0];
            for (var position = 0; position < window; position++)
            {
                Assert.Equal(model.SmoothingWeights[(position * window) + point], weights[position], 1e-12);
            }
        }
    }

    [Theory]
    [InlineData(MeanPareto)]
    [InlineData(Median)]
    [InlineData(Range)]
    public void Scatter_reference_is_the_mean_of_the_training_spectra_after_SNV(string file)
    {
        var model = GoldenPreprocessing.Model(file);
        var rows = GoldenPreprocessing.Apply<double>(model.UpToSnv, GoldenPreprocessing.Table("tecator_train.csv"));
        AssertClose([[.. model.Msc.Reference]], [Column(rows, x => x.Average())], Tolerance);
    }

    [Fact]
    public void Center_and_scale_are_mean_and_Pareto_scale_of_the_corrected_training_spectra()
    {
        var model = GoldenPreprocessing.Model(MeanPareto);
        var rows = GoldenPreprocessing.Apply<double>(model.UpToMsc, GoldenPreprocessing.Table("tecator_train.csv"));
        AssertClose([model.Center], [Column(rows, x => x.Average())], Tolerance);
        AssertClose([model.Scale], [Column(rows, x => Math.Sqrt(StandardDeviation(x)))], Tolerance);
    }

    [Fact]
    public void Center_is_the_median_of_the_corrected_training_spectra()
    {
        var model = GoldenPreprocessing.Model(Median);
        var rows = GoldenPreprocessing.Apply<double>(model.UpToMsc, GoldenPreprocessing.Table("tecator_train.csv"));
        AssertClose([model.Center], [Column(rows, MedianOf)], Tolerance);
    }

    [Fact]
    public void Scale_is_the_range_of_the_corrected_training_spectra()
    {
        var model = GoldenPreprocessing.Model(Range);
        var rows = GoldenPreprocessing.Apply<double>(model.UpToMsc, GoldenPreprocessing.Table("tecator_train.csv"));
        AssertClose([model.Scale], [Column(rows, x => x.Max() - x.Min())], Tolerance);
    }

    [Fact]
    public void A_chain_with_another_window_does_not_pass_for_the_golden_one()
    {
        var model = GoldenPreprocessing.Model(MeanPareto) with { Smoothing = new SavitzkyGolayStep(9, 2, 2) };
        var expected = GoldenPreprocessing.Table("tecator_test-preprocessed.csv");
        var actual = GoldenPreprocessing.Apply<double>(model.All, GoldenPreprocessing.Table("tecator_test.csv"));
        Assert.True(LargestDifference(expected, actual) > 1e-3);
    }

    private static void AssertClose(double[][] expected, double[][] actual, double tolerance)
    {
        Assert.Equal(expected.Select(r => r.Length), actual.Select(r => r.Length));
        var largest = LargestDifference(expected, actual);
        Assert.True(largest <= tolerance, $"Largest difference {largest:g3}; allowed {tolerance:g3}.");
    }

    private static double LargestDifference(double[][] a, double[][] b) =>
        a.Zip(b, (x, y) => x.Zip(y, (u, v) => Math.Abs(u - v)).Aggregate(0.0, (m, d) => double.IsNaN(d) || d > m ? d : m)).Max();

    private static double[] Column(double[][] rows, Func<double[], double> statistic) =>
        [.. Enumerable.Range(0, rows[0].Length).Select(c => statistic([.. rows.Select(r => r[c])]))];

    private static double StandardDeviation(double[] x)
    {
        var mean = x.Average();
        return Math.Sqrt(x.Sum(v => (v - mean) * (v - mean)) / (x.Length - 1));
    }

    private static double MedianOf(double[] x)
    {
        var sorted = x.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
