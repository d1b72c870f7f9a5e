using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Scan;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>What the plan asks for, found in the configuration or refused with the key that names it.</summary>
public sealed class ScanningSetupTests : IDisposable
{
    private static readonly SerialLight Serial = new(9600, "B{nm}", null, "", 100, []);
    private static readonly GpioLight Lines = new(LightCoding.OneHot, [0, 1], 0, false);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("serial", "Camera:LightPort is empty")]
    [InlineData("gpio", "name its profile in Board:ProfilePath")]
    public async Task A_light_that_the_configuration_does_not_name_is_refused_with_the_key(string light, string key)
    {
        await using var camera = new ScriptedFrameCamera(TimeProvider.System);
        var error = Assert.Throws<BadInputException>(() => Create(camera, ScanRig.Plan(2, SoftwareTrigger.Instance, light == "serial" ? Serial : Lines)));
        Assert.Contains(key, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trigger_line_without_a_board_is_refused_before_the_camera_is_opened()
    {
        await using var camera = new ScriptedFrameCamera(TimeProvider.System);
        var plan = ScanRig.Plan(2, new LineTrigger(100, null));
        await using var scanner = Create(camera, plan);
        var error = await Assert.ThrowsAsync<BadInputException>(() => scanner.OpenAsync(ScanSchedule.Of(plan), default));
        Assert.Contains("needs a board with a cameraTrigger line", error.Message, StringComparison.Ordinal);
        Assert.Empty(camera.Calls);
    }

    [Fact]
    public async Task A_camera_with_its_own_light_needs_neither()
    {
        await using var camera = new ScriptedFrameCamera(TimeProvider.System);
        var plan = ScanRig.Plan(2, SoftwareTrigger.Instance, new CameraLight("Filter", [1, 2], null));
        await using var scanner = Create(camera, plan);
        await scanner.OpenAsync(ScanSchedule.Of(plan), default);
        Assert.Equal(["open"], camera.Calls);
    }

    [Fact]
    public async Task The_appliance_sees_the_frame_camera_behind_the_cubes()
    {
        await using var camera = new ScriptedFrameCamera(TimeProvider.System);
        var plan = _folder.File("plan.json");
        await File.WriteAllTextAsync(plan, """{ "name": "p", "wavelengths": [1000, 1100], "exposureMicroseconds": 500, "pixelPitchMillimetres": 0.2 }""");
        var made = ApplianceCamera.Scanning(camera, Configuration("--Camera:PlanPath", plan), board: null, TimeProvider.System, NullLoggerFactory.Instance);
        await using var source = made.Source;
        Assert.Same(camera, made.Frames);
        Assert.Equal(("p", camera.Identity), (made.Plan!.Name, source.Camera));
    }

    private static ScanningCamera Create(ScriptedFrameCamera camera, ScanPlan plan) =>
        ScanningSetup.Create(camera, plan, Configuration(), board: null, TimeProvider.System, NullLoggerFactory.Instance);

    private static ApplianceConfiguration Configuration(params string[] arguments)
    {
        var configuration = ApplianceConfiguration.Load(arguments, new Dictionary<string, string>(), "/nowhere");
        configuration.ThrowIfFaulty();
        return configuration;
    }
}
