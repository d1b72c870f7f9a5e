using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Envi;

public sealed class EnviCubeTests
{
    [Fact]
    public void Descending_axis_is_presented_ascending_with_its_values()
    {
        using var cube = Open([1030, 1020, 1010], [3f, 2f, 1f, 0.3f, 0.2f, 0.1f], fwhm: [9, 8, 7]);
        Assert.Equal([1010, 1020, 1030], cube.Cube.Wavelengths.Nanometres.ToArray());
        Assert.Equal([7, 8, 9], cube.Cube.Wavelengths.FwhmNanometres.ToArray());
        Assert.Equal([2, 1, 0], cube.Cube.FileBands.ToArray());
        Assert.Equal([1, 2, 3, 0.1f, 0.2f, 0.3f], cube.All());
        Assert.Empty(cube.Cube.Warnings);
    }

    [Fact]
    public void Overlapping_detectors_are_merged_by_wavelength_with_a_warning()
    {
        using var cube = Open([990, 1005, 1000, 1010], [1f, 3f, 2f, 4f, 10f, 30f, 20f, 40f]);
        Assert.Equal([990, 1000, 1005, 1010], cube.Cube.Wavelengths.Nanometres.ToArray());
        Assert.Equal([1, 2, 3, 4, 10, 20, 30, 40], cube.All());
        Assert.Contains("fall from 1005 to 1000 nm at band 3", Assert.Single(cube.Cube.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Two_bands_at_one_wavelength_are_refused_unless_one_is_bad()
    {
        var error = Assert.Throws<BadInputException>(() => Open([1000, 1010, 1010], [1f, 2f, 3f]));
        Assert.Contains("bands 2 and 3 are both at 1010 nm", error.Message, StringComparison.Ordinal);
        using var cube = Open([1000, 1010, 1010], [1f, 2f, 3f], bbl: [true, false, true]);
        Assert.Equal([1, 3], cube.All());
        Assert.Equal([1], cube.Cube.BadBands);
        Assert.Equal(new CubeShape(1, 1, 2), cube.Cube.Shape);
        Assert.Contains("marks all 2 bands bad", Assert.Throws<BadInputException>(() => Open([1000, 1010], [1f, 2f], bbl: [false, false])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(new[] { -0.5f, 2f }, SpectralQuantity.Reflectance)]
    [InlineData(new[] { 0.1f, 2.001f }, SpectralQuantity.RawCounts)]
    [InlineData(new[] { -0.51f, 1f }, SpectralQuantity.RawCounts)]
    [InlineData(new[] { float.NaN, 1f }, SpectralQuantity.Reflectance)]
    [InlineData(new[] { float.PositiveInfinity, 1f }, SpectralQuantity.RawCounts)]
    [InlineData(new[] { float.NaN, float.NaN }, SpectralQuantity.RawCounts)]
    [InlineData(new[] { 0f, 0f }, SpectralQuantity.Reflectance)]
    public void Floating_point_data_is_reflectance_when_all_of_it_is_in_range(float[] values, SpectralQuantity quantity)
    {
        using var cube = Open([1000, 1010], values);
        Assert.Equal(quantity, cube.Cube.Quantity);
        Assert.Contains("floating-point data", cube.Cube.QuantityReason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_value_out_of_range_at_the_very_end_of_a_large_cube_is_seen()
    {
        using var folder = new TemporaryFolder();
        var shape = new CubeShape(200, 300, 10);
        var values = new float[shape.ValueCount];
        values[^1] = 2.5f;
        EnviWriter.WriteCube<float>(folder.File("a.hdr"), shape, Interleave.Bip, values, WavelengthAxis.Linear(1000, 1600, 10));
        using var cube = EnviCube.Open(folder.File("a.hdr"));
        Assert.Equal(SpectralQuantity.RawCounts, cube.Quantity);
        Assert.Contains("reaches 2.5", cube.QuantityReason, StringComparison.Ordinal);
    }

    [Fact]
    public void Ignored_and_bad_bands_values_do_not_decide_the_quantity()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.img"), [.. new[] { 0.5f, -9999f, 55f }.SelectMany(BitConverter.GetBytes)]);
        File.WriteAllText(folder.File("a.hdr"), "ENVI\nsamples=1\nlines=1\nbands=3\ndata type=4\ninterleave=bip\nbyte order=0\nwavelength units=nm\nwavelength={1000,1010,1020}\nbbl={1,1,0}\ndata ignore value=-9999\n");
        using var cube = EnviCube.Open(folder.File("a.hdr"));
        Assert.Equal(SpectralQuantity.Reflectance, cube.Quantity);
        var pixel = new float[2];
        cube.ReadPixels(0, 1, pixel);
        Assert.Equal([0.5f, float.NaN], pixel);
    }

    [Fact]
    public void Scale_factor_divides_reflectance_and_leaves_raw_counts_alone()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.img"), [.. new short[] { 5000, -9999, 12000 }.SelectMany(BitConverter.GetBytes)]);
        File.WriteAllText(folder.File("a.hdr"), "ENVI\nsamples=1\nlines=1\nbands=3\ndata type=2\ninterleave=bip\nbyte order=0\nwavelength units=nm\nwavelength={1000,1010,1020}\nreflectance scale factor=10000\ndata ignore value=-9999\n");
        var pixel = new float[3];
        using (var cube = EnviCube.Open(folder.File("a.hdr")))
        {
            Assert.Equal(SpectralQuantity.Reflectance, cube.Quantity);
            Assert.Null(cube.SaturationCounts);
            cube.ReadPixels(0, 1, pixel);
            Assert.Equal([0.5f, float.NaN, 1.2f], pixel);
        }

        using (var cube = EnviCube.Open(folder.File("a.hdr"), SpectralQuantity.RawCounts))
        {
            Assert.Equal(32767, cube.SaturationCounts);
            cube.ReadPixels(0, 1, pixel);
            Assert.Equal([5000, float.NaN, 12000], pixel);
        }
    }

    [Fact]
    public void Saturation_is_the_headers_or_the_end_of_the_type()
    {
        using var folder = new TemporaryFolder();
        var axis = WavelengthAxis.Linear(1000, 1010, 2);
        using (var raw = new RawCube(new CubeShape(1, 1, 2), Interleave.Bil, axis, [1, 4095], 4095))
        {
            EnviWriter.WriteRaw(folder.File("a.hdr"), raw, new Dictionary<string, string>(StringComparer.Ordinal) { ["camera serial"] = "S1" });
        }

        using (var cube = EnviCube.Open(folder.File("a.hdr")))
        {
            Assert.Equal(4095, cube.SaturationCounts);
            Assert.Equal(SpectralQuantity.RawCounts, cube.Quantity);
            Assert.Contains("UInt16", cube.QuantityReason, StringComparison.Ordinal);
            Assert.Equal(Interleave.Bil, cube.Image.Header.Interleave);
            Assert.Equal("S1", cube.Image.Header.Other["camera serial"]);
            Assert.Equal(axis, cube.Wavelengths);
        }

        EnviWriter.WriteCube<ushort>(folder.File("b.hdr"), new CubeShape(1, 1, 2), Interleave.Bil, [1, 4095], axis);
        using var plain = EnviCube.Open(folder.File("b.hdr"));
        Assert.Equal(65535, plain.SaturationCounts);
    }

    private static Opened Open(double[] wavelengths, float[] values, double[]? fwhm = null, bool[]? bbl = null)
    {
        var folder = new TemporaryFolder();
        try
        {
            var header = new EnviHeader
            {
                Shape = new CubeShape(1, values.Length / wavelengths.Length, wavelengths.Length),
                DataType = EnviDataType.Float32,
                Interleave = Interleave.Bip,
                WavelengthUnits = EnviWavelengthUnits.Nanometres,
                Wavelengths = wavelengths,
                Fwhm = fwhm,
                Bbl = bbl,
            };
            EnviWriter.WriteCube<float>(folder.File("a.hdr"), header, values);
            return new Opened(EnviCube.Open(folder.File("a.hdr")), folder);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private sealed record Opened(EnviCube Cube, TemporaryFolder Folder) : IDisposable
    {
        public float[] All()
        {
            var values = new float[Cube.Shape.ValueCount];
            Cube.ReadPixels(0, (int)Cube.Shape.PixelCount, values);
            return values;
        }

        public void Dispose()
        {
            Cube.Dispose();
            Folder.Dispose();
        }
    }
}
