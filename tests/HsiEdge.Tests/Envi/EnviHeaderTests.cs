using System.Text;
using CsCheck;
using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;
using static HsiEdge.Core.Envi.EnviWavelengthUnits;

namespace HsiEdge.Tests.Envi;

public sealed class EnviHeaderTests
{
    private const string Least = "ENVI\nsamples = 3\nlines = 2\nbands = 4\ndata type = 12\ninterleave = bil\nbyte order = 0\n";

    [Fact]
    public void Least_header_takes_the_defaults()
    {
        var header = EnviHeader.Parse(Least, "a.hdr");
        Assert.Equal(new CubeShape(2, 3, 4), header.Shape);
        Assert.Equal(EnviDataType.UInt16, header.DataType);
        Assert.Equal(Interleave.Bil, header.Interleave);
        Assert.Equal(0, header.HeaderOffset);
        Assert.Equal(EnviHeader.StandardFileType, header.FileType);
        Assert.Equal(48, header.DataBytes);
        Assert.Null(header.WavelengthsNanometres);
        Assert.Null(header.DataIgnoreValue);
        Assert.Empty(header.Warnings);
    }

    [Fact]
    public void Odd_but_honest_spelling_is_read()
    {
        var text = "\uFEFFenvi  \r\n; a comment = {\r\n\r\nSAMPLES=3\r\nlines\t=\t2.0\r\nBands   =  4 ; four\r\nData_Type = 12\r\nInterleave = BIL\r\nbyte  order = {0}\r\n"
            + "Sensor Type =\r\ndata ignore value =\r\nWavelength Units = \"nm\"\r\nwavelength={ 1000 ,\r\n ; inside\r\n 1010\t1020 , 1030 , }\r\n"
            + "map info = {UTM, 1, 1, {a, b}, \"x } y\"}\r\nnonsense without a sign\r\ndescription = { two\r\n  lines = here }\r\nLast = thing";
        var header = EnviHeader.Parse(text, "a.hdr");
        Assert.Equal(new CubeShape(2, 3, 4), header.Shape);
        Assert.Equal([1000, 1010, 1020, 1030], header.WavelengthsNanometres!);
        Assert.Equal("two\nlines = here", header.Description);
        Assert.Equal("{UTM, 1, 1, {a, b}, \"x } y\"}", header.Other["map info"]);
        Assert.Equal("thing", header.Other["last"]);
        Assert.Equal("", header.Other["sensor type"]);
        Assert.Null(header.DataIgnoreValue);
        var warning = Assert.Single(header.Warnings);
        Assert.Contains("nonsense without a sign", warning, StringComparison.Ordinal);
        EnviHeaderAssert.Same(header, EnviHeader.Parse(header.ToText(), "b.hdr"));
    }

    [Fact]
    public void Quoted_names_keep_their_commas_and_lists_may_run_over_lines()
    {
        var header = EnviHeader.Parse(Least + "class names = {\"no, data\",\n fat ,\"wall\"}\nclass lookup = {0,0,0, 255,128,1,\n 0,0,255}\n", "a.hdr");
        Assert.Equal(["no, data", "fat", "wall"], header.ClassNames!);
        Assert.Equal(["#000000", "#FF8001", "#0000FF"], header.ClassLookup!);
    }

    [Fact]
    public void Stray_brace_within_a_description_does_not_swallow_the_header()
    {
        var header = EnviHeader.Parse("ENVI\ndescription = { a { b }\nsamples = 3\nlines = 2\nbands = 1\ndata type = 1\ninterleave = bsq\nx = {1}\n", "a.hdr");
        Assert.Equal("a ( b", header.Description);
        Assert.Equal(3, header.Samples);
        EnviHeaderAssert.Same(header, EnviHeader.Parse(header.ToText(), "b.hdr"));
    }

    [Fact]
    public void Latin_1_and_utf_8_are_both_understood()
    {
        using var folder = new TemporaryFolder();
        var text = Least + "description = {Müller, 20 °C}\nwavelength units = µm\nwavelength = {1.0, 1.1, 1.2, 1.3}\n";
        foreach (var encoding in (Encoding[])[Encoding.Latin1, new UTF8Encoding(false), new UTF8Encoding(true)])
        {
            File.WriteAllText(folder.File("a.hdr"), text, encoding);
            var header = EnviHeader.Read(folder.File("a.hdr"));
            Assert.Equal("Müller, 20 °C", header.Description);
            Assert.Equal(Micrometres, header.WavelengthUnits);
            Assert.Equal(1100, header.WavelengthsNanometres![1], 1e-9);
        }
    }

