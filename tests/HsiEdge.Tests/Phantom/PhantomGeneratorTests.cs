using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Phantom;
using HsiEdge.Phantom.Instrument;
using HsiEdge.Phantom.Scenes;
using Xunit;

namespace HsiEdge.Tests.Phantom;

public sealed class PhantomGeneratorTests
{
    private static readonly PhantomOptions Small = new()
    {
        Seed = 11,
        Lines = 40,
        Samples = 48,
        WavelengthAxis = WavelengthAxis.Linear(1000, 1600, 24),
        PixelPitchMillimetres = 0.4,
    };

    [Fact]
    public void The_same_seed_gives_the_same_bytes()
    {
        using var first = PhantomGenerator.Generate(Small);
        using var second = PhantomGenerator.Generate(Small);
        Assert.True(first.Raw.Values.SequenceEqual(second.Raw.Values));
        Assert.Equal(first.Labels, second.Labels);
        Assert.True(first.White.Spectrum(5, 5).SequenceEqual(second.White.Spectrum(5, 5)));
    }

    [Fact]
    public void Another_seed_patient_or_view_gives_another_cube()
    {
        using var cube = PhantomGenerator.Generate(Small);
        foreach (var options in new[] { Small with { Seed = 12 }, Small with { Patient = 1 }, Small with { View = 1 } })
        {
            using var other = PhantomGenerator.Generate(options);
            Assert.False(cube.Raw.Values.SequenceEqual(other.Raw.Values), $"{options}");
        }
    }

    [Fact]
    public void A_patient_stays_the_same_whatever_the_others_are()
    {
        var alone = PhantomPatient.Draw(11, 7, PhantomSeparation.Moderate);
        _ = PhantomPatient.Draw(11, 6, PhantomSeparation.Moderate);
        Assert.Equal(alone, PhantomPatient.Draw(11, 7, PhantomSeparation.Moderate));
    }

    [Fact]
    public void Both_classes_and_an_open_margin_are_labelled_and_the_mucosa_is_as_thick_as_promised()
    {
        for (var patient = 0; patient < 6; patient++)
        {
            using var cube = PhantomGenerator.Generate(Small with { Patient = patient });
            var pixels = cube.Labels.Length;
            Assert.InRange(cube.Labels.Count(l => l == PhantomScene.HiddenLesion), 0.08 * pixels, 0.5 * pixels);
            Assert.InRange(cube.Labels.Count(l => l == PhantomScene.Unlabelled), 1, 0.15 * pixels);
            Assert.All(cube.ThicknessMillimetres, t => Assert.InRange(t, 0.3f, 3f));
        }
    }

    [Fact]
    public void A_healthy_wall_has_no_lesion_label()
    {
        using var cube = PhantomGenerator.Generate(Small with { WithLesion = false });
        Assert.All(cube.Labels, l => Assert.Equal(PhantomScene.NormalWall, l));
    }

    [Fact]
    public void Calibrated_counts_give_back_the_light_of_the_scene()
    {
        using var cube = PhantomGenerator.Generate(Small with { ReferenceAverages = 32 });
        const int Band = 6;
        var light = new float[cube.Labels.Length];
        cube.Scene.ApparentReflectance(BandOptics.At(cube.Patient, cube.Raw.Wavelengths[Band]), light);
        var errors = new List<double>();
        for (var i = 0; i < light.Length; i++)
        {
            var (line, sample) = Math.DivRem(i, cube.Raw.Shape.Samples);
            var raw = cube.Raw.Values[(Band * light.Length) + i];
            if (!cube.Calibration.BadPixels![i] && raw < cube.Raw.SaturationCounts)
            {
                var (white, dark) = (cube.White.Spectrum(line, sample)[Band], cube.Dark.Spectrum(line, sample)[Band]);
                errors.Add(((raw - dark) / (white - dark)) - (light[i] / 0.99));
            }
        }

        Assert.InRange(errors.Average(), -0.001, 0.001);
        Assert.InRange(Math.Sqrt(errors.Average(e => e * e)), 0.0003, 0.01);
    }

