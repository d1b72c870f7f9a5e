using HsiEdge.Phantom.Optics;
using Xunit;

namespace HsiEdge.Tests.Phantom;

public sealed class ChromophoreTests
{
    /// <summary>Kou, Labrie and Chylek, Appl. Opt. 32 (1993) 3531: 1/cm. The table interpolates the same measurements: half a percent, or the last digit quoted.</summary>
    [Theory]
    [InlineData(1000, 0.407)]
    [InlineData(1075, 0.141)]
    [InlineData(1150, 0.980)]
    [InlineData(1210, 1.257)]
    [InlineData(1275, 1.104)]
    [InlineData(1300, 1.324)]
    [InlineData(1350, 3.20)]
    [InlineData(1400, 16.96)]
    [InlineData(1450, 32.7)]
    [InlineData(1500, 21.9)]
    [InlineData(1550, 11.9)]
    [InlineData(1600, 7.71)]
    public void Water_agrees_with_Kou(double nanometres, double perCentimetre) =>
        Assert.InRange(Chromophores.Water.At(nanometres), perCentimetre * 0.995, perCentimetre * 1.005);

    /// <summary>The tables' own source states these for a liver composition, in 1/mm. They come out only with decadic haemoglobin tables.</summary>
    [Theory]
    [InlineData(600, 0.314619)]
    [InlineData(700, 0.036097)]
    [InlineData(1000, 0.067854)]
    public void A_liver_absorbs_as_the_source_of_the_tables_says(double nanometres, double perMillimetre)
    {
        var liver = new TissueLayer(0.87, 0.02, HaemoglobinMicromolar: 190, OxygenSaturation: 124.0 / 190, 8.4 * Math.Pow(2, 0.55), 0.55);
        Assert.Equal(perMillimetre, liver.AbsorptionPerCentimetre(nanometres) / 10, 2e-6);
    }

    [Fact]
    public void Fat_peaks_at_1210_nm_where_it_absorbs_more_than_at_both_sides()
    {
        var peak = Enumerable.Range(1170, 80).MaxBy(nm => Chromophores.Fat.At(nm));
        Assert.InRange(peak, 1200, 1220);
    }

    [Theory]
    [InlineData(399.9)]
    [InlineData(1602.1)]
    [InlineData(double.NaN)]
    public void Nothing_is_extrapolated_beyond_the_tables(double nanometres) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Chromophores.Water.At(nanometres));

    /// <summary>Depths of the literature for tissue of 75 % water, between gastric mucosa (a 18.8, b 1.90) and soft tissue (a 18.9, b 1.286).</summary>
    [Theory]
    [InlineData(1075, 6.6, 8.4)]
    [InlineData(1210, 2.2, 2.8)]
    [InlineData(1275, 2.5, 3.2)]
    [InlineData(1350, 1.3, 1.6)]
    [InlineData(1450, 0.22, 0.22)]
    [InlineData(1600, 0.8, 0.8)]
    public void Light_reaches_as_deep_as_the_literature_says(double nanometres, double shallowMillimetres, double deepMillimetres)
    {
        var mucosa = new TissueLayer(0.75, 0, 0, 0, 18.8, 1.90).PenetrationDepthMillimetres(nanometres);
        var soft = new TissueLayer(0.75, 0, 0, 0, 18.9, 1.286).PenetrationDepthMillimetres(nanometres);
        Assert.Equal(shallowMillimetres, soft, shallowMillimetres * 0.1);
        Assert.Equal(deepMillimetres, mucosa, deepMillimetres * 0.1);
    }
}
