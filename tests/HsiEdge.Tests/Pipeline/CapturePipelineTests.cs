using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text.Json.Nodes;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class CapturePipelineTests
{
    [Fact]
    public async Task A_trigger_becomes_a_durable_result_with_findings_maps_and_messages()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.ThenLesion();
        var outcome = await rig.CaptureAsync();

        Assert.Equal(TriggerVerdict.Captured, outcome.Verdict);
        var record = Assert.Single(rig.Store.Records);
        Assert.Equal(outcome.ResultId, record.Result.Id);
        Assert.Equal(1, record.Result.Sequence);
        Assert.Equal("references", record.Result.CalibrationId);
        Assert.True(record.Result.Synthetic);
        var finding = Assert.Single(record.Result.Findings);
        Assert.Equal(64, finding.PixelCount);
        Assert.Equal(16.0, finding.AreaSquareMillimetres!.Value, 9);
        Assert.Equal(64, record.Result.ClassPixels["lesion"]);
        Assert.Equal((32 * 32) - 64, record.Result.ClassPixels["normal"]);
        Assert.Contains(record.Messages, m => m.Topic == "result");
        Assert.Equal(HealthState.Ok, rig.HealthOf("camera")!.State);
    }

    [Fact]
    public async Task A_trigger_is_told_captured_only_after_its_result_is_durable()
    {
        await using var rig = await new PipelineRig().StartAsync();
        var disk = new TaskCompletionSource();
        var recording = new TaskCompletionSource();
        rig.Store.BeforeWrite = () =>
        {
            recording.SetResult();
            return disk.Task;
        };
        var receipt = rig.Desk.Post(TriggerCause.Command);

        await recording.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.False(receipt.Completion.IsCompleted);
        Assert.Equal("busy", Assert.Single(Refuse(rig)));
        disk.SetResult();
        Assert.Equal(TriggerVerdict.Captured, (await receipt.Completion).Verdict);
        Assert.Single(rig.Store.Records);
    }

    [Fact]
    public async Task Results_are_recorded_in_the_order_of_their_triggers()
    {
        await using var rig = await new PipelineRig().StartAsync();
        for (var i = 0; i < 10; i++)
        {
            await rig.CaptureAsync();
        }

        Assert.Equal(Enumerable.Range(1, 10).Select(i => (long)i), rig.Store.Records.Select(r => r.Result.Sequence));
        Assert.Equal(rig.Store.Records.Select(r => r.Result.Id).Order(StringComparer.Ordinal), rig.Store.Records.Select(r => r.Result.Id));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_capture_ends_when_the_interlock_opens_and_is_missed_with_that_reason(bool asFault)
    {
        await using var rig = await new PipelineRig().StartAsync();
        var begun = new TaskCompletionSource();
        rig.Camera.Then(async (_, cancellation) =>
        {
            begun.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }
            catch (OperationCanceledException) when (asFault)
            {
                throw new CameraFaultException("no frame came");
            }

            throw new InvalidOperationException("It went on.");
        });
        var receipt = rig.Desk.Post(TriggerCause.Footswitch);
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(10));
        rig.Interlock.Open("the interlock is open; close the lid");
        var outcome = await receipt.Completion.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((TriggerVerdict.Missed, "the interlock is open; close the lid"), (outcome.Verdict, outcome.Reason));
        Assert.Equal(1, rig.Desk.Totals.MissedByReason["interlock open"]);
        Assert.Null(rig.HealthOf("camera"));

        rig.Interlock.Close();
        Assert.Equal(TriggerVerdict.Captured, (await rig.CaptureAsync()).Verdict);
    }

    [Fact]
    public async Task Once_stopped_it_has_answered_every_trigger_that_was_let_in()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.Then(async (_, cancellation) =>
        {
            await Task.Delay(Timeout.Infinite, cancellation);
            throw new InvalidOperationException("It went on.");
        });
        var receipt = rig.Desk.Post(TriggerCause.Command);
        rig.Desk.Close("board away", "the board is away");
        await rig.StopPipelineAsync();
        Assert.Equal(TriggerVerdict.Missed, (await receipt.Completion.WaitAsync(TimeSpan.FromSeconds(10))).Verdict);
        Assert.Equal(0, rig.Desk.Totals.InFlight);
    }

    [Fact]
    public async Task While_a_capture_is_under_way_others_are_refused_as_busy()
    {
        await using var rig = await new PipelineRig().StartAsync();
        var camera = new TaskCompletionSource<AcquiredCube>();
        rig.Camera.Then((_, _) => camera.Task);
        var first = rig.Desk.Post(TriggerCause.Footswitch);
        var second = rig.Desk.Post(TriggerCause.Footswitch);

        Assert.True(first.Accepted);
        Assert.False(second.Accepted);
        Assert.Contains("busy: the capture of trigger 1", second.RefusalReason, StringComparison.Ordinal);
        Assert.Equal(2, second.Event.Sequence);
        Assert.Equal(TriggerVerdict.Refused, (await second.Completion).Verdict);
        camera.SetResult(rig.Camera.Cube(first.Event, lesion: false));
        await first.Completion;
        Assert.True(rig.Desk.Post(TriggerCause.Footswitch).Accepted);
    }

    [Fact]
    public async Task A_lost_capture_leaves_its_ledger_and_a_message_of_its_own()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.Then((trigger, _) =>
        {
            var ledger = rig.Camera.LastLedger = SampleLedgers.Of(trigger, pulses: 4, missedFrom: 1);
            throw new CameraFaultException("Camera FAKE-1 went away.") { Ledger = ledger };
        });
        Assert.Equal(TriggerVerdict.Missed, (await rig.CaptureAsync()).Verdict);
        var message = JsonNode.Parse(Assert.Single(rig.Store.Messages, m => m.Topic == "ledger").Payload)!;
        Assert.Equal(("missed", 3, 1, 2), ((string?)message["verdict"], (int)message["sent"]!, (int)message["paired"]!, (int)message["missed"]!));
        Assert.Contains("went away", (string?)message["reason"], StringComparison.Ordinal);
        var kept = await rig.Store.ReadLedgerAsync((string)message["captureId"]!, CancellationToken.None);
        Assert.Equal(rig.Camera.LastLedger, kept!.Ledger);

        // A later one without pulses is not given the old ledger.
        rig.Camera.ThenThrow(new CameraFaultException("still away"));
        await rig.CaptureAsync();
        Assert.Equal(0, (int)JsonNode.Parse(rig.Store.Messages[^1].Payload)!["sent"]!);
    }

    [Fact]
    public async Task Pulses_and_offsets_are_counted_whether_or_not_a_result_came()
    {
        await using var rig = new PipelineRig();
        var counts = new ConcurrentDictionary<string, double>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (instrument.Meter == rig.Metrics.Meter)
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => counts.AddOrUpdate(
            instrument.Name + (instrument.Name == "hsiedge.pulses" ? $" {tags[0].Value}" : ""), value, (_, sum) => sum + value));
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => counts.AddOrUpdate(instrument.Name, value, (_, sum) => sum + value));
        listener.Start();
        await rig.StartAsync();
        rig.Camera.Then((trigger, _) =>
        {
            rig.Camera.LastLedger = SampleLedgers.Of(trigger, pulses: 4, missedFrom: 1);
            throw new CameraFaultException("away");
        });
        await rig.CaptureAsync();
        await rig.CaptureAsync();
        Assert.Equal((5, 3, 0, 2), (counts["hsiedge.pulses.sent"], counts["hsiedge.pulses paired"], counts["hsiedge.pulses late"], counts["hsiedge.pulses missed"]));
        Assert.Equal(0, counts["hsiedge.frames.spurious"]);
        Assert.Equal(3 * 249.5e-6, counts["hsiedge.frames.offset"], 1e-9);
    }

    [Fact]
    public async Task A_flood_of_refused_triggers_is_told_once_a_second_with_its_count()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Desk.Block("interlock open", "close the interlock");
        using var stop = new CancellationTokenSource();
        for (var i = 0; i < 100; i++)
        {
            rig.Desk.Post(TriggerCause.Footswitch);
        }

        var telling = new RefusalTeller(rig.Desk, rig.Book, rig.Time, NullLogger<RefusalTeller>.Instance).RunAsync(stop.Token);
        Assert.Equal([100], Counts(rig));
        rig.Desk.Post(TriggerCause.Footswitch);
        rig.Desk.Post(TriggerCause.Command);
        rig.Time.Advance(TimeSpan.FromMilliseconds(900));
        Assert.Equal([100], Counts(rig));
        rig.Time.Advance(TimeSpan.FromMilliseconds(200));
        await WaitForAsync(() => Counts(rig).Count == 2);
        Assert.Equal([100, 2], Counts(rig));
        await stop.CancelAsync();
        await telling;

        static List<int> Counts(PipelineRig rig) => [.. rig.Store.Messages.Select(m => (int)JsonNode.Parse(m.Payload)!["count"]!)];
    }

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var i = 0; i < 500 && !condition(); i++)
        {
            await Task.Delay(10);
        }
    }

    [Fact]
    public async Task A_camera_fault_misses_the_trigger_and_the_next_success_clears_it()
    {
        await using var rig = await new PipelineRig().StartAsync();
        for (var i = 0; i < 3; i++)
        {
            rig.Camera.ThenThrow(new CameraFaultException("Camera FAKE-1 sent no frame within 100 ms."));
        }

        var outcome = await rig.CaptureAsync();
        Assert.Equal(TriggerVerdict.Missed, outcome.Verdict);
        Assert.Contains("sent no frame", outcome.Reason, StringComparison.Ordinal);
        Assert.Equal(HealthState.Warning, rig.HealthOf("camera")!.State);
        await rig.CaptureAsync();
        await rig.CaptureAsync();
        Assert.Equal(HealthState.Failed, rig.HealthOf("camera")!.State);
        Assert.Contains("sent no frame", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);

        Assert.Equal(TriggerVerdict.Captured, (await rig.CaptureAsync()).Verdict);
        Assert.Equal(HealthState.Ok, rig.HealthOf("camera")!.State);
        Assert.Equal(3, rig.Desk.Totals.MissedByReason["camera fault"]);
    }

    [Fact]
    public async Task An_exhausted_buffer_pool_is_a_refusal()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.ThenThrow(new CaptureRefusedException("All 4 cube buffers are in use."));
        var outcome = await rig.CaptureAsync();
        Assert.Equal((TriggerVerdict.Refused, "All 4 cube buffers are in use."), (outcome.Verdict, outcome.Reason));
        Assert.Equal(1, rig.Desk.Totals.RefusedByReason["no buffer"]);
    }

    [Fact]
    public async Task A_cube_that_does_not_fit_the_model_misses_the_trigger_with_the_reason()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.Then((trigger, _) => Task.FromResult(rig.Camera.Cube(trigger, lesion: false, new WavelengthAxis([500, 600]))));
        var outcome = await rig.CaptureAsync();
        Assert.Equal(TriggerVerdict.Missed, outcome.Verdict);
        Assert.False(string.IsNullOrWhiteSpace(outcome.Reason));
        Assert.Empty(rig.Store.Records);
        Assert.Equal(HealthState.Warning, rig.HealthOf("camera")!.State);
        Assert.Equal(TriggerVerdict.Captured, (await rig.CaptureAsync()).Verdict);
    }

    [Fact]
    public async Task A_store_fault_misses_the_trigger_and_leaves_the_alerts_as_they_were()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.ThenLesion();
        rig.Camera.ThenLesion();
        rig.Camera.ThenLesion();
        rig.Camera.ThenLesion();
        await rig.CaptureAsync();
        rig.Store.Faults.Enqueue(new StoreFaultException("results.db: no space left on device."));
        var missed = await rig.CaptureAsync();

        Assert.Equal((TriggerVerdict.Missed, "results.db: no space left on device."), (missed.Verdict, missed.Reason));
        Assert.Empty(rig.Book.OpenAlerts);
        await rig.CaptureAsync();
        await rig.CaptureAsync();
        var alert = Assert.Single(rig.Book.OpenAlerts);
        Assert.Single(rig.Store.Messages, m => m.Topic == "alert/" + alert.Id);
    }

    [Fact]
    public async Task Anything_unexpected_leaves_the_pipeline()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.ThenThrow(new InvalidOperationException("a bug"));
        rig.Desk.Post(TriggerCause.Command);
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => rig.Running.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("a bug", error.Message);
        rig.Desk.Close("stopping", "the box is stopping", forGood: true);
    }

    [Fact]
    public async Task Stopping_abandons_the_capture_in_flight_and_refuses_the_rest()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Camera.Then(async (trigger, stop) =>
        {
            await Task.Delay(Timeout.Infinite, stop);
            return rig.Camera.Cube(trigger, lesion: false);
        });
        var receipt = rig.Desk.Post(TriggerCause.Interval);
        await rig.StopAsync();
        var outcome = await receipt.Completion;
        Assert.Equal((TriggerVerdict.Missed, "the box is stopping"), (outcome.Verdict, outcome.Reason));
        Assert.Contains("stopping", rig.Desk.Post(TriggerCause.Command).RefusalReason, StringComparison.Ordinal);
        Assert.Equal(0, rig.Desk.Totals.InFlight);
    }

    [Fact]
    public async Task Alerts_are_raised_and_ended_over_consecutive_cubes()
    {
        await using var rig = await new PipelineRig().StartAsync();
        bool[] lesions = [false, true, true, true, false, false];
        foreach (var lesion in lesions)
        {
            (lesion ? (Action)rig.Camera.ThenLesion : rig.Camera.ThenWall)();
            await rig.CaptureAsync();
        }

        var kinds = rig.Store.Records.SelectMany(r => r.Transitions.Select(t => (r.Result.Sequence, t.Kind))).Where(t => t.Kind != AlertTransitionKind.Updated);
        Assert.Equal([(3, AlertTransitionKind.Raised), (6, AlertTransitionKind.Ended)], kinds);
        Assert.Empty(rig.Book.OpenAlerts);
    }

    [Fact]
    public async Task A_sensor_that_warmed_up_since_its_references_inhibits_alerts_and_says_why()
    {
        await using var rig = await new PipelineRig(calibration: camera =>
        {
            camera.TemperatureCelsius = 21;
            return camera.References();
        }).StartAsync();
        rig.Camera.TemperatureCelsius = 27;
        await rig.CaptureAsync();
        var result = Assert.Single(rig.Store.Records).Result;
        Assert.True(result.AlertsInhibited);
        Assert.Equal(27, result.SensorTemperatureCelsius);
        const string Why = "temperature: the sensor has 27 °C, had 21 °C when the references were taken; allowed are 5 °C apart";
        Assert.Equal([Why], result.DriftReasons);
        Assert.Contains($"Drifted ({Why}); take new references", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);

        rig.Camera.TemperatureCelsius = 25;
        await rig.CaptureAsync();
        Assert.False(rig.Store.Records[^1].Result.AlertsInhibited);
        Assert.Empty(rig.Store.Records[^1].Result.DriftReasons);
    }

    [Fact]
    public async Task Stale_references_inhibit_alerts_visibly()
    {
        await using var rig = await new PipelineRig().StartAsync();
        rig.Time.Advance(TimeSpan.FromHours(48));
        for (var i = 0; i < 3; i++)
        {
            rig.Camera.ThenLesion();
            await rig.CaptureAsync();
        }

        Assert.All(rig.Store.Records, r => Assert.True(r.Result.AlertsInhibited));
        Assert.All(rig.Store.Records, r => Assert.True(r.Result.Flags.HasFlag(CalibrationFlags.Stale)));
        Assert.All(rig.Store.Records, r => Assert.Single(r.Result.Findings));
        Assert.Empty(rig.Book.OpenAlerts);
        Assert.Equal(HealthState.Warning, rig.HealthOf("camera")!.State);
        Assert.Contains("Stale", rig.HealthOf("camera")!.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task References_of_another_camera_are_refused_with_the_reason()
    {
        await using var rig = await new PipelineRig(calibration: camera =>
        {
            var set = camera.References();
            return new CalibrationSet
            {
                Id = set.Id,
                CameraSerial = "OTHER-2",
                ExposureMicroseconds = set.ExposureMicroseconds,
                Wavelengths = set.Wavelengths,
                TakenUtc = set.TakenUtc,
                Dark = set.Dark,
                White = set.White,
            };
        }).StartAsync();
        var outcome = await rig.CaptureAsync();
        Assert.Equal(TriggerVerdict.Missed, outcome.Verdict);
        Assert.Contains("OTHER-2", outcome.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_cube_is_kept_beside_its_result_and_goes_with_a_store_fault()
    {
        using var folder = new TemporaryFolder();
        await using var rig = await new PipelineRig(rawCubes: new RawCubeFolder(folder.File("raw"))).StartAsync();
        rig.Camera.KeepRawCubes = true;
        var kept = await rig.CaptureAsync();
        rig.Store.Faults.Enqueue(new StoreFaultException("disk full"));
        await rig.CaptureAsync();

        var path = Assert.Single(rig.Store.Records).Result.RawCubePath;
        Assert.Equal(folder.File("raw", kept.ResultId + ".hdr"), path);
        Assert.Equal([kept.ResultId + ".hdr", kept.ResultId + ".img"], Directory.GetFiles(folder.File("raw")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal));
        Assert.Equal(32 * 32 * 2 * 2, new FileInfo(Path.ChangeExtension(path!, ".img")).Length);
    }

    [Fact]
    public async Task Triggers_are_counted_by_verdict_and_stages_are_charted()
    {
        await using var rig = await new PipelineRig().StartAsync();
        var gate = new Lock();
        var verdicts = new Dictionary<string, long>(StringComparer.Ordinal);
        var stages = new HashSet<string>(StringComparer.Ordinal);
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, l) =>
        {
            if (ReferenceEquals(instrument.Meter, rig.Metrics.Meter))
            {
                l.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
        {
            if (instrument.Name == "hsiedge.triggers")
            {
                lock (gate)
                {
                    var verdict = (string)tags[0].Value!;
                    verdicts[verdict] = verdicts.GetValueOrDefault(verdict) + value;
                }
            }
        });
        listener.SetMeasurementEventCallback<double>((instrument, _, tags, _) =>
        {
            if (instrument.Name == "hsiedge.stage.duration")
            {
                lock (gate)
                {
                    stages.Add((string)tags[0].Value!);
                }
            }
        });
        listener.Start();

        await rig.CaptureAsync();
        rig.Camera.ThenThrow(new CameraFaultException("no frame"));
        await rig.CaptureAsync();
        await rig.StopAsync();
        rig.Desk.Post(TriggerCause.Footswitch);
        Assert.Equal((1, 1, 1), (verdicts["captured"], verdicts["missed"], verdicts["refused"]));
        Assert.Equal(["acquire", "interpret", "process", "record"], stages.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> Refuse(PipelineRig rig)
    {
        rig.Desk.Post(TriggerCause.Command);
        return rig.Desk.Totals.RefusedByReason.Keys;
    }
}
