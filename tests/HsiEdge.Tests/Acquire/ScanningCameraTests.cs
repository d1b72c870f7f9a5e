using System.Runtime.InteropServices;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Light;
using HsiEdge.Devices.Scan;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>A capture of the scanning camera: light, trigger, pulse, frame; and its end, whatever ends it.</summary>
public sealed class ScanningCameraTests
{
    private static readonly LineTrigger Line = new(PulseMicroseconds: 100, SpacingMicroseconds: null);
    private static readonly GpioLight OneHot = new(LightCoding.OneHot, [0, 1, 2], 0, WaitForSync: false);

    [Fact]
    public async Task Each_frame_is_taken_in_the_light_of_its_step_and_its_pulse_is_told_first()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, OneHot));
        await rig.CaptureAsync();
        Assert.Equal([1, 2, 4], rig.Frames.Select(f => (int)f.Light));
        Assert.Equal([1, 2, 3], rig.Frames.Select(f => f.SentBefore));
        Assert.Equal([0, 1, 2], rig.Sent.Select(s => s.Step));
        Assert.All(rig.Frames, f => Assert.True(f.Frame.Complete));
        Assert.All(rig.Frames.Zip(rig.Sent), p => Assert.True(p.First.Frame.HostTimestamp > p.Second.Timestamp));
        Assert.Equal([1, 0, 2, 0, 4, 0], rig.Lights);
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_cube_carries_the_sensors_temperature()
    {
        // Without an exposure line: what its edges do to the ledger is tested elsewhere.
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, OneHot), PinRole.CameraTrigger, PinRole.SourceStep, PinRole.SourceStep, PinRole.SourceStep);
        await using var source = new FrameCubeSource(rig.Scanner, rig.Schedule.Plan, new AcquireOptions(), TimeProvider.System, NullLogger<FrameCubeSource>.Instance);
        await source.OpenAsync(TestContext.Current.CancellationToken);
        rig.Camera.TemperatureCelsius = 23.5;
        var trigger = new TriggerEvent(1, TimeProvider.System.GetTimestamp(), DateTimeOffset.UnixEpoch, TriggerCause.Command);
        using var cube = await source.AcquireAsync(trigger, TestContext.Current.CancellationToken);
        Assert.Equal(23.5, cube.SensorTemperatureCelsius);
    }

    [Fact]
    public async Task The_settle_time_passes_between_the_light_and_the_pulse()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, OneHot, settle: 20_000));
        var lit = new List<long>();
        using var observation = rig.Board.Observe(c =>
        {
            if (c.Line.Role == PinRole.SourceStep && c.Active)
            {
                lit.Add(c.TimestampNanoseconds);
            }
        });
        await rig.CaptureAsync();
        Assert.All(lit.Zip(rig.Sent), p => Assert.True(p.Second.Timestamp - p.First >= 20_000_000));
    }

    [Fact]
    public async Task Exposure_edges_reach_the_ledger_at_kernel_time()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line));
        await rig.CaptureAsync();
        Assert.Equal(3, rig.Edges.Count);
        Assert.All(rig.Edges.Zip(rig.Frames), p => Assert.True(p.First < p.Second.Frame.HostTimestamp));
        Assert.Equal(rig.Edges.Order(), rig.Edges);
    }

    [Fact]
    public async Task A_camera_without_a_line_is_triggered_over_its_link()
    {
        await using var rig = new ScanRig(ScanRig.Plan(2, SoftwareTrigger.Instance, new CameraLight("Filter", [5, 6], 0)), PinRole.Footswitch);
        await rig.CaptureAsync();
        Assert.Equal(["open", "Filter=5", "Filter=6", "Filter=0"], rig.Camera.Calls.Where(c => !c.Contains("arm", StringComparison.Ordinal)));
        Assert.Equal([5, 6], rig.Frames.Select(f => (int)f.Light));
        Assert.Null(rig.Camera.Armed);
    }

    [Fact]
    public async Task Pixels_are_passed_on_and_not_copied()
    {
        await using var rig = new ScanRig(ScanRig.Plan(1, SoftwareTrigger.Instance));
        await rig.CaptureAsync();
        Assert.True(MemoryMarshal.TryGetArray(rig.Frames[0].Frame.Pixels, out var passed));
        Assert.Same(rig.Camera.Made[0], passed.Array);
    }

    [Fact]
    public async Task A_trigger_without_a_frame_leaves_a_gap_and_the_others_are_read_on()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, OneHot));
        rig.Camera.Script = t => t == 1 ? FrameAnswer.Ignored : FrameAnswer.Frame;
        await rig.CaptureAsync();
        Assert.Equal([1, 4], rig.Frames.Select(f => (int)f.Light));
        Assert.Equal([0, 1, 2], rig.Sent.Select(s => s.Step));
        AssertAtRest(rig);
    }

    [Fact]
    public async Task Two_triggers_in_a_row_without_a_frame_end_the_capture()
    {
        await using var rig = new ScanRig(ScanRig.Plan(6, Line));
        rig.Camera.Script = t => t is 2 or 3 ? FrameAnswer.Lost : FrameAnswer.Frame;
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => rig.CaptureAsync());
        Assert.Contains("no frame for 2 triggers in a row, the last being step 3", fault.Message, StringComparison.Ordinal);
        Assert.Equal(4, rig.Sent.Count);
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_frame_that_comes_after_its_time_makes_the_capture_a_fault_and_not_the_next_bands_frame()
    {
        await using var rig = new ScanRig(ScanRig.Plan(4, Line, new GpioLight(LightCoding.Binary, [0, 1, 2, 3], 0, false)));
        rig.Camera.Latency = TimeSpan.FromMilliseconds(200);
        rig.Camera.LateBy = TimeSpan.FromMilliseconds(rig.Options.FrameTimeoutMilliseconds + 100);
        rig.Camera.Script = t => t == 1 ? FrameAnswer.Late : FrameAnswer.Frame;
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => rig.CaptureAsync());
        Assert.Contains("not certain", fault.Message, StringComparison.Ordinal);
        Assert.Equal([1, 2, 3], rig.Frames.Select(f => (int)f.Light));
        Assert.Equal([0, 1, 2], rig.Sent.Select(s => s.Step));
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_frame_from_before_the_pulse_is_passed_on_but_answers_nothing()
    {
        await using var rig = new ScanRig(ScanRig.Plan(2, Line, OneHot with { Positions = [0, 1] }, settle: 20_000));
        rig.Camera.Script = t => t == 0 ? FrameAnswer.Doubled : FrameAnswer.Frame;
        await rig.CaptureAsync();
        Assert.Equal([1, 1, 2], rig.Frames.Select(f => (int)f.Light));
        Assert.True(rig.Frames[1].Frame.HostTimestamp < rig.Sent[1].Timestamp);
    }

    [Fact]
    public async Task A_frame_too_many_at_the_end_is_a_fault()
    {
        await using var rig = new ScanRig(ScanRig.Plan(2, Line));
        rig.Camera.Script = t => t == 1 ? FrameAnswer.Doubled : FrameAnswer.Frame;
        await Assert.ThrowsAsync<CameraFaultException>(() => rig.CaptureAsync());
        Assert.Equal(3, rig.Frames.Count);
        AssertAtRest(rig);
    }

    [Fact]
    public async Task An_incomplete_frame_is_passed_on_as_such()
    {
        await using var rig = new ScanRig(ScanRig.Plan(2, Line));
        rig.Camera.Script = t => t == 0 ? FrameAnswer.Incomplete : FrameAnswer.Frame;
        await rig.CaptureAsync();
        Assert.Equal([false, true], rig.Frames.Select(f => f.Frame.Complete));
    }

    [Fact]
    public async Task A_camera_that_goes_away_ends_the_capture_dark_and_at_rest()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, OneHot));
        rig.Camera.Script = t => t == 1 ? FrameAnswer.Gone : FrameAnswer.Frame;
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => rig.CaptureAsync());
        Assert.Contains("the plug is out", fault.Message, StringComparison.Ordinal);
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_stop_in_the_middle_ends_the_capture_dark_and_at_rest()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, OneHot));
        using var stop = new CancellationTokenSource();
        rig.Camera.Script = t =>
        {
            if (t == 1)
            {
                stop.Cancel();
            }

            return FrameAnswer.Frame;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.CaptureAsync(stop.Token));
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_source_that_reports_it_has_settled_is_waited_for()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, OneHot with { WaitForSync = true }));
        var settled = new List<long>();
        using var observation = rig.Board.Observe(c =>
        {
            if (c.Line.Role == PinRole.SourceStep)
            {
                rig.Board.Drive(PinRole.SourceSync, false);
                _ = Task.Delay(30).ContinueWith(
                    _ =>
                    {
                        settled.Add(TimeProvider.System.GetTimestamp());
                        rig.Board.Drive(PinRole.SourceSync, c.Active);
                    },
                    TaskScheduler.Default);
            }
        });
        await rig.CaptureAsync();
        Assert.Equal(3, rig.Frames.Count);
        Assert.True(rig.Sent[0].Timestamp > settled[0]);
    }

    [Fact]
    public async Task A_source_that_does_not_settle_is_a_fault_that_names_the_line()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, OneHot with { WaitForSync = true }));
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => rig.CaptureAsync());
        Assert.Contains("sourceSync (chip SourceSync0) was not active 800 ms after the settle time", fault.Message, StringComparison.Ordinal);
        Assert.Empty(rig.Sent);
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_fixed_spacing_steps_light_and_trigger_in_one_program()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, new LineTrigger(100, 20_000), OneHot, exposure: 2000, settle: 5000));
        rig.Camera.Latency = TimeSpan.FromMilliseconds(30);
        var lit = 0L;
        using var observation = rig.Board.Observe(c => lit = lit == 0 && c is { Line.Role: PinRole.SourceStep, Active: true } ? c.TimestampNanoseconds : lit);
        await rig.CaptureAsync();
        Assert.Equal([1, 2, 4], rig.Frames.Select(f => (int)f.Light));
        Assert.Equal([0, 1, 2], rig.Sent.Select(s => s.Step));
        Assert.All(rig.Frames.Select((f, i) => (f, i)), p => Assert.True(p.f.SentBefore > p.i));
        Assert.All(rig.Sent, s => Assert.True(s.Timestamp - lit >= 5_000_000 + (s.Step * 20_000_000L)));
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_fixed_spacing_reads_on_when_a_trigger_is_not_answered()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, new LineTrigger(100, 20_000), OneHot));
        rig.Camera.Script = t => t == 1 ? FrameAnswer.Ignored : FrameAnswer.Frame;
        await rig.CaptureAsync();
        Assert.Equal([1, 4], rig.Frames.Select(f => (int)f.Light));
        Assert.Equal(3, rig.Sent.Count);
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_stop_in_a_fixed_spacing_ends_its_pulses_dark_and_at_rest()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, new LineTrigger(100, 1_000_000), OneHot));
        using var stop = new CancellationTokenSource();
        rig.Camera.Script = _ =>
        {
            stop.Cancel();
            return FrameAnswer.Frame;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.CaptureAsync(stop.Token));
        Assert.Single(rig.Sent);
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_line_that_fails_costs_the_capture_only()
    {
        await using var rig = new ScanRig(ScanRig.Plan(2, Line));
        await using var broken = new ScanningCamera(
            new ScanningParts { Camera = rig.Camera, Light = new FixedLightSource(), Board = rig.Board, Pulses = new BrokenPulses() },
            rig.Options, TimeProvider.System, NullLogger<ScanningCamera>.Instance);
        await broken.OpenAsync(rig.Schedule, default);
        var frames = broken.CaptureAsync(rig.Schedule, rig, default).GetAsyncEnumerator();
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => frames.MoveNextAsync().AsTask());
        Assert.Contains("the kernel refused", fault.Message, StringComparison.Ordinal);
        AssertAtRest(rig);
    }

    [Fact]
    public async Task A_pushbroom_camera_numbers_its_lines_by_its_own_count()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, new FreeRunTrigger(Lines: 5, LineRateHertz: 200, EncoderEdgesPerLine: null)));
        rig.Camera.Script = t => t == 2 ? FrameAnswer.Lost : FrameAnswer.Frame;
        using var running = rig.RunFree(200);
        await rig.CaptureAsync();
        Assert.Equal([0, 1, 3, 4], rig.Frames.Select(f => f.Frame.Step!.Value));
        Assert.Equal([0, 1, 2, 3, 4], rig.Sent.Select(s => s.Step));
        Assert.Equal(FrameTrigger.FreeRun.ToString(), rig.Camera.Calls[1][4..]);
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(5, false)]
    public async Task The_encoders_edges_are_compared_with_the_lines(int edgesPerLine, bool fits)
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, new FreeRunTrigger(Lines: 8, LineRateHertz: 100, EncoderEdgesPerLine: 2)));
        using var running = rig.RunFree(100, edgesPerLine);
        if (fits)
        {
            await rig.CaptureAsync();
            Assert.Equal(8, rig.Frames.Count);
            return;
        }

        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => rig.CaptureAsync());
        Assert.Contains("14 were expected (2 a line)", fault.Message, StringComparison.Ordinal);
    }

    public static TheoryData<string, ScanPlan, PinRole[]> WhatIsMissing() => new()
    {
        { "needs a cameraTrigger line", ScanRig.Plan(3, Line), [PinRole.SourceStep] },
        { "needs a sourceStep line", ScanRig.Plan(3, Line, OneHot), [PinRole.CameraTrigger] },
        { "needs a sourceSync line", ScanRig.Plan(3, Line, OneHot with { WaitForSync = true }), [PinRole.CameraTrigger, PinRole.SourceStep, PinRole.SourceStep, PinRole.SourceStep] },
        { "OneHot light with positions up to 2 needs 3 sourceStep lines", ScanRig.Plan(3, Line, OneHot), [PinRole.CameraTrigger, PinRole.SourceStep, PinRole.SourceStep] },
        { "needs 2 sourceStep lines (line 1 for homing)", ScanRig.Plan(3, Line, new GpioLight(LightCoding.StepPulse, [0, 1, 2], 100, false)), [PinRole.CameraTrigger, PinRole.SourceStep] },
        { "an encoder", ScanRig.Plan(3, new FreeRunTrigger(4, 100, 2)), [PinRole.CameraTrigger] },
    };

    [Theory]
    [MemberData(nameof(WhatIsMissing), DisableDiscoveryEnumeration = true)]
    public async Task A_plan_whose_line_the_board_does_not_have_is_refused_with_the_role(string reason, ScanPlan plan, PinRole[] roles)
    {
        await using var rig = new ScanRig(plan, roles);
        var error = await Assert.ThrowsAsync<BadInputException>(() => rig.CaptureAsync());
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, rig.Camera.Triggers);
    }

    private static void AssertAtRest(ScanRig rig)
    {
        Assert.False(rig.TriggerLineActive);
        Assert.Equal(0, rig.Lights.LastOrDefault());
        Assert.Null(rig.Camera.Armed);
        Assert.Contains("disarm", rig.Camera.Calls);
    }

    private sealed class BrokenPulses : IPulseEngine
    {
        public Task RunAsync(IReadOnlyList<PinAction> program, PulseProgress progress, CancellationToken cancellationToken) =>
            Task.FromException(new PinFaultException("cameraTrigger: the kernel refused the write."));

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