    [Theory]
    [InlineData("nm", Nanometres, 1000, 1000)]
    [InlineData("Nanometers", Nanometres, 1000, 1000)]
    [InlineData("Micrometers", Micrometres, 1.5, 1500)]
    [InlineData("um", Micrometres, 1.5, 1500)]
    [InlineData("microns", Micrometres, 1.5, 1500)]
    [InlineData("μm", Micrometres, 1.5, 1500)]
    [InlineData("mm", Millimetres, 0.0015, 1500)]
    [InlineData("Angstroms", Angstroms, 12500, 1250)]
    [InlineData("Wavenumber", Wavenumbers, 8000, 1250)]
    [InlineData("cm-1", Wavenumbers, 8000, 1250)]
    [InlineData("1/cm", Wavenumbers, 8000, 1250)]
    [InlineData("GHz", Gigahertz, 299792.458, 1000)]
    [InlineData("MHz", Megahertz, 299792458, 1000)]
    [InlineData("THz", Terahertz, 299.792458, 1000)]
    public void Every_unit_comes_to_nanometres(string word, EnviWavelengthUnits units, double value, double nanometres)
    {
        var header = EnviHeader.Parse($"ENVI\nsamples = 1\nlines = 1\nbands = 1\ndata type = 1\ninterleave = bsq\nwavelength units = {word}\nwavelength = {{{value}}}\n", "a.hdr");
        Assert.Equal(units, header.WavelengthUnits);
        Assert.Equal(nanometres, header.WavelengthsNanometres![0], 1e-9);
        Assert.Equal([value], header.Wavelengths!);
    }

