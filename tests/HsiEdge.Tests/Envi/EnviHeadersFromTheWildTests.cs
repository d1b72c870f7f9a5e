using System.Globalization;
using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;
using static HsiEdge.Core.Envi.EnviWavelengthUnits;

namespace HsiEdge.Tests.Envi;

/// <summary>34 headers of other people's instruments and programs: each parses, or is refused for the right reason; so is its use as a cube.</summary>
public sealed class EnviHeadersFromTheWildTests
{
    private const string NoWavelengths = "no usable key \"wavelength\"";

    /// <summary>
    /// file; lines × samples × bands; type; interleave; offset; unit used; first and last centre in nm of the presented axis (0 where none); bad bands;
    /// why it is no cube (null: it is one).
    /// </summary>
    private static readonly Row[] Table =
    [
        new("danforthcenter__plantcv__corn-kernel-hyperspectral", 31, 43, 580, 12, "bil", 0, Nanometres, 366.551, 1048.421, 0, null),
        new("danforthcenter__plantcv__darkReference2", 1, 1600, 978, 12, "bil", 0, Nanometres, 0, 0, 0, "35 values for 978 bands"),
        new("danforthcenter__plantcv__darkReference3", 1, 1600, 978, 12, "bil", 0, Nanometres, 379.027, 1000.95, 0, null),
        new("emit-sds__SpectralUnmixing__emit20250324t221005_jpl_unmix_ex", 10, 10, 285, 4, "bil", 0, Nanometres, 381.0055927, 2492.9238809, 41, null),
        new("emit-sds__emit-sds-l1b__AVIRIS3_FlatField_20230709", 328, 1280, 1, 4, "bsq", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__CWIS_BadElements_20220413", 328, 1280, 1, 2, "bsq", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__CWIS_LinearityBasis_22020331", 3, 65536, 1, 4, "bsq", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__CWIS_LinearityMap_22020331", 328, 1280, 2, 4, "bip", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__CWIS_SpatialScatter_20220406", 1280, 1280, 1, 4, "bip", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__CWIS_SpectralScatter_20220406", 328, 328, 1, 4, "bip", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__EMIT_CRF_Correction_20210111", 1280, 1280, 1, 4, "bsq", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__EMIT_FlatField_20220504", 328, 1280, 1, 4, "bip", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__EMIT_LinearityBasis_20220504", 3, 65536, 1, 4, "bip", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__EMIT_SRF_Correction_20210111", 328, 328, 1, 4, "bsq", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__EMIT_SpectralScatter_20220406", 328, 328, 1, 4, "bip", 0, null, 0, 0, 0, NoWavelengths),
        new("emit-sds__emit-sds-l1b__reference", 3, 1242, 288, 4, "bil", 0, Nanometres, 365.80463, 2504.28, 0, null),
        new("emit-sds__emit-sds-l2a__filtered_ocean", 1999, 1, 850, 4, "bip", 0, Nanometres, 350, 1199, 0, null),
        new("emit-sds__emit-sds-l2a__filtered_veg", 505, 1, 2151, 4, "bip", 0, Nanometres, 350, 2500, 0, null),
        new("emit-sds__emit-sds-l2a__surface_Liquids", 20, 1, 2151, 4, "bil", 0, Nanometres, 350, 2500, 0, null),
        new("hifexplo__hylite__Radiometric_2x2_1x1", 1, 384, 624, 4, "bil", 0, Nanometres, 377.35, 2503.73, 0, null),
        new("hifexplo__hylite__Radiometric_2x2_1x1_ce369c", 1, 1024, 598, 4, "bil", 0, Nanometres, 378.34, 2502.68, 0, null),
        new("hifexplo__hylite__Radiometric_4x2_1x1", 1, 384, 450, 4, "bil", 0, Nanometres, 378.19, 2503.73, 0, null),
        new("hifexplo__hylite__Radiometric_4x2_1x1_de383a", 1, 1024, 422, 4, "bil", 0, Nanometres, 379.17, 2502.68, 0, null),
        new("hifexplo__hylite__image", 31, 168, 450, 4, "bsq", 0, Nanometres, 378.19, 2503.73, 0, null),
        new("isofit__isofit-tutorials__AV320250308t200738_loc", 1, 1, 3, 5, "bsq", 0, null, 0, 0, 0, NoWavelengths),
        new("isofit__isofit-tutorials__AV320250308t200738_obs", 1, 1, 11, 5, "bsq", 0, null, 0, 0, 0, NoWavelengths),
        new("isofit__isofit-tutorials__prm20231110t071521_obs_two_px", 2, 1, 11, 4, "bil", 0, Nanometres, 0, 0, 0, "246 values for 11 bands"),
        new("isofit__isofit-tutorials__prm20231110t071521_rdn_two_px", 2, 1, 246, 4, "bil", 0, Nanometres, 350.5548293, 1045.6487295, 0, null),
        new("r-hyperspec__hySpc.read.ENVI__HySpexNIR", 13, 384, 288, 12, "bil", 2662400, Nanometres, 954.982492, 2511.034771, 0, null),

        // Wavenumbers by the axis title alone; in nm they descend, so that the last one (3999.70 cm⁻¹) comes first.
        new("r-hyperspec__hySpc.read.ENVI__example2", 30, 14, 1738, 4, "bip", 0, Wavenumbers, 1e7 / 3999.70, 1e7 / 649.90, 0, null),
        new("silmae__fpipy__house_crop_4b_RAD", 400, 400, 4, 5, "bsq", 0, Nanometres, 481.32, 840, 0, null),
        new("silmae__fpipy__house_crop_4b_RAW", 400, 400, 4, 12, "bsq", 0, null, 0, 0, 0, "\"wavelength units = SP1\""),
    ];

