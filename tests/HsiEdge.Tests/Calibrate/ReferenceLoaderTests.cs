using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Calibrate;

public sealed class ReferenceLoaderTests
{
    private static readonly WavelengthAxis Axis = WavelengthAxis.Linear(1000, 1300, 4);
    private static readonly CubeShape Shape = new(3, 5, 4);

    [Theory]
    [InlineData(Interleave.Bsq)]
    [InlineData(Interleave.Bil)]
    [InlineData(Interleave.Bip)]
    public void A_full_frame_of_another_type_and_interleave_is_the_same_counts(Interleave interleave)
    {
        using var folder = new TemporaryFolder();
        using var cube = Cube(folder);
        Write<double>(folder, "white", Shape, interleave, Axis, White);
        Write<short>(folder, "dark", Shape, interleave, null, Dark, EnviByteOrder.BigEndian);
        var set = ReferenceLoader.Load(cube, folder.File("white.hdr"), folder.File("dark.hdr"));
        Assert.Equal(Shape, set.White.Shape);
        Assert.Equal("white+dark", set.Id);
        for (var line = 0; line < 3; line++)
        {
            for (var sample = 0; sample < 5; sample++)
            {
                Assert.Equal(Enumerable.Range(0, 4).Select(b => (float)White(line, sample, b)), set.White.Spectrum(line, sample).ToArray());
                Assert.Equal(Enumerable.Range(0, 4).Select(b => (float)Dark(line, sample, b)), set.Dark!.Spectrum(line, sample).ToArray());
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Any_other_number_of_lines_becomes_one_averaged_line(int lines)
    {
        using var folder = new TemporaryFolder();
        using var cube = Cube(folder);
        Write<ushort>(folder, "white", new CubeShape(lines, 5, 4), Interleave.Bil, Axis, White);
        var set = ReferenceLoader.Load(cube, folder.File("white.hdr"), null);
        Assert.Null(set.Dark);
        Assert.Equal(new CubeShape(1, 5, 4), set.White.Shape);
        var expected = Enumerable.Range(0, lines).Average(l => White(l, 2, 3));
        Assert.Equal(expected, set.White.Spectrum(2, 2)[3], 1e-3);
    }

    [Fact]
    public void A_reference_with_its_bands_the_other_way_round_is_put_in_order()
    {
        using var folder = new TemporaryFolder();
        using var cube = Cube(folder);
        double[] reversed = [.. Axis.Nanometres.ToArray().Reverse()];
        var header = new EnviHeader
        {
            Shape = Shape,
            DataType = EnviDataType.UInt16,
            Interleave = Interleave.Bip,
            WavelengthUnits = EnviWavelengthUnits.Nanometres,
            EffectiveWavelengthUnits = EnviWavelengthUnits.Nanometres,
            Wavelengths = reversed,
            WavelengthsNanometres = reversed,
        };
        EnviWriter.WriteCube<ushort>(folder.File("white.hdr"), header, Values<ushort>(Shape, Interleave.Bip, (l, s, b) => White(l, s, 3 - b)));
        var set = ReferenceLoader.Load(cube, folder.File("white.hdr"), null);
        Assert.Equal(Enumerable.Range(0, 4).Select(b => (float)White(1, 2, b)), set.White.Spectrum(1, 2).ToArray());
    }

    [Theory]
    [InlineData(3, 6, 4, "samples")]
    [InlineData(3, 5, 3, "bands")]
    public void Another_frame_is_refused_with_both_files_and_sizes(int lines, int samples, int bands, string what)
    {
        using var folder = new TemporaryFolder();
        using var cube = Cube(folder);
        Write<ushort>(folder, "white", new CubeShape(lines, samples, bands), Interleave.Bip, null, White);
        var error = Refusal(cube, folder.File("white.hdr"), null);
        Assert.Contains("white.hdr", error, StringComparison.Ordinal);
        Assert.Contains("cube.hdr", error, StringComparison.Ordinal);
        Assert.Contains(Shape.ToString(), error, StringComparison.Ordinal);
        Assert.Contains($"{lines} lines × {samples} samples × {bands} bands", error, StringComparison.Ordinal);
        Assert.Contains($"the {what} differ", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_wavelengths_are_refused()
    {
        using var folder = new TemporaryFolder();
        using var cube = Cube(folder);
        Write<ushort>(folder, "white", Shape, Interleave.Bip, WavelengthAxis.Linear(1000, 1306, 4), White);
        Assert.Contains("up to 6 nm", Refusal(cube, folder.File("white.hdr"), null), StringComparison.Ordinal);
    }

    [Fact]
    public void Swapped_references_are_noticed()
    {
        using var folder = new TemporaryFolder();
        using var cube = Cube(folder);
        Write<ushort>(folder, "white", Shape, Interleave.Bip, Axis, White);
        Write<ushort>(folder, "dark", Shape, Interleave.Bip, Axis, Dark);
        Assert.Contains("swapped", Refusal(cube, folder.File("dark.hdr"), folder.File("white.hdr")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_dead_pixel_in_a_recorded_white_becomes_no_data(bool withDark)
    {
        var shape = new CubeShape(8, 9, 4);
        using var folder = new TemporaryFolder();
        Write<ushort>(folder, "cube", shape, Interleave.Bil, Axis, (l, s, b) => 1000);
        using var cube = EnviCube.Open(folder.File("cube.hdr"), SpectralQuantity.RawCounts);
        Write<ushort>(folder, "white", shape, Interleave.Bil, Axis, (l, s, b) => (l, s) == (3, 4) ? 300 : White(l, s, b));
        Write<ushort>(folder, "dark", shape, Interleave.Bil, Axis, Dark);
        var set = ReferenceLoader.Load(cube, folder.File("white.hdr"), withDark ? folder.File("dark.hdr") : null);
        var calibrator = new ReflectanceCalibrator(set, shape, [0, 1, 2, 3], 1);
        for (var pixel = 0; pixel < shape.PixelCount; pixel++)
        {
            Assert.Equal(pixel == (3 * 9) + 4, calibrator.IsDead(pixel / 9, pixel % 9));
        }
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        using var folder = new TemporaryFolder();
        using var cube = Cube(folder);
        Assert.Contains("nothing.hdr", Refusal(cube, folder.File("nothing.hdr"), null), StringComparison.Ordinal);
    }

    [Fact]
    public void A_recorded_dark_reference_of_another_instrument_is_refused_for_the_corn_kernels()
    {
        using var cube = EnviCube.Open(SharedData.Path("plantcv-envi-raw-dark", "corn-kernel-hyperspectral.hdr"));
        var error = Refusal(cube, SharedData.Path("plantcv-envi-raw-dark", "darkReference.hdr"), null);
        Assert.Contains("1 lines × 1600 samples × 978 bands", error, StringComparison.Ordinal);
        Assert.Contains("31 lines × 43 samples × 580 bands", error, StringComparison.Ordinal);
    }

    private static int White(int line, int sample, int band) => 3000 + (100 * line) + (10 * sample) + band;

    private static int Dark(int line, int sample, int band) => 100 + (9 * line) + (3 * sample) + band;

    private static EnviCube Cube(TemporaryFolder folder)
    {
        Write<ushort>(folder, "cube", Shape, Interleave.Bil, Axis, (l, s, b) => 1000);
        return EnviCube.Open(folder.File("cube.hdr"), SpectralQuantity.RawCounts);
    }

    private static void Write<T>(
        TemporaryFolder folder, string name, CubeShape shape, Interleave interleave, WavelengthAxis? axis, Func<int, int, int, int> value, EnviByteOrder order = EnviByteOrder.LittleEndian)
        where T : unmanaged, System.Numerics.INumber<T> =>
        EnviWriter.WriteCube<T>(folder.File(name + ".hdr"), shape, interleave, Values<T>(shape, interleave, value), axis, byteOrder: order);

    private static T[] Values<T>(CubeShape shape, Interleave interleave, Func<int, int, int, int> value)
        where T : unmanaged, System.Numerics.INumber<T>
    {
        var values = new T[shape.ValueCount];
        var (l, s, b) = shape.Strides(interleave);
        for (var line = 0; line < shape.Lines; line++)
        {
            for (var sample = 0; sample < shape.Samples; sample++)
            {
                for (var band = 0; band < shape.Bands; band++)
                {
                    values[(line * l) + (sample * s) + (band * b)] = T.CreateChecked(value(line, sample, band));
                }
            }
        }

        return values;
    }

    private static string Refusal(EnviCube cube, string white, string? dark) =>
        Assert.Throws<BadInputException>(() => ReferenceLoader.Load(cube, white, dark)).Message;
}
