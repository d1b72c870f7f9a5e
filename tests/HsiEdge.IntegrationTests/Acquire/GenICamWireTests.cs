using System.Diagnostics;
using HsiEdge.Core.Acquire;
using HsiEdge.Devices.GenICam;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>A camera behind a real network link in a network namespace of its own: the wire loses packets, and the cable is pulled.</summary>
public sealed class GenICamWireTests
{
    private const int Bands = 16;

    [Fact]
    public async Task Packets_lost_on_the_wire_cost_frames_that_are_named_and_counted_and_none_after_it()
    {
        await using var wired = await WiredGigECamera.StartAsync();
        var log = new CollectingLogger<GenICamCamera>();
        await using var camera = Make(wired, GenICamRig.AtRate(100, GenICamRig.Features), log);
        await camera.OpenAsync(GenICamRig.Within(20));
        await camera.ArmAsync(FrameTrigger.FreeRun, GenICamRig.Within(10));
        var wire = new WholeFrames(camera);
        while (wire.Whole < 20)
        {
            await wire.NextAsync();
        }

        Assert.Empty(wire.Broken);
        await wired.LoseAsync(0.03);
        while (wire.Broken.Count < 20 || wire.Whole < 50 || wire.Headless < 2)
        {
            await wire.NextAsync();
        }

        var broken = wire.Broken.ToList();
        var lost = await wired.LoseNothingAsync();

        // Frames that were under way while packets were lost may be faults yet.
        for (var i = 0; i < 32; i++)
        {
            await wire.NextAsync();
        }

        var known = wire.Broken.Count;
        for (var i = 0; i < 100; i++)
        {
            await wire.NextAsync();
        }

        Assert.Equal(known, wire.Broken.Count);
        await camera.DisarmAsync(GenICamRig.Within(10));
        var counters = camera.Counters;
        TestContext.Current.SendDiagnosticMessage($"{wire.Whole} whole, {wire.Broken.Count} broken, {wire.Headless} without their first packet, {wire.Gaps} numbers missing, {lost} packets lost; {counters}");
        Assert.All(wire.Broken, f => Assert.True(f.Pixels.IsEmpty && f.Fault!.Contains("packets", StringComparison.Ordinal), f.Fault));
        Assert.True(counters.Faults >= known && counters.MissingPackets > 0, counters.ToString());

        // The wire's own count bears the camera's out, and a number that did not come was dropped here, not lost in silence.
        Assert.True(lost >= broken.Count, $"{lost} packets lost, {broken.Count} frames broken: {counters}");
        Assert.True(wire.Gaps <= (ulong)(counters.Dropped + counters.Underruns), $"{wire.Gaps} numbers missing: {counters}");
        Assert.Null(camera.AwayReason);
        Assert.DoesNotContain(log.Lines, l => l.Contains("went away", StringComparison.Ordinal));
        Assert.Single(log.Lines, l => l.Contains("frames with faults in this capture", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cable_pulled_in_mid_cube_is_a_fault_and_the_camera_is_back_by_itself()
    {
        await using var wired = await WiredGigECamera.StartAsync();
        var log = new CollectingLogger<GenICamCamera>();
        await using var camera = Make(wired, GenICamRig.Features, log);
        await camera.OpenAsync(GenICamRig.Within(20));
        await camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await TakeBandsAsync(camera, Bands / 2);

        await wired.UnplugAsync();
        var pulled = Stopwatch.GetTimestamp();
        var fault = await Assert.ThrowsAsync<CameraFaultException>(() => TakeBandsAsync(camera, Bands / 2));
        var noticed = Stopwatch.GetElapsedTime(pulled);
        Assert.Contains(wired.Serial, fault.Message, StringComparison.Ordinal);
        Assert.Contains("its cable", fault.Message, StringComparison.Ordinal);
        Assert.Equal(fault.Message, camera.AwayReason);

        await wired.PlugInAsync();
        var back = await GenICamRig.UntilAsync(() => camera.AwayReason is null, "the camera is found again");
        TestContext.Current.SendDiagnosticMessage($"noticed after {noticed.TotalSeconds:0.00} s, back {back.TotalSeconds:0.00} s after the cable");

        // The camera never died: it may hold on to its old master until its heartbeat ends, 3 s. The rest is a discovery on a machine that other tests load too.
        Assert.True(noticed < TimeSpan.FromSeconds(10) && back < TimeSpan.FromSeconds(15), $"noticed after {noticed}, back after {back}");
        await camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await TakeBandsAsync(camera, Bands);
        Assert.Single(log.Lines, l => l.Contains("went away", StringComparison.Ordinal));
        Assert.Single(log.Lines, l => l.Contains("is back after", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Frames_come_whole_with_the_packets_that_the_library_finds()
    {
        await using var wired = await WiredGigECamera.StartAsync();
        await using var camera = Make(wired, GenICamRig.Features with { PacketBytes = 0 }, new CollectingLogger<GenICamCamera>());
        await camera.OpenAsync(GenICamRig.Within(20));
        await camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await TakeBandsAsync(camera, Bands);
        Assert.Equal((Bands, 0L), (camera.Counters.Frames, camera.Counters.Faults));
    }

    private static GenICamCamera Make(WiredGigECamera wired, CameraFeatures features, CollectingLogger<GenICamCamera> log) =>
        new(new GenICamOptions { Device = wired.Serial, Features = features }, TimeProvider.System, log);

    private static async Task TakeBandsAsync(GenICamCamera camera, int bands)
    {
        for (var i = 0; i < bands; i++)
        {
            await camera.FireAsync(GenICamRig.Within(20));
            var frame = await camera.ReadAsync(GenICamRig.Within(20));
            Assert.Null(frame.Fault);
            GenICamRig.AssertWholeFrame(frame);
        }
    }

    /// <summary>Frames read one after the other: the whole ones looked at pixel by pixel, the others kept, missing numbers counted.</summary>
    private sealed class WholeFrames(GenICamCamera camera)
    {
        private ulong? _last;

        public int Whole { get; private set; }

        public ulong Gaps { get; private set; }

        public List<CameraFrame> Broken { get; } = [];

        /// <summary>Frames that lost the packet with their number and time; their number is that after the last.</summary>
        public int Headless => Broken.Count(f => f.DeviceTimestampNanoseconds == 0);

        public async Task NextAsync()
        {
            var frame = await camera.ReadAsync(GenICamRig.Within(20));
            Assert.True(_last is null || frame.FrameId > _last, $"frame {frame.FrameId} after {_last}");
            Gaps += frame.FrameId - (_last ?? (frame.FrameId - 1)) - 1;
            _last = frame.FrameId;
            if (frame.Fault is not null)
            {
                Broken.Add(frame);
                return;
            }

            // A hole, or a part of another frame, would break the ramp of the picture.
            GenICamRig.AssertWholeFrame(frame);
            Whole++;
        }
    }
}
