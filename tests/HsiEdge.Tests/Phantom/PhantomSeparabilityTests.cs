using HsiEdge.Core.Cubes;
using HsiEdge.Phantom;
using HsiEdge.Phantom.Scenes;
using Xunit;

namespace HsiEdge.Tests.Phantom;

/// <summary>How hard the phantom is: a linear discriminant on SNV absorbance, trained on some patients and judged on others. Synthetic figures.</summary>
public sealed class PhantomSeparabilityTests(ITestOutputHelper output)
{
    private const int TrainingPatients = 24;
    private const int TestPatients = 12;
    private const int Bands = 32;

    [Theory]
    [InlineData("subtle", 0.55, 0.80)]
    [InlineData("moderate", 0.82, 0.97)]
    [InlineData("strong", 0.93, 1.00)]
    public void A_linear_discriminant_finds_lesions_of_unseen_patients_neither_always_nor_never(string separation, double low, double high)
    {
        var patients = Enumerable.Range(0, TrainingPatients + TestPatients).Select(p => Spectra(separation, p)).ToList();
        var (weights, threshold) = Discriminant([.. patients.Take(TrainingPatients).SelectMany(p => p)]);
        var balanced = patients.Skip(TrainingPatients).Select(spectra => BalancedAccuracy(spectra, weights, threshold)).ToList();
        output.WriteLine($"synthetic, {separation}: balanced accuracy on {TestPatients} unseen patients {balanced.Average():0.000} ({balanced.Min():0.000}…{balanced.Max():0.000})");
        Assert.InRange(balanced.Average(), low, high);
    }

    private static List<(double[] Spectrum, bool Lesion)> Spectra(string separation, int patient)
    {
        using var cube = PhantomGenerator.Generate(new PhantomOptions
        {
            Seed = 2,
            Patient = patient,
            Lines = 32,
            Samples = 40,
            PixelPitchMillimetres = 0.5,
            WavelengthAxis = WavelengthAxis.Linear(1000, 1600, Bands),
            Separation = PhantomSeparation.Named(separation),
        });
        var raw = new float[Bands];
        var result = new List<(double[], bool)>();
        for (var i = 0; i < cube.Labels.Length; i++)
        {
            cube.Raw.ReadPixels(i, 1, raw);
            if (cube.Labels[i] != PhantomScene.Unlabelled && !cube.Calibration.BadPixels![i] && raw.All(v => v < cube.Raw.SaturationCounts))
            {
                var (line, sample) = Math.DivRem(i, cube.Raw.Shape.Samples);
                result.Add((Snv(raw, cube.White.Spectrum(line, sample), cube.Dark.Spectrum(line, sample)), cube.Labels[i] == PhantomScene.HiddenLesion));
            }
        }

        return result;
    }

    private static double[] Snv(float[] raw, ReadOnlySpan<float> white, ReadOnlySpan<float> dark)
    {
        var values = new double[raw.Length];
        for (var b = 0; b < values.Length; b++)
        {
            values[b] = -Math.Log10(Math.Max(1e-4, (raw[b] - dark[b]) / (white[b] - dark[b])));
        }

        var mean = values.Average();
        var deviation = Math.Sqrt(values.Sum(v => (v - mean) * (v - mean)) / (values.Length - 1));
        return Array.ConvertAll(values, v => (v - mean) / deviation);
    }

    /// <summary>Fisher's discriminant: w = (Σ₀ + Σ₁)⁻¹(m₁ − m₀), threshold in the middle.</summary>
    private static (double[] Weights, double Threshold) Discriminant(List<(double[] Spectrum, bool Lesion)> spectra)
    {
        var means = new[] { false, true }.Select(c => Mean(spectra.Where(s => s.Lesion == c).Select(s => s.Spectrum).ToList())).ToArray();
        var scatter = new double[Bands, Bands];
        foreach (var group in spectra.GroupBy(s => s.Lesion))
        {
            var mean = means[group.Key ? 1 : 0];
            var share = 1.0 / group.Count();
            foreach (var (spectrum, _) in group)
            {
                for (var r = 0; r < Bands; r++)
                {
                    for (var c = 0; c <= r; c++)
                    {
                        scatter[r, c] += share * (spectrum[r] - mean[r]) * (spectrum[c] - mean[c]);
                    }
                }
            }
        }

        var weights = Solve(scatter, [.. means[1].Zip(means[0], (a, b) => a - b)]);
        return (weights, Dot(weights, [.. means[1].Zip(means[0], (a, b) => (a + b) / 2)]));
    }

    private static double[] Solve(double[,] symmetric, double[] right)
    {
        // Cholesky with a small ridge: SNV spectra add up to zero.
        var lower = new double[Bands, Bands];
        for (var r = 0; r < Bands; r++)
        {
            for (var c = 0; c <= r; c++)
            {
                var sum = symmetric[r, c] + (r == c ? 1e-5 : 0);
                for (var k = 0; k < c; k++)
                {
                    sum -= lower[r, k] * lower[c, k];
                }

                lower[r, c] = r == c ? Math.Sqrt(sum) : sum / lower[c, c];
            }
        }

        var x = (double[])right.Clone();
        for (var r = 0; r < Bands; r++)
        {
            for (var k = 0; k < r; k++)
            {
                x[r] -= lower[r, k] * x[k];
            }

            x[r] /= lower[r, r];
        }

        for (var r = Bands - 1; r >= 0; r--)
        {
            for (var k = r + 1; k < Bands; k++)
            {
                x[r] -= lower[k, r] * x[k];
            }

            x[r] /= lower[r, r];
        }

        return x;
    }

    private static double BalancedAccuracy(List<(double[] Spectrum, bool Lesion)> spectra, double[] weights, double threshold)
    {
        double Share(bool lesion)
        {
            var group = spectra.Where(s => s.Lesion == lesion).ToList();
            return group.Count(s => Dot(weights, s.Spectrum) > threshold == lesion) / (double)group.Count;
        }

        return (Share(lesion: true) + Share(lesion: false)) / 2;
    }

    private static double[] Mean(List<double[]> spectra) =>
        [.. Enumerable.Range(0, Bands).Select(b => spectra.Average(s => s[b]))];

    private static double Dot(double[] a, double[] b) => a.Zip(b, (x, y) => x * y).Sum();
}
