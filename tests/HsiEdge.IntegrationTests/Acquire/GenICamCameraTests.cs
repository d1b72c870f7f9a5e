using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.GenICam;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>A GigE Vision camera over the real protocol: opened, set up, triggered, read.</summary>
public sealed class GenICamCameraTests
{
    [Fact]
    public async Task Every_software_trigger_makes_the_next_frame()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.Features);
        Assert.Equal((GenICamRig.Lines, GenICamRig.Samples, 255.0), (rig.Camera.Lines, rig.Camera.Samples, rig.Camera.SaturationCounts));
        Assert.Equal((rig.Fake.Serial, true), (rig.Camera.Identity.Serial, rig.Camera.Identity.Synthetic));
        Assert.True(rig.Camera.Limits is { CanLineTrigger: true, CanSoftwareTrigger: true, FeatureWriteMicroseconds: > 0, ShortestExposureMicroseconds: > 0 });
        Assert.Null(rig.Camera.AwayReason);

        // The stream runs on from capture to capture: numbers go on.
        CameraFrame? before = null;
        for (var capture = 0; capture < 3; capture++)
        {
            await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
            for (var i = 0; i < 8; i++)
            {
                await rig.Camera.SetExposureAsync(10_000, null, GenICamRig.Within(10));
                await rig.Camera.FireAsync(GenICamRig.Within(10));
                var frame = await rig.Camera.ReadAsync(GenICamRig.Within(10));
                Assert.Null(frame.Fault);
                GenICamRig.AssertWholeFrame(frame);
                if (before is { } last)
                {
                    Assert.Equal(last.FrameId + 1, frame.FrameId);
                    Assert.True(frame.HostTimestamp > last.HostTimestamp && frame.DeviceTimestampNanoseconds > last.DeviceTimestampNanoseconds);
                }

                before = frame;
            }

            await rig.Camera.DisarmAsync(GenICamRig.Within(10));
        }

        Assert.Equal((24L, 0L, 0L), (rig.Camera.Counters.Frames, rig.Camera.Counters.Faults, rig.Camera.Counters.Dropped));
    }

    [Fact]
    public async Task A_frame_that_came_while_nobody_asked_is_not_given_to_the_next_capture()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.Features);
        await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await rig.Camera.FireAsync(GenICamRig.Within(10));
        await GenICamRig.UntilAsync(() => rig.Camera.Counters.Frames == 1, "the frame arrived");
        await rig.Camera.DisarmAsync(GenICamRig.Within(10));
        await rig.Camera.FireAsync(GenICamRig.Within(10));
        await GenICamRig.UntilAsync(() => rig.Camera.Counters.Unasked == 1, "the unasked frame arrived");

        await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await rig.Camera.FireAsync(GenICamRig.Within(10));
        var frame = await rig.Camera.ReadAsync(GenICamRig.Within(10));
        await rig.Camera.FireAsync(GenICamRig.Within(10));
        Assert.Equal(frame.FrameId + 1, (await rig.Camera.ReadAsync(GenICamRig.Within(10))).FrameId);
        Assert.Equal((3L, 1L), (rig.Camera.Counters.Frames, rig.Camera.Counters.Unasked));
    }

    [Fact]
    public async Task Sixteen_bit_frames_are_whole_and_the_shipped_file_suits_the_scene_server()
    {
        var file = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "cameras", "scene-server.json");
        await using var rig = await GenICamRig.OpenAsync(CameraFeatureFile.Read(file));
        Assert.Equal((128, 160, 65_535.0), (rig.Camera.Lines, rig.Camera.Samples, rig.Camera.SaturationCounts));
        await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await rig.Camera.FireAsync(GenICamRig.Within(10));
        var frame = await rig.Camera.ReadAsync(GenICamRig.Within(10));
        Assert.Equal((null, 128 * 160), (frame.Fault, frame.Pixels.Length));
        Assert.True(frame.Pixels.Span.ToArray().Distinct().Count() > 100);
    }

    [Fact]
    public async Task An_exposure_holds_for_the_triggers_after_it()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.Features);
        await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        var means = new List<double>();
        foreach (var exposure in new[] { 10_000.0, 3_000, 10_000, 1_000 })
        {
            await rig.Camera.SetExposureAsync(exposure, null, GenICamRig.Within(10));
            await rig.Camera.FireAsync(GenICamRig.Within(10));
            means.Add((await rig.Camera.ReadAsync(GenICamRig.Within(10))).Pixels.ToArray().Average(p => p));
        }

        // The fake camera brightens with the logarithm of the exposure: 1 at 10,000 µs, 0 at 1,000 µs.
        Assert.Equal(1 + Math.Log10(0.3), means[1] / means[0], 0.05);
        Assert.Equal(1, means[2] / means[0], 0.05);
        Assert.Equal(0, means[3]);
    }

    [Theory]
    [InlineData("Width", 5_000.0, "'Width'", "asked for 5000", "1…2048")]
    [InlineData("ShutterSpeed", 3.0, "'ShutterSpeed'", "asked for 3", "ShutterSpeed")]
    [InlineData("PixelFormat", "Mono14", "'PixelFormat'", "asked for 'Mono14'", "Mono14")]
    [InlineData("PixelFormat", 3.0, "'PixelFormat'", "asked for 3", "it takes a text")]
    [InlineData("Height", true, "'Height'", "asked for true", "it takes a whole number")]
    [InlineData("SensorWidth", 100.0, "'SensorWidth'", "asked for 100", "SensorWidth")]
    public async Task A_feature_the_camera_does_not_take_as_asked_is_refused_by_name(string feature, object value, string name, string asked, string found)
    {
        var features = GenICamRig.Features with { Others = [new CameraFeature(feature, value)] };
        var error = await Assert.ThrowsAsync<BadInputException>(() => GenICamRig.OpenAsync(features));
        Assert.Contains("camera.json", error.Message, StringComparison.Ordinal);
        Assert.Contains(name, error.Message, StringComparison.Ordinal);
        Assert.Contains(asked, error.Message, StringComparison.Ordinal);
        Assert.Contains(found, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_feature_of_the_plan_is_set_within_its_range_or_refused_by_name()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.Features);
        await rig.Camera.SetFeatureAsync("OffsetX", 8, GenICamRig.Within(10));
        var outside = await Assert.ThrowsAsync<BadInputException>(() => rig.Camera.SetFeatureAsync("Width", 5_000, GenICamRig.Within(10)));
        Assert.Contains("'Width'", outside.Message, StringComparison.Ordinal);
        Assert.Contains("1…2048", outside.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<BadInputException>(() => rig.Camera.SetFeatureAsync("HsiBandIndex", 1, GenICamRig.Within(10)));
        Assert.Contains("'HsiBandIndex'", unknown.Message, StringComparison.Ordinal);
        Assert.Null(rig.Camera.AwayReason);
    }

    [Fact]
    public async Task A_camera_held_by_another_says_so_and_the_holder_is_not_disturbed()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.Features);
        await using var second = GenICamRig.Make(rig.Fake, GenICamRig.Features, NullLogger<GenICamCamera>.Instance);
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => second.OpenAsync(GenICamRig.Within(20)));
        Assert.Contains("held by another", error.Message, StringComparison.Ordinal);
        Assert.Contains(rig.Fake.Serial, error.Message, StringComparison.Ordinal);

        await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await rig.Camera.FireAsync(GenICamRig.Within(10));
        Assert.Null((await rig.Camera.ReadAsync(GenICamRig.Within(10))).Fault);
        await rig.Camera.DisposeAsync();
        await second.OpenAsync(GenICamRig.Within(20));
        Assert.Equal(rig.Fake.Serial, second.Identity.Serial);
    }

    [Fact]
    public async Task Of_two_cameras_each_is_opened_by_its_serial()
    {
        await using var first = await GenICamRig.OpenAsync(GenICamRig.Features);
        await using var second = await GenICamRig.OpenAsync(GenICamRig.Features with { PixelFormat = GenICamPixelFormat.Mono16 });
        foreach (var rig in new[] { first, second })
        {
            Assert.Equal(rig.Fake.Serial, rig.Camera.Identity.Serial);
            await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
            await rig.Camera.FireAsync(GenICamRig.Within(10));
            Assert.Null((await rig.Camera.ReadAsync(GenICamRig.Within(10))).Fault);
        }
    }

    [Fact]
    public async Task A_camera_that_does_not_answer_is_named_with_what_to_do()
    {
        await using var fake = await FakeGigECamera.StartAsync();
        await using var camera = GenICamRig.Make(fake, GenICamRig.Features, NullLogger<GenICamCamera>.Instance);
        await fake.KillAsync();
        var error = await Assert.ThrowsAsync<CameraFaultException>(() => camera.OpenAsync(GenICamRig.Within(20)));
        Assert.Contains(fake.Serial, error.Message, StringComparison.Ordinal);
        Assert.Contains("Check its power", error.Message, StringComparison.Ordinal);
        await fake.StartAgainAsync();
        await camera.OpenAsync(GenICamRig.Within(20));
    }
}
