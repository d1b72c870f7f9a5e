using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Devices.Phantom;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>With the phantom camera for real: tissue in view stands for whatever is in view.</summary>
public sealed class FrameReferenceSourceTests
{
    private static readonly ScanPlan Plan = new("plan", new WavelengthAxis([1000, 1075, 1150]), [2000, 2200, 2000], 0, 0.5, StoreRawCube: false)
    {
        Order = [2, 0, 1],
        Averages = 2,
        DarkEvery = 2,
        Light = new GpioLight(LightCoding.OneHot, [0, 1, 2], 0, WaitForSync: false),
    };

    private readonly PhantomCameraOptions _options = new() { Lines = 24, Samples = 32, Script = new SceneScript([new ScenePose(0, 0)]) };

    [Fact]
    public async Task Dark_is_taken_without_light_and_each_band_lies_in_its_place()
    {
        await using var camera = await OpenAsync(_options);
        var own = await camera.TakeDarkAsync(Plan, CancellationToken.None);
        var dark = await new FrameReferenceSource(camera, 16, 1000).TakeDarkAsync(Plan, CancellationToken.None);
        Assert.Equal(new CubeShape(24, 32, 3), dark.Shape);
        for (var band = 0; band < 3; band++)
        {
            Assert.Equal(own.BandMeans()[band], dark.BandMeans()[band], own.BandMeans()[band] * 0.01);
        }

        Assert.Equal(16, dark.CaptureMeans.Count);
        Assert.Equal(dark.Mean(), dark.CaptureMeans.Average(), 0.01);
        Assert.Contains("dark steadiness", ReferenceChecks.Dark(dark, camera.SaturationCounts).Select(c => c.Name));
        Assert.All(ReferenceChecks.Dark(dark, camera.SaturationCounts), c => Assert.True(c.Ok, c.ToString()));
    }

    [Fact]
    public async Task What_is_in_view_is_averaged_frame_by_frame_without_the_dark_ones_between()
    {
        var plain = new ScanPlan(Plan.Name, Plan.Wavelengths, Plan.ExposureMicroseconds, 0, 0.5, StoreRawCube: false);
        await using var first = await OpenAsync(_options);
        await using var second = await OpenAsync(_options);
        var expected = await new FrameReferenceSource(first, 32, 1000).TakeWhiteAsync(plain, CancellationToken.None);
        var found = await new FrameReferenceSource(second, 16, 1000).TakeWhiteAsync(Plan, CancellationToken.None);
        for (var band = 0; band < 3; band++)
        {
            Assert.Equal(expected.BandMeans()[band], found.BandMeans()[band], expected.BandMeans()[band] * 0.01);
        }

        Assert.Equal(found.Mean(), found.CaptureMeans.Average(), found.Mean() * 0.0001);
    }

    [Theory]
    [InlineData(PhantomFault.Dropped)]
    [InlineData(PhantomFault.Incomplete)]
    [InlineData(PhantomFault.Duplicate)]
    [InlineData(PhantomFault.CameraFault)]
    [InlineData(PhantomFault.Silence)]
    public async Task One_bad_frame_gives_no_reference(PhantomFault fault)
    {
        await using var camera = await OpenAsync(_options with { Faults = (capture, step) => (capture, step) == (1, 2) ? fault : PhantomFault.None });
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => new FrameReferenceSource(camera, 2, 200).TakeWhiteAsync(Plan, CancellationToken.None));
        Assert.Contains(camera.Identity.Serial, error.Message, StringComparison.Ordinal);
    }

    private static async Task<PhantomBandCamera> OpenAsync(PhantomCameraOptions options)
    {
        var camera = new PhantomBandCamera(options, TimeProvider.System);
        await camera.OpenAsync(ScanSchedule.Of(Plan), CancellationToken.None);
        return camera;
    }
}
