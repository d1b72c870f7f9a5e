using System.Globalization;
using HsiEdge.Core.Acquire;
using Xunit;

namespace HsiEdge.IntegrationTests.Acquire;

/// <summary>No frame is lost in silence, and none that is not whole is ever taken for one.</summary>
public sealed class GenICamFrameTests
{
    /// <summary>How many frames the long run takes: HSIEDGE_TEST_FRAMES, else 1,000.</summary>
    private static readonly int Frames = int.Parse(Environment.GetEnvironmentVariable("HSIEDGE_TEST_FRAMES") ?? "1000", CultureInfo.InvariantCulture);

    [Fact]
    public async Task Of_a_thousand_frames_every_number_is_accounted_for()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.AtRate(400, GenICamRig.Features));
        await rig.Camera.ArmAsync(FrameTrigger.FreeRun, GenICamRig.Within(10));
        var first = await rig.Camera.ReadAsync(GenICamRig.Within(10));
        var (last, host) = (first.FrameId, first.HostTimestamp);
        var (gaps, faults) = (0UL, first.Fault is null ? 0 : 1);
        for (var i = 1; i < Frames; i++)
        {
            var frame = await rig.Camera.ReadAsync(GenICamRig.Within(20));
            Assert.True(frame.FrameId > last && frame.HostTimestamp > host, $"frame {frame.FrameId} after {last}");
            gaps += frame.FrameId - last - 1;
            (last, host) = (frame.FrameId, frame.HostTimestamp);
            if (frame.Fault is null)
            {
                GenICamRig.AssertWholeFrame(frame);
            }
            else
            {
                faults++;
            }
        }

        await rig.Camera.DisarmAsync(GenICamRig.Within(10));
        var counters = rig.Camera.Counters;
        TestContext.Current.SendDiagnosticMessage($"{Frames} frames, {gaps} numbers missing, {faults} faults; {counters}");
        Assert.True(counters.Frames >= Frames && counters.Faults >= faults);

        // A number that did not come is a frame that was dropped here, or for which the library had no buffer.
        Assert.True(gaps <= (ulong)(counters.Dropped + counters.Underruns), $"{gaps} numbers missing: {counters}");
        Assert.Equal(Frames, (long)(last - first.FrameId) + 1 - (long)gaps);
    }

    [Fact]
    public async Task Lost_packets_make_incomplete_frames_that_are_named_counted_and_empty()
    {
        var features = GenICamRig.AtRate(100, GenICamRig.Features) with { PacketResend = false };
        await using var rig = await GenICamRig.OpenAsync(features, lostPerThousand: 50);
        await rig.Camera.ArmAsync(FrameTrigger.FreeRun, GenICamRig.Within(10));
        var (whole, broken) = (0, new List<CameraFrame>());
        while (whole < 30 || broken.Count < 30)
        {
            var frame = await rig.Camera.ReadAsync(GenICamRig.Within(20));
            if (frame.Fault is null)
            {
                GenICamRig.AssertWholeFrame(frame);
                whole++;
            }
            else
            {
                broken.Add(frame);
            }
        }

        Assert.All(broken, f => Assert.True(f.Pixels.IsEmpty));
        Assert.Contains(broken, f => f.Fault!.Contains("packets", StringComparison.Ordinal));
        await rig.Camera.DisarmAsync(GenICamRig.Within(10));
        var counters = rig.Camera.Counters;
        Assert.True(counters.Faults >= broken.Count && counters.MissingPackets > 0 && counters.Failures > 0, counters.ToString());
        Assert.Single(rig.Log.Lines, l => l.Contains("frames with faults in this capture", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_frame_of_another_size_is_a_fault_and_not_a_picture()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.Features);
        await rig.Camera.ArmAsync(FrameTrigger.Software, GenICamRig.Within(10));
        await rig.Camera.SetFeatureAsync("Width", 100, GenICamRig.Within(10));
        await rig.Camera.FireAsync(GenICamRig.Within(10));
        var small = await rig.Camera.ReadAsync(GenICamRig.Within(10));
        Assert.Equal(("wrong size: 64 lines × 100 samples instead of 64 × 160", true), (small.Fault, small.Pixels.IsEmpty));
        await rig.Camera.SetFeatureAsync("Width", GenICamRig.Samples, GenICamRig.Within(10));
        await rig.Camera.FireAsync(GenICamRig.Within(10));
        var frame = await rig.Camera.ReadAsync(GenICamRig.Within(10));
        Assert.Null(frame.Fault);
        GenICamRig.AssertWholeFrame(frame);
        Assert.Equal((2L, 1L), (rig.Camera.Counters.Frames, rig.Camera.Counters.Faults));
    }

    [Fact]
    public async Task Frames_that_nobody_takes_are_dropped_and_counted_and_numbers_tell_how_many()
    {
        await using var rig = await GenICamRig.OpenAsync(GenICamRig.AtRate(100, GenICamRig.Features) with { StreamBuffers = 4 });
        await rig.Camera.ArmAsync(FrameTrigger.FreeRun, GenICamRig.Within(10));
        await GenICamRig.UntilAsync(() => rig.Camera.Counters.Dropped >= 10, "ten frames dropped");
        var last = (await rig.Camera.ReadAsync(GenICamRig.Within(10))).FrameId;
        var gap = 0UL;
        for (var i = 0; i < 8; i++)
        {
            var frame = await rig.Camera.ReadAsync(GenICamRig.Within(10));
            Assert.True(frame.FrameId > last);
            gap += frame.FrameId - last - 1;
            last = frame.FrameId;
            GenICamRig.AssertWholeFrame(frame);
        }

        Assert.True(gap >= 10 && gap <= (ulong)(rig.Camera.Counters.Dropped + rig.Camera.Counters.Underruns), $"{gap}: {rig.Camera.Counters}");
    }

    [Fact]
    public async Task A_frame_on_its_way_takes_no_memory()
    {
        // A frame of 512 × 512 would be 512 KiB.
        var features = GenICamRig.AtRate(50, GenICamRig.Features) with { Region = null };
        await using var rig = await GenICamRig.OpenAsync(features);
        await rig.Camera.ArmAsync(FrameTrigger.FreeRun, GenICamRig.Within(10));
        for (var i = 0; i < 20; i++)
        {
            await rig.Camera.ReadAsync(GenICamRig.Within(10));
        }

        var limit = GenICamRig.Within(60);
        var least = long.MaxValue;
        for (var run = 0; run < 8; run++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: false);
            for (var i = 0; i < 10; i++)
            {
                await rig.Camera.ReadAsync(limit);
            }

            least = Math.Min(least, GC.GetTotalAllocatedBytes(precise: false) - before);
        }

        // Other tests run in this process, so this is a ceiling of a tenth of the pixels alone, in the best of eight runs.
        Assert.True(least < 10 * 2 * rig.Camera.Lines * rig.Camera.Samples / 10, $"{least} bytes for 10 frames");
    }
}