    [Theory]
    [InlineData("Index", "1, 2, 3, 4", "Index")]
    [InlineData("SP1", "0.1, 0.2, 0.3, 0.4", "SP1")]
    [InlineData("", "1, 2, 3, 4", "no unit")]
    [InlineData("Unknown", "650, 1500, 2500, 3999", "Unknown")]
    [InlineData("nm", "1000, 0, 1010, 1020", "band 2 is 0")]
    [InlineData("nm", "1000, nan, 1010, 1020", "band 2 is NaN")]
    [InlineData("Micrometers", "1, 1.01, 1e308, 1.02", "band 3 is 1E+308 in Micrometres, which is no number of nm")]
    [InlineData("nm", "1000, 1010", "2 values for 4 bands")]
    [InlineData("nm", "1000, ten, 1010, 1020", "no usable key")]
    public void What_is_no_wavelength_is_told_and_the_header_still_reads(string word, string values, string problem)
    {
        var header = EnviHeader.Parse($"{Least}wavelength units = {word}\nwavelength = {{{values}}}\n", "a.hdr");
        Assert.Null(header.WavelengthsNanometres);
        Assert.Contains(problem, header.WavelengthProblem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "1000, 1010, 1020, 1030", Nanometres)]
    [InlineData("Unknown", "1000, 1010, 1020, 1030", Nanometres)]
    [InlineData("", "0.9, 1.1, 1.2, 2.5", Micrometres)]
    public void A_missing_unit_is_told_by_the_values_with_a_warning(string word, string values, EnviWavelengthUnits units)
    {
        var header = EnviHeader.Parse($"{Least}wavelength units = {word}\nwavelength = {{{values}}}\n", "a.hdr");
        Assert.Equal(units, header.EffectiveWavelengthUnits);
        Assert.Contains($"{units} by the values", Assert.Single(header.Warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Width_in_wavenumbers_becomes_the_distance_of_its_edges()
    {
        var header = EnviHeader.Parse(
            "ENVI\nsamples=1\nlines=1\nbands=1\ndata type=1\ninterleave=bsq\nwavelength units=cm-1\nwavelength={8000}\nfwhm={10}\n", "a.hdr");
        Assert.Equal((1e7 / 7995) - (1e7 / 8005), header.FwhmNanometres![0], 1e-12);
    }

    [Theory]
    [InlineData("samples = 3", "samples = 0", "\"samples = 0\" (line 2): expected a whole number of at least 1")]
    [InlineData("samples = 3", "samples = many", "\"samples = many\"")]
    [InlineData("samples = 3", "samples = 99999999999", "samples")]
    [InlineData("samples = 3", "samples =", "the key \"samples\" is missing or blank")]
    [InlineData("lines = 2", "lines = -1", "lines")]
    [InlineData("bands = 4", "", "the key \"bands\" is missing")]
    [InlineData("data type = 12", "data type = 6", "complex single precision")]
    [InlineData("data type = 12", "data type = 9", "complex double precision")]
    [InlineData("data type = 12", "data type = 7", "expected 1, 2, 3, 4, 5, 12, 13, 14 or 15")]
    [InlineData("interleave = bil", "interleave = bup", "\"interleave = bup\" (line 6) is unknown; expected bsq, bil or bip")]
    [InlineData("interleave = bil", "", "\"interleave\" is missing")]
    [InlineData("byte order = 0", "byte order = 2", "expected 0 or 1")]
    [InlineData("byte order = 0", "header offset = -5", "header offset")]
    [InlineData("byte order = 0", "file compression = 1", "compressed")]
    [InlineData("byte order = 0", "file type = TIFF", "file type = TIFF")]
    [InlineData("byte order = 0", "file type = ENVI Virtual Mosaic", "points to other files")]
    [InlineData("byte order = 0", "major frame offsets = {128, 0}", "major frame offsets")]
    [InlineData("byte order = 0", "reflectance scale factor = 0", "reflectance scale factor = 0")]
    [InlineData("byte order = 0", "description = {never closed", "braces of \"description\" (line 7) are never closed")]
    [InlineData("ENVI\n", "ENVY\n", "expected \"ENVI\"")]
    [InlineData("samples = 3\nlines = 2\nbands = 4", "samples = 2147483647\nlines = 2147483647\nbands = 2147483647", "more than a file can hold")]
    public void What_cannot_be_used_is_refused_with_name_key_and_expectation(string what, string replacement, string message)
    {
        Assert.Contains(what, Least, StringComparison.Ordinal);
        var error = Assert.Throws<BadInputException>(() => EnviHeader.Parse(Least.Replace(what, replacement, StringComparison.Ordinal), "folder/a.hdr"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.StartsWith("folder/a.hdr", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ceiling = 4095", 4095.0)]
    [InlineData("data ceiling = 16383", 16383.0)]
    [InlineData("bit depth = 12", 4095.0)]
    [InlineData("sensor type = none", null)]
    public void Saturation_is_read_from_the_keys_that_recorders_write(string line, double? counts) =>
        Assert.Equal(counts, EnviHeader.Parse($"{Least}{line}\n", "a.hdr").CeilingCounts);

    [Fact]
    public void Unusable_optional_keys_warn_and_are_passed_over()
    {
        var header = EnviHeader.Parse(
            $"{Least}bbl = {{1, 0}}\ndefault bands = {{1, 9}}\nclass lookup = {{1, 2}}\ndata ignore value = soon\nfwhm = {{0,0,0,0}}\nwavelength = {{1000,1001,1002,1003}}\nsamples = 3\nband names = {{a}}\n",
            "a.hdr");
        Assert.Null(header.Bbl);
        Assert.Null(header.DefaultBands);
        Assert.Null(header.ClassLookup);
        Assert.Null(header.DataIgnoreValue);
        Assert.Null(header.FwhmNanometres);
        Assert.Equal(7, header.Warnings.Count);
    }

    [Fact]
    public void A_data_file_given_for_its_header_is_refused_without_reading_it_whole()
    {
        using var folder = new TemporaryFolder();
        using (var stream = File.Create(folder.File("big.img")))
        {
            stream.SetLength(1L << 40);
        }

        var error = Assert.Throws<BadInputException>(() => EnviHeader.Read(folder.File("big.img")));
        Assert.Contains("not the data file", error.Message, StringComparison.Ordinal);
        Assert.Contains("no such header file", Assert.Throws<BadInputException>(() => EnviHeader.Read(folder.File("none.hdr"))).Message, StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<BadInputException>(() => EnviHeader.Read(folder.Path)).Message, StringComparison.Ordinal);
        File.WriteAllText(folder.File("empty.hdr"), "");
        Assert.Contains("expected \"ENVI\"", Assert.Throws<BadInputException>(() => EnviHeader.Read(folder.File("empty.hdr"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Any_header_written_and_read_again_is_the_same()
    {
        var number = Gen.Double[1e-3, 1e5].Where(double.IsFinite);
        var name = Gen.Char["abcXYZ 0189_()[]=:;µé'"].Array[1, 12].Select(c => string.Join(' ', new string(c).Split(' ', StringSplitOptions.RemoveEmptyEntries))).Where(s => s.Length > 0);
        var maybe = Gen.Select(Gen.Bool, number, (given, value) => given ? value : (double?)null);
        var headers =
            from shape in Gen.Select(Gen.Int[1, 70000], Gen.Int[1, 70000], Gen.Int[1, 20], (l, s, b) => new CubeShape(l, s, b))
            from type in Any(Enum.GetValues<EnviDataType>())
            from interleave in Any(Enum.GetValues<Interleave>())
            from order in Any(Enum.GetValues<EnviByteOrder>())
            from offset in Gen.Long[0, 1L << 40]
            from units in Any(Enum.GetValues<EnviWavelengthUnits>())
            from lists in Gen.Select(number.Array[shape.Bands].Null(), number.Array[shape.Bands].Null(), Gen.Bool.Array[shape.Bands].Null(), Gen.Int[1, shape.Bands].Array[1, 3].Null())
            from scalars in Gen.Select(maybe, maybe, maybe)
            from names in Gen.Select(name.Array[1, 5].Null(), name.Array[shape.Bands].Null(), Gen.UInt[0, 0xFFFFFF].Array[1, 5].Null(), name.Null())
            select new EnviHeader
            {
                Shape = shape,
                DataType = type,
                Interleave = interleave,
                ByteOrder = order,
                HeaderOffset = offset,
                WavelengthUnits = units,
                Wavelengths = lists.Item1,
                Fwhm = lists.Item2,
                Bbl = lists.Item3,
                DefaultBands = lists.Item4,
                DataIgnoreValue = scalars.Item1,
                ReflectanceScaleFactor = scalars.Item2,
                CeilingCounts = scalars.Item3,
                ClassNames = names.Item1,
                BandNames = names.Item2,
                ClassLookup = names.Item3 is null ? null : Array.ConvertAll(names.Item3, c => $"#{c:X6}"),
                Description = names.Item4,
            };
        headers.Sample(
            written =>
            {
                // The first reading derives (nm, the unit's word); from then on nothing may change.
                var once = EnviHeader.Parse(written.ToText(), "once");
                Assert.Equal(written.Shape, once.Shape);
                Assert.Equal(written.Wavelengths, once.Wavelengths);
                Assert.Equal(written.Bbl, once.Bbl);
                Assert.Equal(written.DefaultBands, once.DefaultBands);
                Assert.Equal(written.DataIgnoreValue, once.DataIgnoreValue);
                Assert.Equal(written.ReflectanceScaleFactor, once.ReflectanceScaleFactor);
                Assert.Equal(written.CeilingCounts, once.CeilingCounts);
                Assert.Equal(written.ClassNames, once.ClassNames);
                Assert.Equal(written.BandNames, once.BandNames);
                Assert.Equal(written.ClassLookup, once.ClassLookup);
                Assert.Equal(written.Description, once.Description);
                EnviHeaderAssert.Same(once, EnviHeader.Parse(once.ToText(), "twice"));
            },
            iter: 500,
            threads: 1);
    }

    [Fact]
    public void Mutated_headers_are_read_or_refused_but_never_crash()
    {
        var seeds = Directory.EnumerateFiles(SharedData.Path("envi-headers"), "*.hdr").Where(file => new FileInfo(file).Length < 6000).Select(File.ReadAllBytes).Append(Encoding.UTF8.GetBytes(Least)).ToArray();
        var pieces = new[] { "{", "}", "\"", ";", "=", ",", "\n", "\r\n", "nan", "-1", "1e400", "99999999999999999999", "\0", "bands = 2147483647\n", "fwhm = {", "wavelength units = cm-1\n" };
        var edits = Gen.Select(Gen.Int[0, int.MaxValue], Gen.Int[0, 3], Any(pieces), Gen.Byte).Array[1, 6];
        Gen.Select(Any(seeds), edits).Sample(
            (seed, changes) =>
            {
                var bytes = seed.ToList();
                foreach (var (at, kind, piece, value) in changes)
                {
                    var position = at % (bytes.Count + 1);
                    switch (kind)
                    {
                        case 0: bytes.InsertRange(position, Encoding.UTF8.GetBytes(piece)); break;
                        case 1: bytes.RemoveRange(position, Math.Min(value, bytes.Count - position)); break;
                        case 2 when position < bytes.Count: bytes[position] = value; break;
                        default: bytes.RemoveRange(position, bytes.Count - position); break;
                    }
                }

                try
                {
                    var header = EnviHeader.Parse(Encoding.Latin1.GetString([.. bytes]), "mutant");

                    // Writing tidies names and descriptions that no list can hold; once tidy, nothing changes any more.
                    var tidy = EnviHeader.Parse(header.ToText(), "tidy");
                    Assert.Equal(header.Shape, tidy.Shape);
                    Assert.Equal(header.WavelengthsNanometres, tidy.WavelengthsNanometres);
                    EnviHeaderAssert.Same(tidy, EnviHeader.Parse(tidy.ToText(), "tidy"));
                }
                catch (BadInputException error)
                {
                    Assert.StartsWith("mutant", error.Message, StringComparison.Ordinal);
                }
            },
            iter: 3000,
            threads: 1);
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);
}