    private static readonly string[] NoEnviHeaders = ["danforthcenter__plantcv__arcgis", "danforthcenter__plantcv__darkReference_arcgis"];

    public static TheoryData<string> Names() => [.. Table.Select(row => row.File)];

    public static TheoryData<string> NotEnviNames() => [.. NoEnviHeaders];

    [Fact]
    public void The_table_names_every_header_of_the_folder()
    {
        var files = Directory.EnumerateFiles(SharedData.Path("envi-headers"), "*.hdr").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal);
        Assert.Equal(files, Table.Select(row => row.File).Concat(NoEnviHeaders).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Header_parses_to_the_facts(string file)
    {
        var row = Array.Find(Table, r => r.File == file)!;
        var header = EnviHeader.Read(PathOf(file));
        Assert.Equal(new CubeShape(row.Lines, row.Samples, row.Bands), header.Shape);
        Assert.Equal(row.Type, (int)header.DataType);
        Assert.Equal(row.Interleave, header.Interleave.ToString(), ignoreCase: true);
        Assert.Equal(EnviByteOrder.LittleEndian, header.ByteOrder);
        Assert.Equal(row.Offset, header.HeaderOffset);
        Assert.Equal(row.Units, header.EffectiveWavelengthUnits);
        Assert.Equal(row.BadBands, header.Bbl?.Count(good => !good) ?? 0);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Header_parses_to_what_the_index_counted(string file)
    {
        var lines = File.ReadAllLines(SharedData.Path("envi-headers", "INDEX.csv"));
        var columns = lines[0].Split(',');
        var found = Array.Find(lines, line => line.StartsWith($"{file}.hdr,", StringComparison.Ordinal));

        // One field of the index is quoted: its comma is not a separator.
        var quote = found!.IndexOf('"', StringComparison.Ordinal);
        var cells = (quote < 0 ? found : found[..quote] + found[quote..(found.LastIndexOf('"') + 1)].Replace(',', ' ') + found[(found.LastIndexOf('"') + 1)..]).Split(',');
        var header = EnviHeader.Read(PathOf(file));
        Assert.Equal(Cell("samples"), $"{header.Samples}");
        Assert.Equal(Cell("lines"), $"{header.Lines}");
        Assert.Equal(Cell("bands"), $"{header.Bands}");
        Assert.Equal(Cell("data_type"), $"{(int)header.DataType}");
        Assert.Equal(Cell("wavelength_units"), header.WavelengthUnitsText ?? "");
        Assert.Equal(Cell("n_wavelength"), $"{header.Wavelengths?.Length ?? 0}");
        Assert.Equal(Cell("n_fwhm"), $"{header.Fwhm?.Length ?? 0}");

        string Cell(string column) => cells[Array.IndexOf(columns, column)];
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Header_written_and_read_again_is_the_same(string file)
    {
        var header = EnviHeader.Read(PathOf(file));
        EnviHeaderAssert.Same(header, EnviHeader.Parse(header.ToText(), file));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Cube_is_opened_or_refused_for_the_right_reason(string file)
    {
        var row = Array.Find(Table, r => r.File == file)!;
        using var folder = new TemporaryFolder();
        var data = folder.File("zeros");
        using (var stream = File.Create(data))
        {
            // A hole in the file: no bytes on the disk.
            var header = EnviHeader.Read(PathOf(file));
            stream.SetLength(header.HeaderOffset + header.DataBytes);
        }

        if (row.NotACube is { } reason)
        {
            var error = Assert.Throws<BadInputException>(() => EnviCube.Open(PathOf(file), SpectralQuantity.RawCounts, data));
            Assert.Contains(reason, error.Message, StringComparison.Ordinal);
            Assert.Contains(file, error.Message, StringComparison.Ordinal);
            return;
        }

        using var cube = EnviCube.Open(PathOf(file), SpectralQuantity.RawCounts, data);
        Assert.Equal(row.Bands - row.BadBands, cube.Shape.Bands);
        Assert.Equal(row.BadBands, cube.BadBands.Count);
        Assert.Equal(row.FirstNanometres, cube.Wavelengths.First, 1e-6);
        Assert.Equal(row.LastNanometres, cube.Wavelengths.Last, 1e-6);
    }

    [Theory]
    [MemberData(nameof(NotEnviNames))]
    public void Header_of_another_format_is_refused_by_name(string file)
    {
        var error = Assert.Throws<BadInputException>(() => EnviHeader.Read(PathOf(file)));
        Assert.Contains("ESRI (ArcGIS)", error.Message, StringComparison.Ordinal);
        Assert.Contains("BYTEORDER I", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Special_keys_are_understood()
    {
        var hyspex = EnviHeader.Read(PathOf("r-hyperspec__hySpc.read.ENVI__HySpexNIR"));
        Assert.Equal(65535, hyspex.DataIgnoreValue);
        Assert.Equal([21, 118, 58], hyspex.DefaultBands!);
        Assert.Contains("Serialnumber = 3122", hyspex.Description, StringComparison.Ordinal);
        Assert.Equal("2018-07-31", hyspex.Other["acquisition date"]);

        var emit = EnviHeader.Read(PathOf("emit-sds__SpectralUnmixing__emit20250324t221005_jpl_unmix_ex"));
        Assert.Equal(-9999, emit.DataIgnoreValue);
        Assert.Equal(8.415, emit.FwhmNanometres![0], 1e-9);
        Assert.Equal("channel_284", emit.BandNames![^1]);

        var fenix = EnviHeader.Read(PathOf("hifexplo__hylite__Radiometric_2x2_1x1"));
        Assert.Equal("FENIX , Lumo - Recorder v2018-512", fenix.Other["sensor type"]);
        Assert.Equal("22.26", fenix.Other["scb temperature channel4"]);
        Assert.Contains(fenix.Warnings, warning => warning.Contains("Nanometres by the values", StringComparison.Ordinal));

        var obs = EnviHeader.Read(PathOf("isofit__isofit-tutorials__AV320250308t200738_obs"));
        Assert.Equal("Path length (m)", obs.BandNames![0]);
        Assert.Equal(11, obs.BandNames.Length);
    }

    private static string PathOf(string file) => SharedData.Path("envi-headers", string.Create(CultureInfo.InvariantCulture, $"{file}.hdr"));

    private sealed record Row(
        string File, int Lines, int Samples, int Bands, int Type, string Interleave, long Offset, EnviWavelengthUnits? Units,
        double FirstNanometres, double LastNanometres, int BadBands, string? NotACube);
}
