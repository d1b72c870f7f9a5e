using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Envi;

public sealed class EnviWriterTests
{
    private static readonly CubeShape Shape = new(2, 2, 2);

    [Fact]
    public void Class_image_keeps_values_names_and_colours()
    {
        using var folder = new TemporaryFolder();
        EnviWriter.WriteClassification(folder.File("c.hdr"), 2, 3, [0, 1, 2, 2, 1, 0], ["no data", "wall, normal", "GIST"], ["#000000", "#00FF80", "#FF0001"]);
        var read = EnviClassification.Read(folder.File("c.hdr"));
        Assert.Equal([0, 1, 2, 2, 1, 0], read.Values);
        Assert.Equal(["no data", "wall; normal", "GIST"], read.Names!);
        Assert.Equal(["#000000", "#00FF80", "#FF0001"], read.Colours!);
        Assert.Equal(EnviHeader.ClassificationFileType, read.Header.FileType);
        Assert.Empty(read.Warnings);
        Assert.Throws<ArgumentException>(() => EnviWriter.WriteClassification(folder.File("d.hdr"), 1, 1, [3], ["a"], ["#000000"]));
        Assert.Equal(["c.hdr", "c.img"], Names(folder));
    }

    [Theory]
    [InlineData("4, -1", "line 0, sample 1 holds -1")]
    [InlineData("4, 1.5", "sample 1 holds 1.5")]
    [InlineData("4, 300", "holds 300")]
    [InlineData("1, 4", "holds 4, which is no class; expected 0…3 (it has 4 class names)")]
    public void Value_that_is_no_class_is_refused_with_its_place(string pair, string message)
    {
        using var folder = new TemporaryFolder();
        var names = pair.StartsWith('1') ? "class names = {n, a, b, c}\n" : "";
        File.WriteAllText(folder.File("c.hdr"), $"ENVI\nsamples=2\nlines=1\nbands=1\ndata type=4\ninterleave=bsq\nbyte order=0\n{names}");
        File.WriteAllBytes(folder.File("c.img"), [.. pair.Split(',').Select(float.Parse).SelectMany(BitConverter.GetBytes)]);
        Assert.Contains(message, Assert.Throws<BadInputException>(() => EnviClassification.Read(folder.File("c.hdr"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void More_names_than_a_class_number_can_tell_apart_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.File("c.hdr"), $"ENVI\nsamples=1\nlines=1\nbands=1\ndata type=1\ninterleave=bsq\nbyte order=0\nclass names = {{{string.Join(',', Enumerable.Range(0, 257))}}}\n");
        File.WriteAllBytes(folder.File("c.img"), [1]);
        Assert.Contains("names 257 classes", Assert.Throws<BadInputException>(() => EnviClassification.Read(folder.File("c.hdr"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Cube_given_for_labels_is_refused()
    {
        using var folder = new TemporaryFolder();
        EnviWriter.WriteCube<byte>(folder.File("a.hdr"), Shape, Interleave.Bip, new byte[8]);
        Assert.Contains("has 2 bands", Assert.Throws<BadInputException>(() => EnviClassification.Read(folder.File("a.hdr"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Float_layers_keep_names_and_missing_values()
    {
        using var folder = new TemporaryFolder();
        EnviWriter.WriteFloatBands(folder.File("p.hdr"), 1, 2, ["wall", "GIST"], [0.25f, 0.75f, float.NaN, float.NaN]);
        using var image = EnviImage.Open(folder.File("p.hdr"));
        var values = new float[4];
        image.ReadPixels(0, 2, values.AsSpan());
        Assert.Equal([0.25f, 0.75f, float.NaN, float.NaN], values);
        Assert.Equal(["wall", "GIST"], image.Header.BandNames!);
        Assert.True(double.IsNaN(image.Header.DataIgnoreValue!.Value));
    }

    [Fact]
    public void Any_cube_is_written_tile_by_tile()
    {
        using var folder = new TemporaryFolder();
        var axis = new WavelengthAxis([1000, 1010], [8, 9]);
        using (var raw = new RawCube(Shape, Interleave.Bsq, axis, [1, 2, 3, 4, 5, 6, 7, 8], 4095))
        {
            EnviWriter.WriteCube(folder.File("a.hdr"), raw, Interleave.Bil);
        }

        using var cube = EnviCube.Open(folder.File("a.hdr"));
        var values = new float[8];
        cube.ReadPixels(0, 4, values);
        Assert.Equal([1, 5, 2, 6, 3, 7, 4, 8], values);
        Assert.Equal(axis, cube.Wavelengths);
    }

    [Fact]
    public void Unfinished_image_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using (var writer = EnviFileWriter.Create(folder.File("a.hdr"), EnviHeader.ForCube(Shape, EnviDataType.UInt8, Interleave.Bsq)))
        {
            writer.WritePixels<byte>(0, [1, 2]);
            var error = Assert.Throws<InvalidOperationException>(writer.Complete);
            Assert.Contains("2 values were written of 8", error.Message, StringComparison.Ordinal);
            Assert.Single(Names(folder), name => name.EndsWith(".tmp", StringComparison.Ordinal));
        }

        Assert.Empty(Names(folder));
    }

    [Fact]
    public void Old_image_stays_whole_until_the_new_one_is_complete()
    {
        using var folder = new TemporaryFolder();
        EnviWriter.WriteCube<byte>(folder.File("a.hdr"), Shape, Interleave.Bsq, [1, 2, 3, 4, 5, 6, 7, 8]);
        using (var writer = EnviFileWriter.Create(folder.File("a.hdr"), EnviHeader.ForCube(Shape, EnviDataType.Float64, Interleave.Bsq)))
        {
            writer.WriteStored<double>(0, new double[8]);
            using var old = EnviImage.Open(folder.File("a.hdr"));
            Assert.Equal(EnviDataType.UInt8, old.Header.DataType);
            Assert.Empty(old.Warnings);
            writer.Complete();
        }

        using var image = EnviImage.Open(folder.File("a.hdr"));
        Assert.Equal(EnviDataType.Float64, image.Header.DataType);
        Assert.Equal(["a.hdr", "a.img"], Names(folder));
    }

    [Fact]
    public void Data_has_its_name_before_the_header_has()
    {
        // The header's name is taken by a folder that is not empty: the last step fails, the first ones stand.
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.File("a.hdr", "in the way"));
        using (var writer = EnviFileWriter.Create(folder.File("a.hdr"), EnviHeader.ForCube(Shape, EnviDataType.UInt8, Interleave.Bsq)))
        {
            writer.WriteStored<byte>(0, new byte[8]);
            Assert.ThrowsAny<Exception>(writer.Complete);
        }

        Assert.True(File.Exists(folder.File("a.img")));
        Assert.Equal(["a.hdr", "a.img"], Names(folder));
    }

    [Fact]
    public void Nothing_is_narrowed_misnamed_or_miscounted_silently()
    {
        using var folder = new TemporaryFolder();
        using var writer = EnviFileWriter.Create(folder.File("a.hdr"), EnviHeader.ForCube(Shape, EnviDataType.UInt16, Interleave.Bsq));
        Assert.Contains("UInt16", Assert.Throws<ArgumentException>(() => writer.WritePixels<float>(0, [1, 2])).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => writer.WritePixels<ushort>(0, [1, 2, 3]));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.WritePixels<ushort>(3, [1, 2, 3, 4]));
        Assert.Throws<ArgumentException>(() => EnviWriter.WriteCube<byte>(folder.File("b.img"), Shape, Interleave.Bsq, new byte[8]));
        Assert.Throws<ArgumentException>(() => EnviWriter.WriteCube<byte>(folder.File("b.hdr"), Shape, Interleave.Bsq, new byte[7]));
        Assert.Throws<ArgumentException>(() => EnviWriter.WriteCube<byte>(folder.File("b.hdr"), Shape, Interleave.Bsq, new byte[8], WavelengthAxis.Linear(1, 2, 3)));
        foreach (var (key, value) in (ReadOnlySpan<(string, string)>)[("Samples", "1"), ("data type", "1"), ("a=b", "1"), (";x", "1"), ("x", "{a}}"), ("x", "a\n}")])
        {
            var other = new Dictionary<string, string>(StringComparer.Ordinal) { [key] = value };
            Assert.Throws<ArgumentException>(() => EnviWriter.WriteCube<byte>(folder.File("b.hdr"), Shape, Interleave.Bsq, new byte[8], other: other));
        }

        Assert.Single(Names(folder));
    }

    [Fact]
    public void Atomic_file_replaces_whole_or_not_at_all()
    {
        using var folder = new TemporaryFolder();
        AtomicFile.Write(folder.File("a"), "old"u8);
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(folder.File("a"), stream =>
        {
            stream.Write("ne"u8);
            throw new InvalidOperationException("half-way");
        }));
        Assert.Equal("old", File.ReadAllText(folder.File("a")));
        AtomicFile.Write(folder.File("a"), stream => stream.Write("new"u8));
        Assert.Equal("new", File.ReadAllText(folder.File("a")));
        Assert.Equal(["a"], Names(folder));
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(folder.File("none", "a"), "x"u8));
        Assert.Contains("none", Assert.Throws<IOException>(() => AtomicFile.SyncFolder(folder.File("none"))).Message, StringComparison.Ordinal);
    }

    private static string[] Names(TemporaryFolder folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder.Path).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal)];
}
