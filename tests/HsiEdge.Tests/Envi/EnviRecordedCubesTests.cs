using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Envi;

/// <summary>Cubes of other people's instruments: facts found with another program (NumPy), and what becomes of each.</summary>
public sealed class EnviRecordedCubesTests
{
    /// <summary>Sum of all values, smallest, largest.</summary>
    public static TheoryData<string, string, double, double, double> Facts() => new()
    {
        { "muufl-gulfport", "campus", 93326.19170583397, -0.1822535, 0.854496 },
        { "muufl-gulfport", "classdemo", 11452.168643383618, -0.1822535, 0.77411926 },
        { "muufl-gulfport", "aviris_like", 2747713550, -12, 8143 },
        { "hylite-fenix-calib", "fenix_Radiometric_8x2_1x1", 14871.973649820779, 0.0020899656, 6.145058 },
        { "fpi-raw", "house_crop_4b_RAW", 101050315, 79, 528 },
        { "hyspc-envi", "toy", 200895967, 0, 11386 },
        { "isofit-pixels", "AV320250308t200738_rdn", 1308.0354386940598, 0.018956318, 14.821371 },
        { "isofit-pixels", "prm20231110t071521_rdn_two_px", 1251.7154489681125, 0.04299126, 7.78472 },
        { "isofit-pixels", "prm20231110t071521_surface_class", 1, 0, 1 },
    };

    [Theory]
    [MemberData(nameof(Facts))]
    public void Values_are_those_that_another_program_found(string folder, string name, double sum, double lowest, double highest)
    {
        using var image = EnviImage.Open(SharedData.Path(folder, $"{name}.hdr"));
        var values = new double[image.Shape.ValueCount];
        image.ReadPixels(0, (int)image.Shape.PixelCount, values.AsSpan());
        Assert.Equal(sum, values.Sum(), Math.Abs(sum) * 1e-12);
        Assert.Equal((float)lowest, (float)values.Min());
        Assert.Equal((float)highest, (float)values.Max());
    }

    [Theory]
    [InlineData("AV320250308t200738_loc", 0)]
    [InlineData("AV320250308t200738_obs", 0)]
    [InlineData("AV320250308t200738_rdn", 1)]
    public void Pixel_is_what_its_publisher_also_wrote_as_text(string name, int column)
    {
        using var image = EnviImage.Open(SharedData.Path("isofit-pixels", $"{name}.hdr"));
        var expected = File.ReadAllText(SharedData.Path("isofit-pixels", $"{name}.txt")).Split(column == 0 ? ['\n', ' ', '\t', ','] : ['\n'], StringSplitOptions.RemoveEmptyEntries)
            .Select(line => double.Parse(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[column])).ToArray();
        var values = new double[image.Shape.Bands];
        image.ReadPixels(0, 1, values.AsSpan());
        Assert.Equal(expected.Length, values.Length);
        Assert.All(values.Zip(expected), pair => Assert.Equal(pair.Second, pair.First, Math.Abs(pair.Second) * 1e-6));
    }

    [Theory]
    [InlineData("muufl-gulfport", "campus", SpectralQuantity.Reflectance, "within −0.182…0.854")]
    [InlineData("muufl-gulfport", "classdemo", SpectralQuantity.Reflectance, "within −0.182…0.774")]
    [InlineData("muufl-gulfport", "aviris_like", SpectralQuantity.RawCounts, "integer data (Int16)")]
    [InlineData("hylite-fenix-calib", "fenix_Radiometric_8x2_1x1", SpectralQuantity.RawCounts, "outside −0.5…2")]
    [InlineData("plantcv-envi-raw-dark", "corn-kernel-hyperspectral", SpectralQuantity.RawCounts, "integer data (UInt16)")]
    [InlineData("plantcv-envi-raw-dark", "darkReference", SpectralQuantity.RawCounts, "integer data (UInt16)")]
    [InlineData("isofit-pixels", "prm20231110t071521_rdn_two_px", SpectralQuantity.RawCounts, "outside −0.5…2")]
    public void Quantity_is_judged_by_the_data(string folder, string name, SpectralQuantity quantity, string reason)
    {
        using var cube = EnviCube.Open(SharedData.Path(folder, $"{name}.hdr"));
        Assert.Equal(quantity, cube.Quantity);
        Assert.Contains(reason.Replace('−', '-'), cube.QuantityReason.Replace('−', '-'), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("plantcv-envi-raw-dark", "arcgis", "ESRI (ArcGIS)")]
    [InlineData("plantcv-envi-raw-dark", "darkReference_arcgis", "ESRI (ArcGIS)")]
    [InlineData("plantcv-envi-raw-dark", "darkReference2", "no data file beside it")]
    [InlineData("plantcv-envi-raw-dark", "darkReference4", "\"interleave = bup\"")]
    [InlineData("hyspc-envi", "HySpexNIR", "no data file beside it")]
    [InlineData("hyspc-envi", "toy", "no usable key \"wavelength\"")]
    [InlineData("fpi-raw", "house_crop_4b_RAW", "\"wavelength units = SP1\"")]
    [InlineData("isofit-pixels", "prm20231110t071521_loc_two_px", "246 values for 3 bands")]
    [InlineData("muufl-gulfport", "campus_mask", "no usable key \"wavelength\"")]
    public void What_is_no_cube_is_refused_with_the_reason(string folder, string name, string reason)
    {
        var error = Assert.Throws<BadInputException>(() => EnviCube.Open(SharedData.Path(folder, $"{name}.hdr")));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Overlapping_detectors_of_the_airborne_cube_are_merged()
    {
        using var cube = EnviCube.Open(SharedData.Path("muufl-gulfport", "aviris_like.hdr"));
        Assert.Equal(224, cube.Wavelengths.Count);
        Assert.Contains("667.54 to 655.48 nm at band 33", Assert.Single(cube.Warnings), StringComparison.Ordinal);

        // Bands 32 and 33 of the file (1-based) change places: the spectrum at 655.48 nm is the file's band 33.
        var at = cube.Wavelengths.Nanometres.IndexOf(655.48);
        Assert.Equal(32, cube.FileBands[at]);
        var presented = new float[224];
        var stored = new short[224];
        cube.ReadPixels(4000, 1, presented);
        cube.Image.ReadValues<short>(4000, 1, stored);
        Assert.Equal(stored[32], presented[at]);
    }

    [Fact]
    public void Mask_of_the_campus_cube_is_a_class_image()
    {
        var mask = EnviClassification.Read(SharedData.Path("muufl-gulfport", "campus_mask.hdr"));
        Assert.Equal((51, 88), (mask.Lines, mask.Samples));
        Assert.Equal(File.ReadAllBytes(SharedData.Path("muufl-gulfport", "campus_mask.img")), mask.Values);
        Assert.Null(mask.Names);
        Assert.Equal([1, 0], EnviClassification.Read(SharedData.Path("isofit-pixels", "prm20231110t071521_surface_class.hdr")).Values);
    }
}
