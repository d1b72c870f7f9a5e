using HsiEdge.Core.Envi;
using Xunit;

namespace HsiEdge.Tests.Envi;

/// <summary>Two headers say the same.</summary>
internal static class EnviHeaderAssert
{
    public static void Same(EnviHeader expected, EnviHeader actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.Equal(expected.DataType, actual.DataType);
        Assert.Equal(expected.Interleave, actual.Interleave);
        Assert.Equal(expected.ByteOrder, actual.ByteOrder);
        Assert.Equal(expected.HeaderOffset, actual.HeaderOffset);
        Assert.Equal(expected.FileType, actual.FileType);
        Assert.Equal(expected.Description, actual.Description);
        Assert.Equal(expected.WavelengthUnits, actual.WavelengthUnits);
        Assert.Equal(expected.EffectiveWavelengthUnits, actual.EffectiveWavelengthUnits);
        Assert.Equal(expected.Wavelengths, actual.Wavelengths);
        Assert.Equal(expected.WavelengthsNanometres, actual.WavelengthsNanometres);
        Assert.Equal(expected.WavelengthProblem, actual.WavelengthProblem);
        Assert.Equal(expected.Fwhm, actual.Fwhm);
        Assert.Equal(expected.FwhmNanometres, actual.FwhmNanometres);
        Assert.Equal(expected.Bbl, actual.Bbl);
        Assert.Equal(expected.DefaultBands, actual.DefaultBands);
        Assert.Equal(expected.DataIgnoreValue, actual.DataIgnoreValue);
        Assert.Equal(expected.ReflectanceScaleFactor, actual.ReflectanceScaleFactor);
        Assert.Equal(expected.CeilingCounts, actual.CeilingCounts);
        Assert.Equal(expected.ClassNames, actual.ClassNames);
        Assert.Equal(expected.ClassLookup, actual.ClassLookup);
        Assert.Equal(expected.BandNames, actual.BandNames);
        Assert.Equal(expected.Other.Where(e => e.Key != "ceiling"), actual.Other.Where(e => e.Key != "ceiling"));
    }
}