    [Fact]
    public void Highlights_saturate_a_few_pixels_and_bad_pixels_are_mapped()
    {
        using var cube = PhantomGenerator.Generate(Small with { Lines = 128, Samples = 160, PixelPitchMillimetres = 0.2 });
        var pixels = cube.Labels.Length;
        var saturated = 0;
        for (var i = 0; i < pixels; i++)
        {
            saturated += cube.Raw.Values[(12 * pixels) + i] >= cube.Raw.SaturationCounts ? 1 : 0;
        }

        Assert.InRange(saturated, 1, 0.05 * pixels);
        Assert.InRange(cube.Calibration.BadPixels!.Count(bad => bad), 1, 0.005 * pixels);
        Assert.True(cube.Camera.Synthetic);
        Assert.Equal(cube.Camera.Serial, cube.Calibration.CameraSerial);
    }

    [Fact]
    public void Noise_grows_with_the_light_as_shot_noise_does()
    {
        var instrument = new PhantomInstrument(3, 100, 100);
        double Variance(float light)
        {
            var level = new float[10_000];
            Array.Fill(level, light);
            var (first, second) = (new ushort[10_000], new ushort[10_000]);
            instrument.Expose(1300, 2000, level, new PhantomRandom(1), first);
            instrument.Expose(1300, 2000, level, new PhantomRandom(2), second);
            var bad = instrument.CopyBadPixels();
            return first.Select((v, i) => bad[i] ? 0 : Math.Pow(v - (double)second[i], 2)).Average() / 2;
        }

        // Read noise of 4 counts without light, plus one count of variance per 40 counts of signal.
        Assert.InRange(Variance(0), 14, 21);
        Assert.InRange(Variance(0.5f), 120, 180);
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        var error = Assert.Throws<BadInputException>(() => PhantomGenerator.Generate(Small with { WavelengthAxis = WavelengthAxis.Linear(1000, 1700, 8) }));
        Assert.Contains("last wavelength in nm is 1700", error.Message, StringComparison.Ordinal);
        Assert.Throws<BadInputException>(() => PhantomGenerator.Generate(Small with { Lines = 0 }));
        Assert.Throws<BadInputException>(() => PhantomGenerator.Generate(Small with { ExposureMicroseconds = double.NaN }));
        Assert.Contains("'moderate'", Assert.Throws<BadInputException>(() => PhantomSeparation.Named("easy")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Smooth_fields_have_mean_0_and_deviation_1_and_no_jumps()
    {
        var means = new List<double>();
        var squares = new List<double>();
        var values = new float[100 * 100];
        for (var seed = 0UL; seed < 40; seed++)
        {
            new SmoothField(seed, 2).Fill(-30, 12, 100, 0.5, values);
            means.Add(values.Average());
            squares.Add(values.Average(v => v * (double)v));
            for (var i = 1; i < 100; i++)
            {
                Assert.InRange(Math.Abs(values[i] - values[i - 1]), 0, 1.5);
            }
        }

        Assert.InRange(means.Average(), -0.1, 0.1);
        Assert.InRange(Math.Sqrt(squares.Average()), 0.85, 1.15);
    }

    [Fact]
    public void Two_views_of_one_wall_fit_together()
    {
        var wall = new PhantomWall(PhantomPatient.Draw(11, 0, PhantomSeparation.Moderate), [(0, 0)], 10);
        var (left, right) = (wall.View(-8, -4, 20, 40, 0.4), wall.View(-4, -4, 20, 40, 0.4));
        for (var sample = 0; sample < 30; sample++)
        {
            Assert.Equal(left.ThicknessMillimetres[sample + 10], right.ThicknessMillimetres[sample], 1e-4f);
            Assert.Equal(left.LesionWeight[sample + 10], right.LesionWeight[sample], 1e-4f);
        }
    }
}
