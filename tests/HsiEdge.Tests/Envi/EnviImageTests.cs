using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Envi;

public sealed class EnviImageTests
{
    private static readonly CubeShape Shape = new(2, 3, 4);

    public static TheoryData<string, string> NamePairs() => new()
    {
        { "a.hdr", "a.img" }, { "a.hdr", "a.raw" }, { "a.hdr", "a.dat" }, { "a.hdr", "a.bil" }, { "a.hdr", "a.bip" }, { "a.hdr", "a.bsq" },
        { "a.hdr", "a" }, { "a.img.hdr", "a.img" }, { "a.HDR", "a.IMG" }, { "a.hdr", "a.Raw" }, { "A.hdr", "a.img" }, { "a.b.hdr", "a.b.dat" },
    };

    [Theory]
    [MemberData(nameof(NamePairs))]
    public void Data_file_is_found_as_a_person_would(string header, string data)
    {
        using var folder = new TemporaryFolder();
        WriteBytes(folder, header, data, 24);
        using var image = EnviImage.Open(folder.File(header));
        Assert.Equal(folder.File(data), image.DataPath);
        var pixel = new byte[4];
        image.ReadValues<byte>(5, 1, pixel);
        Assert.Equal([20, 21, 22, 23], pixel);
    }

    [Fact]
    public void Data_file_named_explicitly_is_taken_wherever_it_lies()
    {
        using var folder = new TemporaryFolder();
        WriteBytes(folder, "a.hdr", "other.xyz", 24);
        using var image = EnviImage.Open(folder.File("a.hdr"), folder.File("other.xyz"));
        Assert.Empty(image.Warnings);
        Assert.Contains("no such data file", Assert.Throws<BadInputException>(() => EnviImage.Open(folder.File("a.hdr"), folder.File("b.xyz"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Of_several_data_files_the_one_of_the_right_size_is_taken_with_a_warning()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.img"), new byte[5]);
        WriteBytes(folder, "a.hdr", "a.raw", 24);
        using var image = EnviImage.Open(folder.File("a.hdr"));
        Assert.Equal(folder.File("a.raw"), image.DataPath);
        Assert.Contains("took a.raw", Assert.Single(image.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Missing_data_file_is_told_with_what_was_looked_for()
    {
        using var folder = new TemporaryFolder();
        WriteBytes(folder, "a.hdr", "b.img", 24);
        var error = Assert.Throws<BadInputException>(() => EnviImage.Open(folder.File("a.hdr")));
        Assert.Contains("no data file beside it", error.Message, StringComparison.Ordinal);
        Assert.Contains(".img .dat .raw .bil .bip .bsq", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Short_data_file_is_refused_with_both_byte_counts()
    {
        using var folder = new TemporaryFolder();
        WriteBytes(folder, "a.hdr", "a.img", 23);
        var error = Assert.Throws<BadInputException>(() => EnviImage.Open(folder.File("a.hdr")));
        Assert.Contains("holds 23 bytes", error.Message, StringComparison.Ordinal);
        Assert.Contains("needs 24", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Long_data_file_is_read_with_a_warning()
    {
        using var folder = new TemporaryFolder();
        WriteBytes(folder, "a.hdr", "a.img", 30);
        using var image = EnviImage.Open(folder.File("a.hdr"));
        Assert.Contains("holds 30 bytes, 6 more than the 24", Assert.Single(image.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void File_that_shrinks_while_open_fails_the_read_not_the_process()
    {
        using var folder = new TemporaryFolder();
        WriteBytes(folder, "a.hdr", "a.img", 24);
        using var image = EnviImage.Open(folder.File("a.hdr"));
        File.WriteAllBytes(folder.File("a.img"), new byte[10]);
        var error = Assert.Throws<BadInputException>(() => image.ReadPixels(0, 6, new float[24].AsSpan()));
        Assert.Contains("ended at byte 10", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("255", new[] { 0, float.NaN, 7 })]
    [InlineData("0", new[] { float.NaN, 255, 7 })]
    [InlineData("-9999", new float[] { 0, 255, 7 })]
    [InlineData("7.5", new float[] { 0, 255, 7 })]
    [InlineData("7.0", new[] { 0, 255, float.NaN })]
    public void Ignored_values_are_nan_and_only_they(string ignore, float[] expected)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.img"), [0, 255, 7]);
        File.WriteAllText(folder.File("a.hdr"), $"ENVI\nsamples=3\nlines=1\nbands=1\ndata type=1\ninterleave=bsq\ndata ignore value={ignore}\n");
        using var image = EnviImage.Open(folder.File("a.hdr"));
        var values = new float[3];
        image.ReadPixels(0, 3, values.AsSpan());
        Assert.Equal(expected, values);
    }

    [Fact]
    public void Ignore_value_of_64_bit_integers_is_exact()
    {
        using var folder = new TemporaryFolder();
        var header = new EnviHeader { Shape = new CubeShape(1, 2, 1), DataType = EnviDataType.UInt64, Interleave = Interleave.Bsq, DataIgnoreValueText = "18446744073709551615", DataIgnoreValue = ulong.MaxValue };
        EnviWriter.WriteCube<ulong>(folder.File("a.hdr"), header, [ulong.MaxValue, ulong.MaxValue - 1]);
        using var image = EnviImage.Open(folder.File("a.hdr"));
        var values = new double[2];
        image.ReadPixels(0, 2, values.AsSpan());
        Assert.True(double.IsNaN(values[0]));
        Assert.Equal(1.8446744073709552e19, values[1]);
    }

    [Fact]
    public void Ignore_value_of_single_precision_matches_what_the_header_rounded()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.File("a.img"), [.. BitConverter.GetBytes(-3.4028235e38f), .. BitConverter.GetBytes(0.1f), .. BitConverter.GetBytes(1f)]);
        foreach (var (ignore, index) in (ReadOnlySpan<(string, int)>)[("-3.4028234663852886e+38", 0), ("0.1", 1)])
        {
            File.WriteAllText(folder.File("a.hdr"), $"ENVI\nsamples=3\nlines=1\nbands=1\ndata type=4\ninterleave=bsq\nbyte order=0\ndata ignore value={ignore}\n");
            using var image = EnviImage.Open(folder.File("a.hdr"));
            var values = new float[3];
            image.ReadPixels(0, 3, values.AsSpan());
            Assert.Equal([index], Enumerable.Range(0, 3).Where(i => float.IsNaN(values[i])));
        }
    }

    [Fact]
    public void Wrong_type_or_range_is_the_callers_error()
    {
        using var folder = new TemporaryFolder();
        WriteBytes(folder, "a.hdr", "a.img", 24);
        using var image = EnviImage.Open(folder.File("a.hdr"));
        Assert.Contains("stores UInt8, not UInt16", Assert.Throws<ArgumentException>(() => image.ReadValues<ushort>(0, 1, new ushort[4])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => image.ReadPixels(0, 7, new float[28].AsSpan()));
        Assert.Throws<ArgumentOutOfRangeException>(() => image.ReadPixels(-1, 1, new float[4].AsSpan()));
        Assert.Throws<ArgumentException>(() => image.ReadPixels(0, 2, new float[7].AsSpan()));
        image.ReadPixels(6, 0, Span<float>.Empty);
    }

    [Theory]
    [InlineData(Interleave.Bsq)]
    [InlineData(Interleave.Bil)]
    [InlineData(Interleave.Bip)]
    public void Cube_larger_than_memory_is_read_in_tiles(Interleave interleave)
    {
        // 240 GB, but a hole in the file: only the last pixel is on the disk.
        using var folder = new TemporaryFolder();
        var shape = new CubeShape(100_000, 10_000, 120);
        var header = EnviHeader.ForCube(shape, EnviDataType.UInt16, interleave, byteOrder: EnviByteOrder.BigEndian);
        File.WriteAllText(folder.File("a.hdr"), header.ToText());
        using (var file = File.OpenHandle(folder.File("a.img"), FileMode.CreateNew, FileAccess.Write))
        {
            var (line, sample, band) = shape.Strides(interleave);
            for (var b = 0; b < shape.Bands; b++)
            {
                var place = ((shape.Lines - 1) * line) + ((shape.Samples - 1) * sample) + (b * band);
                RandomAccess.Write(file, new byte[] { (byte)((b + 1) >> 8), (byte)(b + 1) }, place * 2);
            }
        }

        using var image = EnviImage.Open(folder.File("a.hdr"));
        Assert.Equal(240_000_000_000, header.DataBytes);
        var tile = new float[300 * shape.Bands];
        var before = GC.GetTotalAllocatedBytes(precise: true);
        image.ReadPixels(shape.PixelCount - 300, 300, tile.AsSpan());
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 64 << 20);
        Assert.Equal(Enumerable.Range(1, 120).Select(b => (float)b), tile[^120..]);
        Assert.All(tile[..^120], value => Assert.Equal(0, value));
    }

    [Theory]
    [InlineData(Interleave.Bsq)]
    [InlineData(Interleave.Bil)]
    [InlineData(Interleave.Bip)]
    public async Task Threads_read_at_once_and_tiles_allocate_nothing(Interleave interleave)
    {
        using var folder = new TemporaryFolder();
        var shape = new CubeShape(64, 130, 50);
        var values = new ushort[shape.ValueCount];
        new Random(1).NextBytes(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        EnviWriter.WriteCube<ushort>(folder.File("a.hdr"), shape, interleave, values, byteOrder: EnviByteOrder.BigEndian);
        using var image = EnviImage.Open(folder.File("a.hdr"));
        var (lineStride, sampleStride, bandStride) = shape.Strides(interleave);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(worker => Task.Run(() =>
        {
            var tile = new float[501 * shape.Bands];
            for (var first = worker * 501L; first < shape.PixelCount; first += 4 * 501L)
            {
                var count = (int)Math.Min(501, shape.PixelCount - first);
                image.ReadPixels(first, count, tile.AsSpan());
                for (var i = 0; i < count * shape.Bands; i++)
                {
                    var (line, sample) = Math.DivRem(first + (i / shape.Bands), shape.Samples);
                    Assert.Equal(values[(line * lineStride) + (sample * sampleStride) + (i % shape.Bands * bandStride)], tile[i]);
                }
            }
        })));

        // The first round fills the pool; a collection of garbage by another test may empty it again, so the best of three counts.
        var least = long.MaxValue;
        var buffer = new float[501 * shape.Bands];
        for (var round = 0; round < 4; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 10; i++)
            {
                image.ReadPixels(100 * i, 501, buffer.AsSpan());
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static void WriteBytes(TemporaryFolder folder, string header, string data, int length)
    {
        File.WriteAllBytes(folder.File(data), [.. Enumerable.Range(0, length).Select(i => (byte)i)]);
        File.WriteAllText(folder.File(header), EnviHeader.ForCube(Shape, EnviDataType.UInt8, Interleave.Bip).ToText());
    }
}
