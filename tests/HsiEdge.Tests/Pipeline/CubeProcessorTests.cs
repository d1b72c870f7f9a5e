using CsCheck;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Pipeline;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class CubeProcessorTests
{
    private const double Saturation = 4000;
    private static readonly WavelengthAxis Axis = WavelengthAxis.Linear(1000, 1350, 15);
    private static readonly PreprocessingStep[] Steps = [new AbsorbanceStep(), new SavitzkyGolayStep(5, 2, 1), new SnvStep()];
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Maps_are_those_of_a_plain_reference_in_double_precision()
    {
        var scene = RawScene.Random(new CubeShape(37, 23, Axis.Count), Axis, seed: 7, fullWhite: true, fullDark: false);
        using var model = new PlainModel(Axis, Steps);
        using var processor = new CubeProcessor(model, new ProcessingOptions { Workers = 2, TilePixels = 256 });
        var maps = processor.Process(scene.Acquired(), scene.Calibration, Now, null, CancellationToken.None);
        var chain = new PreprocessingChain<double>(Steps, Axis.Count);
        var decided = 0;
        for (var line = 0; line < scene.Shape.Lines; line++)
        {
            for (var sample = 0; sample < scene.Shape.Samples; sample++)
            {
                var expected = scene.StateByDefinition(line, sample, Saturation, 20);
                var actual = maps.Probabilities.At(line, sample).ToArray();
                if (expected != PixelState.Valid)
                {
                    Assert.Equal(ClassMap.NoData, maps.Classes[line, sample]);
                    Assert.All(actual, p => Assert.True(float.IsNaN(p)));
                    continue;
                }

                var reflectance = scene.ReflectanceByDefinition(line, sample);
                chain.Apply(reflectance, 1, new double[chain.ScratchLength]);
                var probabilities = new float[3];
                model.Score(Array.ConvertAll(reflectance, v => (float)v), probabilities);
                for (var c = 0; c < 3; c++)
                {
                    Assert.Equal(probabilities[c], actual[c], 1e-3f);
                }

                var best = probabilities[1] >= 0.5f ? 1 : probabilities[0] >= probabilities[2] ? 0 : 2;
                var margin = Math.Min(Math.Abs(probabilities[1] - 0.5f), Math.Abs(probabilities[0] - probabilities[2]));
                if (margin > 2e-3f)
                {
                    decided++;
                    Assert.Equal(best + 1, maps.Classes[line, sample]);
                }
            }
        }

        Assert.Equal(scene.CountByDefinition(Saturation, 20), maps.Pixels);
        Assert.True(maps.Pixels.Saturated > 0 && maps.Pixels.Dead > 0 && maps.Pixels.UnderExposed > 0, "The scene has pixels of each state.");
        Assert.True(decided > maps.Pixels.Valid / 2, "Most pixels are clear enough to be compared.");
        Assert.Equal(maps.Pixels.Valid, model.PixelsSeen);
    }

    [Fact]
    public void Maps_do_not_depend_on_workers_or_tiles() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[0, 1_000_000], Gen.Int[1, 5], Gen.Int[256, 700])
            .Sample(
                (lines, samples, seed, workers, tilePixels) =>
                {
                    var scene = RawScene.Random(new CubeShape(lines, samples, Axis.Count), Axis, seed, seed % 2 == 0, seed % 3 == 0);
                    using var model = new PlainModel(Axis, Steps);
                    using var one = new CubeProcessor(model, new ProcessingOptions { Workers = 1, TilePixels = 65536 });
                    using var many = new CubeProcessor(model, new ProcessingOptions { Workers = workers, TilePixels = tilePixels });
                    var expected = one.Process(scene.Acquired(), scene.Calibration, Now, null, CancellationToken.None);
                    var actual = many.Process(scene.Acquired(), scene.Calibration, Now, null, CancellationToken.None);
                    return expected.Classes.Values.SequenceEqual(actual.Classes.Values)
                        && expected.Probabilities.Values.SequenceEqual(actual.Probabilities.Values)
                        && expected.Pixels == actual.Pixels && expected.Flags == actual.Flags
                        && actual.Pixels == scene.CountByDefinition(Saturation, 20);
                },
                iter: 60,
                threads: 1);

    [Fact]
    public void A_processor_serves_cubes_of_changing_shape_one_after_the_other()
    {
        using var model = new PlainModel(Axis, Steps);
        using var kept = new CubeProcessor(model, new ProcessingOptions { Workers = 3, TilePixels = 256 });
        foreach (var (lines, samples, seed) in new[] { (30, 30, 1), (3, 5, 2), (50, 31, 3), (30, 30, 4), (30, 30, 1) })
        {
            var scene = RawScene.Random(new CubeShape(lines, samples, Axis.Count), Axis, seed, true, true);
            using var fresh = new CubeProcessor(model, new ProcessingOptions { Workers = 1 });
            var expected = fresh.Process(scene.Acquired(), scene.Calibration, Now, null, CancellationToken.None);
            var actual = kept.Process(scene.Acquired(), scene.Calibration, Now, null, CancellationToken.None);
            Assert.Equal(expected.Classes.Values, actual.Classes.Values);
            Assert.Equal(expected.Pixels, actual.Pixels);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_cube_allocates_its_maps_and_nothing_per_pixel_or_tile(int workers)
    {
        var shape = new CubeShape(256, 256, Axis.Count);
        var scene = RawScene.Random(shape, Axis, 3, false, false);
        using var model = new PlainModel(Axis, Steps);
        using var processor = new CubeProcessor(model, new ProcessingOptions { Workers = workers, TilePixels = 256 });
        using var cube = scene.Acquired();
        processor.Process(cube, scene.Calibration, Now, null, CancellationToken.None);
        processor.Process(cube, scene.Calibration, Now, null, CancellationToken.None);

        // Counted a thread, because other tests allocate at the same time: the caller's thread is the first worker. A collection during a
        // run moves the count by a thread's unused 8 KiB, so the smallest of several runs is taken; what is allocated a tile is in each.
        var (ofCaller, ofOthers) = (long.MaxValue, long.MaxValue);
        for (var run = 0; run < 8; run++)
        {
            var (before, betweenTiles) = (GC.GetAllocatedBytesForCurrentThread(), model.AllocatedBetweenTiles);
            var maps = processor.Process(cube, scene.Calibration, Now, null, CancellationToken.None);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            ofCaller = Math.Min(ofCaller, Math.Abs(allocated - maps.Classes.Values.LongLength - (4 * maps.Probabilities.Values.LongLength)));
            ofOthers = Math.Min(ofOthers, Math.Abs(model.AllocatedBetweenTiles - betweenTiles));
        }

        // 256 tiles and 65,536 pixels: one object a tile would be 6,144 bytes.
        Assert.InRange(ofCaller, 0, 1024);
        Assert.Equal(0, ofOthers);
    }

    [Fact]
    public void Raw_counts_without_references_are_refused()
    {
        var scene = RawScene.Random(new CubeShape(4, 4, Axis.Count), Axis, 1, true, true);
        var error = Refusal(scene.Acquired(), null, new PlainModel(Axis, Steps));
        Assert.Contains("raw counts", error, StringComparison.Ordinal);
        Assert.Contains("white", error, StringComparison.Ordinal);
    }

    [Fact]
    public void References_for_a_cube_that_is_reflectance_already_are_refused()
    {
        var scene = RawScene.Random(new CubeShape(4, 4, Axis.Count), Axis, 1, true, true);
        var error = Refusal(scene.ReflectanceCube(), scene.Calibration, new PlainModel(Axis, Steps));
        Assert.Contains("already Reflectance", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Wavelengths_that_do_not_cover_the_model_are_refused_with_both_ranges()
    {
        var scene = RawScene.Random(new CubeShape(4, 4, Axis.Count), Axis, 1, true, true);
        var error = Refusal(scene.ReflectanceCube(), null, new PlainModel(WavelengthAxis.Linear(900, 1300, 9), Steps));
        Assert.Contains("1000–1350 nm", error, StringComparison.Ordinal);
        Assert.Contains("900–1300 nm", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_step_of_the_card_is_refused_by_name()
    {
        using var model = new PlainModel(Axis, [new SavitzkyGolayStep(4, 2, 0)]);
        var error = Assert.Throws<BadInputException>(() => new CubeProcessor(model, new ProcessingOptions())).Message;
        Assert.Contains("step 1 (savitzky-golay)", error, StringComparison.Ordinal);
        Assert.Contains("window is 4", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Reflectance_is_converted_for_a_model_of_absorbance()
    {
        var scene = RawScene.Random(new CubeShape(9, 9, Axis.Count), Axis, 5, true, true);
        using var ofReflectance = new PlainModel(Axis, [new AbsorbanceStep(), new SnvStep()]);
        using var ofAbsorbance = new PlainModel(Axis, [new SnvStep()], quantity: SpectralQuantity.Absorbance);
        var expected = Maps(ofReflectance, scene.Acquired(), scene.Calibration);
        var actual = Maps(ofAbsorbance, scene.Acquired(), scene.Calibration);
        Assert.Equal(expected.Classes.Values, actual.Classes.Values);
        Assert.Equal(expected.Probabilities.Values, actual.Probabilities.Values);
    }

    [Fact]
    public void Absorbance_is_converted_for_a_model_of_reflectance()
    {
        var shape = new CubeShape(5, 5, Axis.Count);
        var random = new Random(1);
        var reflectance = Enumerable.Range(0, (int)shape.ValueCount).Select(_ => 0.1f + (0.8f * random.NextSingle())).ToArray();
        var absorbance = Array.ConvertAll(reflectance, r => -MathF.Log10(r));
        using var model = new PlainModel(Axis, [new SnvStep()]);
        var expected = Maps(model, SpectraCube.Acquired(new SpectraCube(shape, Axis, SpectralQuantity.Reflectance, reflectance)), null);
        var actual = Maps(model, SpectraCube.Acquired(new SpectraCube(shape, Axis, SpectralQuantity.Absorbance, absorbance)), null);
        for (var i = 0; i < expected.Probabilities.Values.Length; i++)
        {
            Assert.Equal(expected.Probabilities.Values[i], actual.Probabilities.Values[i], 1e-4f);
        }
    }

    [Fact]
    public void Missing_values_and_shapeless_spectra_are_no_data()
    {
        var shape = new CubeShape(1, 4, Axis.Count);
        var values = Enumerable.Range(0, (int)shape.ValueCount).Select(i => 0.2f + (0.01f * (i % 7))).ToArray();
        values[Axis.Count + 3] = float.NaN;
        values[(2 * Axis.Count) + 1] = float.PositiveInfinity;
        Array.Fill(values, 0.25f, 3 * Axis.Count, Axis.Count);
        using var model = new PlainModel(Axis, [new SnvStep()]);
        var maps = Maps(model, SpectraCube.Acquired(new SpectraCube(shape, Axis, SpectralQuantity.Reflectance, values)), null);
        Assert.Equal(new PixelCounts(1, 0, 0, 0, 3), maps.Pixels);
        Assert.NotEqual(ClassMap.NoData, maps.Classes.Values[0]);
        Assert.All(maps.Classes.Values[1..], c => Assert.Equal(ClassMap.NoData, c));
        Assert.Equal(1, model.PixelsSeen);
    }

    [Fact]
    public void A_cube_sampled_differently_is_resampled_and_says_so_and_unused_bands_do_not_matter()
    {
        var fine = WavelengthAxis.Linear(988, 1362, 76);
        var shape = new CubeShape(2, 3, fine.Count);
        var values = new float[shape.ValueCount];
        var direct = new float[6 * Axis.Count];
        for (var pixel = 0; pixel < 6; pixel++)
        {
            for (var b = 0; b < fine.Count; b++)
            {
                values[(pixel * fine.Count) + b] = Spectrum(pixel, fine[b]);
            }

            // 988 nm is outside the model's range: nothing there may touch the result.
            values[pixel * fine.Count] = float.NaN;
            for (var b = 0; b < Axis.Count; b++)
            {
                direct[(pixel * Axis.Count) + b] = Spectrum(pixel, Axis[b]);
            }
        }

        using var model = new PlainModel(Axis, [new SnvStep()]);
        var resampled = Maps(model, SpectraCube.Acquired(new SpectraCube(shape, fine, SpectralQuantity.Reflectance, values)), null);
        var plain = Maps(model, SpectraCube.Acquired(new SpectraCube(new CubeShape(2, 3, Axis.Count), Axis, SpectralQuantity.Reflectance, direct)), null);
        Assert.Equal(CalibrationFlags.Resampled, resampled.Flags);
        Assert.Equal(CalibrationFlags.None, plain.Flags);
        Assert.Equal(6, resampled.Pixels.Valid);
        for (var i = 0; i < plain.Probabilities.Values.Length; i++)
        {
            Assert.Equal(plain.Probabilities.Values[i], resampled.Probabilities.Values[i], 2e-3f);
        }

        static float Spectrum(int pixel, double nanometres) => (float)(0.4 + (0.2 * Math.Sin((nanometres / 60) + pixel)));
    }

    [Fact]
    public void Cancelling_stops_between_tiles_and_the_processor_goes_on_with_the_next_cube()
    {
        var scene = RawScene.Random(new CubeShape(64, 64, Axis.Count), Axis, 2, true, true);
        using var model = new PlainModel(Axis, Steps);
        using var processor = new CubeProcessor(model, new ProcessingOptions { Workers = 2, TilePixels = 256 });
        using var stop = new CancellationTokenSource();
        var progress = new Recorder(share =>
        {
            if (share > 0.2)
            {
                stop.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => processor.Process(scene.Acquired(), scene.Calibration, Now, progress, stop.Token));
        Assert.InRange(model.PixelsSeen, 1, (int)scene.Shape.PixelCount / 2);

        var maps = processor.Process(scene.Acquired(), scene.Calibration, Now, null, CancellationToken.None);
        Assert.Equal(scene.CountByDefinition(Saturation, 20), maps.Pixels);
    }

    [Fact]
    public void A_failure_of_any_worker_reaches_the_caller_and_the_processor_goes_on()
    {
        var scene = RawScene.Random(new CubeShape(64, 64, Axis.Count), Axis, 2, true, true);
        using var model = new PlainModel(Axis, Steps) { Failure = new InvalidOperationException("broken") };
        using var processor = new CubeProcessor(model, new ProcessingOptions { Workers = 4, TilePixels = 256 });
        var error = Assert.Throws<InvalidOperationException>(() => processor.Process(scene.Acquired(), scene.Calibration, Now, null, CancellationToken.None));
        Assert.Equal("broken", error.Message);
        model.Failure = null;
        Assert.Equal(scene.CountByDefinition(Saturation, 20), processor.Process(scene.Acquired(), scene.Calibration, Now, null, CancellationToken.None).Pixels);
    }

    [Fact]
    public void Progress_grows_to_one()
    {
        var scene = RawScene.Random(new CubeShape(64, 64, Axis.Count), Axis, 2, true, true);
        using var model = new PlainModel(Axis, Steps);
        using var processor = new CubeProcessor(model, new ProcessingOptions { Workers = 3, TilePixels = 256 });
        var shares = new List<double>();
        processor.Process(scene.Acquired(), scene.Calibration, Now, new Recorder(shares.Add), CancellationToken.None);
        Assert.Equal(shares.Order(), shares);
        Assert.Equal(1.0, shares[^1]);
        Assert.True(shares.Count > 4);
    }

    private static CubeMaps Maps(PlainModel model, HsiEdge.Core.Acquire.AcquiredCube cube, CalibrationSet? calibration)
    {
        using var processor = new CubeProcessor(model, new ProcessingOptions { Workers = 1 });
        return processor.Process(cube, calibration, Now, null, CancellationToken.None);
    }

    private static string Refusal(HsiEdge.Core.Acquire.AcquiredCube cube, CalibrationSet? calibration, PlainModel model)
    {
        using (model)
        {
            return Assert.Throws<BadInputException>(() => Maps(model, cube, calibration)).Message;
        }
    }

    private sealed class Recorder(Action<double> report) : IProgress<double>
    {
        public void Report(double value) => report(value);
    }
}
