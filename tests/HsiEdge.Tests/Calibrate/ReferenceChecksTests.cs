using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Devices.Phantom;
using Xunit;

namespace HsiEdge.Tests.Calibrate;

public sealed class ReferenceChecksTests
{
    private const double Full = 4000;
    private static readonly CubeShape Shape = new(12, 12, 2);
    private static readonly ReferenceFrame Dark = Frame((_, _) => 100);

    [Fact]
    public async Task The_phantoms_own_references_pass()
    {
        await using var camera = new PhantomBandCamera(new PhantomCameraOptions(), TimeProvider.System);
        var plan = PhantomCameraOptions.DefaultPlan;
        var dark = await camera.TakeDarkAsync(plan, CancellationToken.None);
        ReferenceChecks.Require(ReferenceChecks.Dark(dark, camera.SaturationCounts));
        ReferenceChecks.Require(ReferenceChecks.White(await camera.TakeWhiteAsync(plan, CancellationToken.None), dark, camera.SaturationCounts));
    }

    [Theory]
    [InlineData("light", "dark level")]
    [InlineData("hot", "dark saturated")]
    [InlineData("leak", "dark pattern")]
    [InlineData("moving", "dark steadiness")]
    public void A_dark_reference_that_is_none_is_refused(string what, string check)
    {
        var frame = what switch
        {
            "light" => Frame((_, _) => 2000),
            "hot" => Frame((line, sample) => line == 0 && sample < 2 ? 4000 : 0),
            "leak" => Frame((line, _) => line < 2 ? 700 : 100),
            _ => Frame((_, _) => 100, 60, 140, 100, 150),
        };
        var checks = ReferenceChecks.Dark(frame, Full);
        Assert.Equal([check], checks.Where(c => !c.Ok).Select(c => c.Name));
        Assert.Contains(check, Assert.Throws<BadInputException>(() => ReferenceChecks.Require(checks)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("flat", null)]
    [InlineData("steady", null)]
    [InlineData("flickering", "white steadiness")]
    [InlineData("dark", "white level")]
    [InlineData("saturated", "white saturated")]
    [InlineData("striped", "white smoothness")]
    [InlineData("corner", "white corners")]
    public void A_white_reference_that_is_none_is_refused(string what, string? check)
    {
        var frame = what switch
        {
            "flat" => Frame((line, sample) => 3000 - (10 * (line + sample))),
            "steady" => Frame((_, _) => 3000, 2940, 3060),
            "flickering" => Frame((_, _) => 3000, 2900, 3100),
            "dark" => Frame((_, _) => 120),
            "saturated" => Frame((line, _) => line == 0 ? 4000 : 3900),
            "striped" => Frame((_, sample) => sample % 2 == 0 ? 3000 : 1500),
            _ => Frame((line, sample) => line < 4 && sample < 4 ? 110 : 3000),
        };
        Assert.Equal(check is null ? [] : [check], ReferenceChecks.White(frame, Dark, Full).Where(c => !c.Ok).Select(c => c.Name));
    }

    private static ReferenceFrame Frame(Func<int, int, float> level, params double[] captureMeans) =>
        new(Shape, [.. Enumerable.Range(0, (int)Shape.ValueCount).Select(i => level(i / 2 / Shape.Samples, i / 2 % Shape.Samples))]) { CaptureMeans = captureMeans };
}
