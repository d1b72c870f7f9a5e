using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class ReferenceKeeperTests
{
    private const float FittingWhite = 1000;
    private const float DriftedWhite = 50;

    [Fact]
    public async Task References_that_age_out_in_a_running_box_are_replaced()
    {
        await using var rig = await new PipelineRig(retake: camera => Set(camera, "second", FittingWhite)).StartAsync();
        await rig.CaptureAsync();
        rig.Time.Advance(TimeSpan.FromHours(25));
        for (var i = 0; i < 2; i++)
        {
            rig.Camera.ThenLesion();
            await rig.CaptureAsync();
        }

        Assert.Equal(["references", "second", "second"], rig.Store.Records.Select(r => r.Result.CalibrationId));
        Assert.All(rig.Store.Records, r => Assert.False(r.Result.AlertsInhibited));
        Assert.Single(rig.Book.OpenAlerts);
        Assert.Equal(HealthState.Ok, rig.HealthOf("camera")!.State);
    }

    [Fact]
    public async Task References_that_fit_stay_in_use()
    {
        var taken = 0;
        await using var rig = await new PipelineRig(retake: camera => Set(camera, $"{++taken}", FittingWhite)).StartAsync();
        await rig.CaptureAsync();
        rig.Time.Advance(TimeSpan.FromHours(23));
        await rig.CaptureAsync();
        Assert.Equal(0, taken);
    }

    [Fact]
    public async Task Drifted_references_are_replaced_before_the_next_capture()
    {
        await using var rig = await new PipelineRig(
            calibration: camera => Set(camera, "drifted", DriftedWhite), retake: camera => Set(camera, "second", FittingWhite)).StartAsync();
        await rig.CaptureAsync();
        Assert.Contains("new references are taken before the next capture", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);
        await rig.CaptureAsync();
        Assert.Equal([true, false], rig.Store.Records.Select(r => r.Result.Flags.HasFlag(CalibrationFlags.Drifted)));
        Assert.Equal(["drifted", "second"], rig.Store.Records.Select(r => r.Result.CalibrationId));
        Assert.Equal(HealthState.Ok, rig.HealthOf("camera")!.State);
    }

    [Fact]
    public async Task Drift_that_stays_asks_for_references_only_every_ten_minutes()
    {
        var taken = 0;
        await using var rig = await new PipelineRig(
            calibration: camera => Set(camera, "drifted", DriftedWhite), retake: camera => Set(camera, $"{++taken}", DriftedWhite)).StartAsync();
        for (var i = 0; i < 4; i++)
        {
            await rig.CaptureAsync();
        }

        Assert.Equal(1, taken);
        Assert.Contains("do not fit what the camera sees; others are taken at the first capture after 08:10:00 UTC", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);
        rig.Time.Advance(ReferenceKeeper.RetakeInterval);
        await rig.CaptureAsync();
        Assert.Equal(2, taken);
    }

    [Fact]
    public async Task A_camera_that_fails_at_its_references_still_captures_and_is_asked_again()
    {
        var attempts = 0;
        await using var rig = await new PipelineRig(
            retake: camera => ++attempts == 1 ? throw new CameraFaultException("the shutter is stuck") : Set(camera, "second", FittingWhite)).StartAsync();
        rig.Time.Advance(TimeSpan.FromHours(25));
        await rig.CaptureAsync();
        await rig.CaptureAsync();
        Assert.Equal(1, attempts);
        Assert.All(rig.Store.Records, r => Assert.True(r.Result.AlertsInhibited));
        Assert.Contains(
            "new references could not be taken (the shutter is stuck); tried again at the first capture after 09:10:00 UTC", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);

        rig.Time.Advance(ReferenceKeeper.RetakeInterval);
        await rig.CaptureAsync();
        Assert.Equal("second", rig.Store.Records[^1].Result.CalibrationId);
        Assert.Equal(HealthState.Ok, rig.HealthOf("camera")!.State);
    }

    [Fact]
    public async Task References_that_fail_their_checks_leave_those_there_are()
    {
        await using var rig = await new PipelineRig(retake: _ => throw new BadInputException("white level is 0.001")).StartAsync();
        rig.Time.Advance(TimeSpan.FromHours(25));
        await rig.CaptureAsync();
        Assert.Equal("references", Assert.Single(rig.Store.Records).Result.CalibrationId);
        Assert.Contains("new references could not be taken (white level is 0.001)", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_camera_that_hangs_at_its_references_keeps_those_there_are_and_captures_go_on(bool heedsTheStop)
    {
        var attempts = 0;
        var hangs = new TaskCompletionSource<CalibrationSet>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var rig = await new PipelineRig(retakeAsync: stop =>
        {
            attempts++;
            return heedsTheStop ? hangs.Task.WaitAsync(stop) : hangs.Task;
        }).StartAsync();
        rig.Time.Advance(TimeSpan.FromHours(25));
        var capture = rig.Desk.Post(TriggerCause.Command).Completion;
        while (!capture.IsCompleted)
        {
            // Each step lets whoever waits by then go on; the limit is far beyond what both time-outs need.
            Assert.True(rig.Time.GetUtcNow().Hour < 10, "the capture still waits for references");
            rig.Time.Advance(TimeSpan.FromSeconds(5));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        Assert.Equal(TriggerVerdict.Captured, (await capture).Verdict);
        Assert.Equal("references", rig.Store.Records[^1].Result.CalibrationId);
        Assert.Contains("the camera did not give them within 60 s", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);

        rig.Time.Advance(ReferenceKeeper.RetakeInterval);
        if (heedsTheStop)
        {
            hangs.SetResult(Set(rig.Camera, "second", FittingWhite));
            await rig.CaptureAsync();
            Assert.Equal((2, "second"), (attempts, rig.Store.Records[^1].Result.CalibrationId));
            return;
        }

        await rig.CaptureAsync();
        Assert.Equal(1, attempts);
        Assert.Contains("still hangs at the attempt before", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);
        hangs.SetResult(Set(rig.Camera, "late", FittingWhite));
        for (var i = 0; attempts < 2 && i < 100; i++)
        {
            // The attempt ends on another thread.
            rig.Time.Advance(ReferenceKeeper.RetakeInterval);
            await rig.CaptureAsync();
        }

        Assert.Equal(2, attempts);
    }

    private static CalibrationSet Set(FakeCamera camera, string id, float white)
    {
        var now = camera.References();
        return new CalibrationSet
        {
            Id = id,
            CameraSerial = now.CameraSerial,
            ExposureMicroseconds = now.ExposureMicroseconds,
            Wavelengths = now.Wavelengths,
            TakenUtc = now.TakenUtc,
            Dark = null,
            White = new ReferenceFrame(new CubeShape(1, FakeCamera.Size, 2), [.. Enumerable.Repeat(white, FakeCamera.Size * 2)]),
        };
    }
}
