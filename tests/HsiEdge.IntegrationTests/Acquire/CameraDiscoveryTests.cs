using HsiEdge.Core.Acquire;
using HsiEdge.Devices.GenICam;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>Cameras are found over the real protocol and chosen by name; every way it can fail says what was found and what to do.</summary>
public sealed class CameraDiscoveryTests
{
    [Fact]
    public async Task Cameras_are_found_with_serial_address_and_protocol()
    {
        await using var first = await FakeGigECamera.StartAsync();
        await using var second = await FakeGigECamera.StartAsync();
        var found = CameraDiscovery.List().Where(c => c.Serial == first.Serial || c.Serial == second.Serial).ToList();
        Assert.Equal(2, found.Count);
        Assert.All(found, c => Assert.Equal(("GigEVision", "Aravis", "Fake"), (c.Protocol, c.Vendor, c.Model)));
        Assert.Equal(first.Address, CameraDiscovery.Choose(found, first.Serial).Address);
        Assert.Equal(second.Serial, CameraDiscovery.Choose(found, second.Address).Serial);
        Assert.Equal(second.Serial, CameraDiscovery.Choose(found, found.Single(c => c.Serial == second.Serial).Id).Serial);
        Assert.Equal(first.Serial, CameraDiscovery.Choose([.. found.Where(c => c.Serial == first.Serial)], "").Serial);

        var unnamed = Assert.Throws<CameraFaultException>(() => CameraDiscovery.Choose(found, ""));
        Assert.Contains("2 cameras answer", unnamed.Message, StringComparison.Ordinal);
        Assert.Contains(first.Serial, unnamed.Message, StringComparison.Ordinal);
        Assert.Contains(second.Serial, unnamed.Message, StringComparison.Ordinal);
        var wrong = Assert.Throws<CameraFaultException>(() => CameraDiscovery.Choose(found, "SN-9"));
        Assert.Contains("'SN-9'", wrong.Message, StringComparison.Ordinal);
        Assert.Contains(first.Address, wrong.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_camera_that_is_gone_is_not_found()
    {
        await using var camera = await FakeGigECamera.StartAsync();
        await camera.KillAsync();
        Assert.DoesNotContain(CameraDiscovery.List(), c => c.Serial == camera.Serial);
        await camera.StartAgainAsync();
        Assert.Contains(CameraDiscovery.List(), c => c.Serial == camera.Serial);
    }
}
