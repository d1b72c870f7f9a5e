using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.Kernel;
using HsiEdge.Devices.V4l2;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>The V4L2 adapter against a stand-in for the kernel at the system-call boundary; no real device takes part.</summary>
public sealed class V4l2CameraTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly V4l2Settings Settings = new()
    {
        Origin = "swir.json",
        PixelFormat = V4l2PixelFormat.Y12,
        Buffers = 4,
        ExposureControl = "exposure",
        ExposureUnitMicroseconds = 1,
        GainControl = "gain",
        GainUnitDecibels = 0.5,
        LineTrigger = [new("trigger_mode", 1)],
        FreeRun = [new("trigger_mode", 0)],
    };

    private readonly KernelVideo _kernel = new();
    private readonly CollectingLogger<V4l2Camera> _log = new();

    private static CancellationToken Limit => new CancellationTokenSource(Patience).Token;

    [Fact]
    public async Task Each_frame_has_the_pixels_number_and_time_that_the_driver_gave()
    {
        var sensor = _kernel.Plug(Sensor());
        await using (var camera = Camera())
        {
            await camera.OpenAsync(Limit);
            Assert.Equal((4, 6, 4095), (camera.Lines, camera.Samples, (int)camera.SaturationCounts));
            Assert.Equal(new CameraIdentity("vi-output, swir 9-0036", "platform:tegra-capture-vi:1", Synthetic: false), camera.Identity);
            Assert.Equal((true, false, 20, 100_000, 0, 24), Shape(camera.Limits));

            await camera.ArmAsync(FrameTrigger.Line, Limit);
            for (var i = 0; i < 10; i++)
            {
                var before = System.Diagnostics.Stopwatch.GetTimestamp();
                Assert.True(_kernel.Expose(sensor, sensor.Image((line, sample) => (1000 * line) + (10 * sample) + i)));
                var frame = await camera.ReadAsync(Limit);
                Assert.Null(frame.Fault);
                Assert.Equal((ulong)i, frame.FrameId);
                Assert.InRange((long)frame.DeviceTimestampNanoseconds, before - 1000, System.Diagnostics.Stopwatch.GetTimestamp());
                Assert.Equal(Enumerable.Range(0, 24).Select(p => (ushort)((1000 * (p / 6)) + (10 * (p % 6)) + i)), frame.Pixels.ToArray());
            }

            await camera.DisarmAsync(Limit);
            Assert.Equal(new V4l2Counters(10, 0, 0, 0), camera.Counters);
        }

        Assert.Equal((0, 0), (_kernel.OpenFiles, _kernel.Mappings));
    }

    [Fact]
    public async Task A_damaged_or_short_frame_is_named_and_carries_no_pixels()
    {
        var sensor = _kernel.Plug(Sensor());
        await using var camera = Camera();
        await camera.OpenAsync(Limit);
        await camera.ArmAsync(FrameTrigger.Line, Limit);
        var image = sensor.Image((_, _) => 7);
        _kernel.Expose(sensor, image, V4l2Abi.MonotonicClock | V4l2Abi.Damaged);
        _kernel.Expose(sensor, image, bytesUsed: 31);
        _kernel.Expose(sensor, image, flags: 0);

        var damaged = await camera.ReadAsync(Limit);
        Assert.Equal("the driver marks it as damaged", damaged.Fault);
        Assert.True(damaged.Pixels.IsEmpty);
        Assert.Equal("wrong size: 31 bytes instead of 108", (await camera.ReadAsync(Limit)).Fault);
        var whole = await camera.ReadAsync(Limit);
        Assert.Null(whole.Fault);
        Assert.Equal(0UL, whole.DeviceTimestampNanoseconds);
        await camera.DisarmAsync(Limit);
        Assert.Contains(_log.Lines, l => l.Contains("2 frames with faults", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Frames_that_nobody_takes_leave_a_gap_in_the_numbers_and_are_counted()
    {
        var sensor = _kernel.Plug(Sensor());
        await using var camera = Camera();
        await camera.OpenAsync(Limit);
        await camera.ArmAsync(FrameTrigger.Line, Limit);
        for (var i = 0; i < 7; i++)
        {
            await ExposeAsync(sensor, i);
        }

        await UntilAsync(() => camera.Counters.Frames == 7);
        var numbers = new List<ulong>();
        for (var i = 0; i < 4; i++)
        {
            numbers.Add((await camera.ReadAsync(Limit)).FrameId);
        }

        await ExposeAsync(sensor, 7);
        numbers.Add((await camera.ReadAsync(Limit)).FrameId);
        Assert.Equal([0UL, 1, 2, 3, 7], numbers);
        Assert.Equal(new V4l2Counters(8, 0, 3, 0), camera.Counters);
    }

    [Fact]
    public async Task Numbers_go_on_over_the_end_of_32_bits_and_over_a_stop()
    {
        var sensor = _kernel.Plug(Sensor());
        await using var camera = Camera();
        await camera.OpenAsync(Limit);
        await camera.ArmAsync(FrameTrigger.FreeRun, Limit);
        sensor.CountFrom(2_000_000_000);
        await ExposeAsync(sensor, 0);
        sensor.CountFrom(uint.MaxValue);
        await ExposeAsync(sensor, 0);
        await ExposeAsync(sensor, 0);
        Assert.Equal(2_000_000_000UL, (await camera.ReadAsync(Limit)).FrameId);
        Assert.Equal((ulong)uint.MaxValue, (await camera.ReadAsync(Limit)).FrameId);
        Assert.Equal(1UL << 32, (await camera.ReadAsync(Limit)).FrameId);
        await camera.DisarmAsync(Limit);
        Assert.False(sensor.IsStreaming);

        await camera.ArmAsync(FrameTrigger.Line, Limit);
        await ExposeAsync(sensor, 0);
        Assert.Equal((1UL << 32) + 1, (await camera.ReadAsync(Limit)).FrameId);
        Assert.Equal(1, sensor.ValueOf("Trigger Mode"));
    }

    [Fact]
    public async Task A_line_triggered_stream_goes_on_between_captures_and_what_nobody_asked_for_is_dropped()
    {
        var sensor = _kernel.Plug(Sensor());
        await using var camera = Camera();
        await camera.OpenAsync(Limit);
        await camera.ArmAsync(FrameTrigger.Line, Limit);
        await camera.DisarmAsync(Limit);
        await ExposeAsync(sensor, 1);
        await UntilAsync(() => camera.Counters.Unasked == 1);
        await camera.ArmAsync(FrameTrigger.Line, Limit);
        await ExposeAsync(sensor, 2);
        var frame = await camera.ReadAsync(Limit);
        Assert.Equal((1UL, 2), (frame.FrameId, frame.Pixels.Span[0]));
        Assert.Equal(1, sensor.Starts);
    }

    [Fact]
    public async Task Exposure_and_gain_are_set_once_and_in_the_drivers_units()
    {
        var sensor = _kernel.Plug(Sensor());
        await using var camera = Camera();
        await camera.OpenAsync(Limit);
        sensor.Writes.Clear();
        await camera.SetExposureAsync(5000, 6, Limit);
        await camera.SetExposureAsync(5000, 6, Limit);
        await camera.SetExposureAsync(7501, null, Limit);
        await camera.SetFeatureAsync("filter_position", -3, Limit);
        Assert.Equal([("Exposure", 5000L), ("Gain", 12L), ("Exposure", 7500L), ("Filter Position", -3L)], sensor.Writes);

        var coarse = await Assert.ThrowsAsync<BadInputException>(() => camera.SetExposureAsync(29, null, Limit));
        Assert.Contains("cannot expose 29 µs: the nearest that control 'exposure' holds is 20 µs", coarse.Message, StringComparison.Ordinal);
        var beyond = await Assert.ThrowsAsync<BadInputException>(() => camera.SetFeatureAsync("filter_position", 9, Limit));
        Assert.Contains("takes -4…4; asked for 9", beyond.Message, StringComparison.Ordinal);
        var unknown = await Assert.ThrowsAsync<BadInputException>(() => camera.SetFeatureAsync("HsiBandIndex", 1, Limit));
        Assert.Contains("has no control 'HsiBandIndex' that can be set; it has exposure, filter_position, gain, trigger_mode", unknown.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_is_unplugged_ends_the_wait_and_is_found_again_under_another_number()
    {
        var sensor = _kernel.Plug(Sensor());
        await using var camera = Camera();
        await camera.OpenAsync(Limit);
        await camera.ArmAsync(FrameTrigger.Line, Limit);
        var reading = camera.ReadAsync(Limit).AsTask();
        _kernel.Unplug(sensor);

        var away = await Assert.ThrowsAsync<CameraFaultException>(() => reading);
        Assert.Contains("went away: it was unplugged or its driver was removed", away.Message, StringComparison.Ordinal);
        Assert.Equal(away.Message, camera.AwayReason);
        await Assert.ThrowsAsync<CameraFaultException>(() => camera.ArmAsync(FrameTrigger.Line, Limit));
        await UntilAsync(() => _kernel.OpenFiles == 0 && _kernel.Mappings == 0);

        var back = _kernel.Plug(Sensor("/dev/video3"));
        await UntilAsync(() => camera.AwayReason is null);
        await camera.ArmAsync(FrameTrigger.Line, Limit);
        await ExposeAsync(back, 5);
        Assert.Equal(5, (await camera.ReadAsync(Limit)).Pixels.Span[0]);
        Assert.Contains(_log.Lines, l => l.StartsWith("Information: Camera vi-output, swir 9-0036 at platform:tegra-capture-vi:1 (/dev/video3) is back", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_device_that_is_unplugged_between_captures_is_missed()
    {
        var sensor = _kernel.Plug(Sensor());
        await using var camera = Camera();
        await camera.OpenAsync(Limit);
        _kernel.Unplug(sensor);
        await UntilAsync(() => camera.AwayReason is not null);
        Assert.Contains("No such device (19)", camera.AwayReason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_receiver_that_loses_its_signal_is_opened_anew()
    {
        var sensor = _kernel.Plug(Sensor());
        await using var camera = Camera();
        await camera.OpenAsync(Limit);
        await camera.ArmAsync(FrameTrigger.Line, Limit);
        sensor.SignalLost = true;
        var lost = await Assert.ThrowsAsync<CameraFaultException>(() => camera.ReadAsync(Limit).AsTask());
        Assert.Contains("its receiver lost the signal", lost.Message, StringComparison.Ordinal);
        sensor.SignalLost = false;
        await UntilAsync(() => camera.AwayReason is null);
        await camera.ArmAsync(FrameTrigger.Line, Limit);
        await ExposeAsync(sensor, 9);
        Assert.Equal(9, (await camera.ReadAsync(Limit)).Pixels.Span[0]);
    }

    [Fact]
    public async Task What_cannot_be_a_camera_is_refused_with_what_to_do()
    {
        await RefusedAsync<CameraFaultException>(new V4l2Options(), "Camera:Device is empty; there is no video device.");
        var sensor = _kernel.Plug(Sensor());
        await RefusedAsync<CameraFaultException>(new V4l2Options { Device = "imx" }, "Camera:Device is 'imx'; there are vi-output, swir 9-0036 at platform:tegra-capture-vi:1 (/dev/video0).");
        await RefusedAsync<BadInputException>(new V4l2Options { Settings = Settings with { PixelFormat = V4l2PixelFormat.Y16 } }, "gives Y12 when Y16 is asked");
        await RefusedAsync<BadInputException>(new V4l2Options { Settings = Settings with { Lines = 600, Samples = 6 } }, "gives 512 lines × 6 samples when 600 × 6 is asked");
        await RefusedAsync<BadInputException>(new V4l2Options { Settings = Settings with { ExposureUnitMicroseconds = null } }, "'exposure' of camera vi-output, swir 9-0036 at platform:tegra-capture-vi:1 (/dev/video0) has no unit of its own");
        await RefusedAsync<BadInputException>(new V4l2Options { Settings = Settings with { Controls = [new("black_level", 3)] } }, "no control 'black_level'");
        await RefusedAsync<BadInputException>(new V4l2Options { Settings = Settings with { Controls = [new("exposure", 33)] } }, "became 40 when 33 was asked; it goes in steps of 20 from 20");
        sensor.Occupy();
        await RefusedAsync<CameraFaultException>(new V4l2Options { Settings = Settings }, "is used by another program");
        _kernel.Plug(Sensor("/dev/video1"));
        await RefusedAsync<BadInputException>(new V4l2Options { Settings = Settings }, "Name one by its device file or its bus");
        sensor.OpenError = ErrorNumber.AccessDenied;
        await RefusedAsync<CameraFaultException>(new V4l2Options { Device = "/dev/video0", Settings = Settings }, "must be in the group 'video'");
        _kernel.Plug(new VideoSensor { Path = "/dev/video2", Card = "isp", Capabilities = V4l2Abi.CanCapturePlanes | V4l2Abi.CanStream });
        await RefusedAsync<BadInputException>(new V4l2Options { Device = "isp", Settings = Settings }, "gives its frames in planes");
        Assert.Equal((0, 0), (_kernel.OpenFiles, _kernel.Mappings));
    }

    [Fact]
    public async Task It_has_no_software_trigger_and_says_so()
    {
        _kernel.Plug(Sensor());
        await using var camera = Camera(Settings with { LineTrigger = null });
        await camera.OpenAsync(Limit);
        Assert.Equal((false, false), (camera.Limits.CanLineTrigger, camera.Limits.CanSoftwareTrigger));
        Assert.Contains("no software trigger", (await Assert.ThrowsAsync<BadInputException>(() => camera.ArmAsync(FrameTrigger.Software, Limit))).Message, StringComparison.Ordinal);
        Assert.Contains("names no 'lineTrigger'", (await Assert.ThrowsAsync<BadInputException>(() => camera.ArmAsync(FrameTrigger.Line, Limit))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<BadInputException>(() => camera.FireAsync(Limit));
    }

    private static (bool, bool, int, int, int, int) Shape(FrameCameraLimits limits) => (
        limits.CanLineTrigger, limits.CanSoftwareTrigger, (int)limits.ShortestExposureMicroseconds, (int)limits.LongestExposureMicroseconds,
        (int)limits.LowestGainDecibels!.Value, (int)limits.HighestGainDecibels!.Value);

    private static VideoSensor Sensor(string path = "/dev/video0") => new VideoSensor { Path = path }
        .With(0x009A0001, "Camera Controls", type: 6, 0, 0, 0, V4l2Abi.ControlReadOnly)
        .With(0x009A2001, "Exposure", type: 5, 20, 100_000, 20)
        .With(0x009A2002, "Gain", type: 1, 0, 48)
        .With(0x009A2003, "Trigger Mode", type: 3, 0, 1)
        .With(0x009A2004, "Filter Position", type: 1, -4, 4)
        .With(0x009A2005, "Sensor Modes", type: 1, 0, 30, flags: V4l2Abi.ControlReadOnly);

    private V4l2Camera Camera(V4l2Settings? settings = null) =>
        new(new V4l2Options { Settings = settings ?? Settings, WatchInterval = TimeSpan.FromMilliseconds(20) }, _kernel, TimeProvider.System, _log);

    private async Task RefusedAsync<T>(V4l2Options options, string because)
        where T : Exception
    {
        await using var camera = new V4l2Camera(options, _kernel, TimeProvider.System, _log);
        Assert.Contains(because, (await Assert.ThrowsAsync<T>(() => camera.OpenAsync(Limit))).Message, StringComparison.Ordinal);
    }

    /// <summary>The reading thread gives buffers back in its own time.</summary>
    private async Task ExposeAsync(VideoSensor sensor, int count)
    {
        var image = sensor.Image((_, _) => count);
        await UntilAsync(() => _kernel.IsReady(sensor));
        Assert.True(_kernel.Expose(sensor, image));
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        var limit = Limit;
        while (!condition())
        {
            await Task.Delay(5, limit);
        }
    }
}
