using HsiEdge.Core.Cubes;
using Xunit;

namespace HsiEdge.Tests.Cubes;

public sealed class WavelengthAxisTests
{
    [Fact]
    public void Refuses_wavelengths_that_do_not_increase()
    {
        var error = Assert.Throws<ArgumentException>(() => new WavelengthAxis([1000, 1010, 1010]));
        Assert.Contains("band 2", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    [InlineData(0)]
    [InlineData(-5)]
    public void Refuses_values_that_are_no_wavelength(double value) =>
        Assert.Throws<ArgumentException>(() => new WavelengthAxis([value]));

    [Fact]
    public void Linear_axis_hits_both_ends_exactly()
    {
        var axis = WavelengthAxis.Linear(1000, 1600, 96);
        Assert.Equal(96, axis.Count);
        Assert.Equal(1000, axis.First);
        Assert.Equal(1600, axis.Last);
    }
}
