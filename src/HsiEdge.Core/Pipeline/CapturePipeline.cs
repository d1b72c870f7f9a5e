using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Core.Pipeline;

/// <summary>
/// The whole way of the data: Trigger → Acquire → Calibrate → Infer → Interpret → Record → Publish. One cube at a time; results are
/// recorded in the order of their triggers; a trigger's outcome is told only after its result is durable.
/// </summary>
/// <remarks>
/// Named, transient faults (camera, store, a recording that does not fit) cost one capture: the trigger is missed with the reason, the
/// component's health says so, and the next success clears it. Anything unexpected leaves <see cref="RunAsync"/> and ends the process.
/// </remarks>
public sealed class CapturePipeline
{
    /// <summary>Under which the health of <c>camera</c> tells of a capture that a fault cost, until one succeeds or the camera was set up again.</summary>
    public const string FaultCause = "capture";

    private const int FailedAfterFaults = 3;
    private readonly TriggerDesk _desk;
    private readonly ICubeSource _camera;
    private readonly ReferenceKeeper _references;
    private readonly RawCubeFolder? _rawCubes;
    private readonly CubeAnalyzer _analyzer;
    private readonly IReadOnlyList<ModelClass> _classes;
    private readonly CaseBook _book;
    private readonly HealthBoard _health;
    private readonly UlidGenerator _ids;
    private readonly TimeProvider _time;
    private readonly PipelineMetrics _metrics;
    private readonly ILogger<CapturePipeline> _log;
    private readonly IInterlock? _interlock;
    private int _consecutiveCameraFaults;

    /// <summary>Wires the graph.</summary>
    /// <param name="desk">Trigger: the accepted triggers.</param>
    /// <param name="camera">Acquire: opened already.</param>
    /// <param name="references">Calibrate: references of the camera, replaced between captures.</param>
    /// <param name="analyzer">Calibrate, Infer and Interpret.</param>
    /// <param name="classes">Classes of the model's card.</param>
    /// <param name="book">Interpret and Record: alerts, and one durable transaction with the messages that Publish takes from the outbox.</param>
    /// <param name="rawCubes">Where raw cubes are kept when the plan says so; null keeps none.</param>
    /// <param name="health">Told of the camera; the store reports itself.</param>
    /// <param name="ids">Makes result identifiers.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="metrics">Counts and charts.</param>
    /// <param name="log">Receives each outcome.</param>
    /// <param name="interlock">Ends an acquisition under way when it opens; null where there is none.</param>
    public CapturePipeline(
        TriggerDesk desk, ICubeSource camera, ReferenceKeeper references, CubeAnalyzer analyzer, IReadOnlyList<ModelClass> classes, CaseBook book,
        RawCubeFolder? rawCubes, HealthBoard health, UlidGenerator ids, TimeProvider time, PipelineMetrics metrics, ILogger<CapturePipeline> log,
        IInterlock? interlock = null)
    {
        _desk = desk;
        _camera = camera;
        _references = references;
        _analyzer = analyzer;
        _classes = classes;
        _book = book;
        _rawCubes = rawCubes;
        _health = health;
        _ids = ids;
        _time = time;
        _metrics = metrics;
        _log = log;
        _interlock = interlock;
    }

    /// <summary>Takes its signs of life: at the begin of a capture and after each stage; between captures it rests.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;

    /// <summary>Captures until the desk closes for good, or until stopped: the desk must not let anyone in any more by then.</summary>
    /// <param name="stopping">Abandons the capture in flight before Record: its trigger is missed, with that reason. A begun Record finishes.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        await foreach (var accepted in _desk.AcceptedAsync(stopping))
        {
            Life.Beat();
            var (outcome, category) = await CaptureOrExplainAsync(accepted.Trigger, stopping);
            if (outcome.Verdict != TriggerVerdict.Captured)
            {
                PipelineLog.TriggerLost(_log, accepted.Trigger.Sequence, outcome.Verdict, outcome.Reason!);
                await RecordLostAsync(accepted.Trigger, outcome);
            }

            Life.Rest();
            _desk.Finish(accepted, outcome, category);
        }
    }

    /// <summary>The graph.</summary>
    private async Task<TriggerOutcome> CaptureAsync(TriggerEvent trigger, CancellationToken interlockOpened, CancellationToken stopping)
    {
        using var lit = CancellationTokenSource.CreateLinkedTokenSource(stopping, interlockOpened);
        var references = await _references.BeforeCaptureAsync(lit.Token);
        using var oneCase = await _book.BeginCaptureAsync(stopping);
        var resultId = _ids.Next();

        Life.Beat();
        using var cube = await _camera.AcquireAsync(trigger, lit.Token);                                                // Acquire
        Life.Beat();
        var calibration = CalibrationFor(cube, references);
        var analysis = _analyzer.Analyze(cube, calibration, resultId, _book.CaseId, progress: null, stopping);          // Calibrate, Infer, Interpret
        _references.AfterCapture(analysis.Result);
        ReportCamera(analysis.Result);
        using var raw = _rawCubes?.Keep(cube, resultId);
        analysis = analysis with { Result = analysis.Result with { RawCubePath = raw?.HeaderPath } };

        stopping.ThrowIfCancellationRequested();
        Life.Beat();
        var begun = _time.GetTimestamp();
        await _book.RecordAsync(analysis, _classes, CancellationToken.None);                                            // Record, with Publish's messages
        raw?.Commit();
        _metrics.CountLedger(analysis.Ledger);
        ReportRecorded(analysis.Result, _time.GetElapsedTime(begun).TotalMilliseconds);
        return new TriggerOutcome(TriggerVerdict.Captured, Reason: null, resultId);
    }

    /// <summary>Turns the named faults into verdicts.</summary>
    private async Task<(TriggerOutcome Outcome, string? Category)> CaptureOrExplainAsync(TriggerEvent trigger, CancellationToken stopping)
    {
        var interlockOpened = _interlock?.Opened ?? CancellationToken.None;
        try
        {
            return (await CaptureAsync(trigger, interlockOpened, stopping), null);
        }
        // Comes first: a camera whose pulses were cut off may call it a fault.
        catch (Exception e) when (e is InterlockOpenException || (e is OperationCanceledException or CameraFaultException or PinFaultException && interlockOpened.IsCancellationRequested))
        {
            return (Missed(_interlock?.OpenReason ?? "the interlock opened during the capture and is closed again; trigger again"), "interlock open");
        }
        catch (CaptureRefusedException e)
        {
            return (new TriggerOutcome(TriggerVerdict.Refused, e.Message, null), "no buffer");
        }
        catch (Exception e) when (e is CameraFaultException or PinFaultException)
        {
            _consecutiveCameraFaults++;
            _health.Report("camera", _consecutiveCameraFaults < FailedAfterFaults ? HealthState.Warning : HealthState.Failed, e.Message, FaultCause);
            return (Missed(e.Message), "camera fault");
        }
        catch (BadInputException e)
        {
            _health.Report("camera", HealthState.Warning, e.Message);
            return (Missed(e.Message), "unusable cube");
        }
        catch (StoreFaultException e)
        {
            return (Missed(e.Message), "store fault");
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return (Missed("the box is stopping"), "stopping");
        }
    }

    /// <summary>A lost capture has its ledger too. The camera keeps it, whatever ended the capture.</summary>
    private async Task RecordLostAsync(TriggerEvent trigger, TriggerOutcome outcome)
    {
        var ledger = _camera.LastLedger is { } last && last.Sequence == trigger.Sequence ? last : null;
        try
        {
            _metrics.CountLedger(ledger ?? TriggerLedger.None);
            await _book.RecordLostAsync(trigger, outcome, ledger, _camera.Camera.Synthetic);
        }
        catch (StoreFaultException e)
        {
            PipelineLog.LedgerNotStored(_log, trigger.Sequence, e.Message);
        }
    }

    private static TriggerOutcome Missed(string reason) => new(TriggerVerdict.Missed, reason, null);

    private static CalibrationSet? CalibrationFor(AcquiredCube cube, CalibrationSet? references) =>
        cube.Calibration ?? (cube.Cube.Quantity == Cubes.SpectralQuantity.RawCounts ? references : null);

    private void ReportCamera(CaptureResult result)
    {
        if (_consecutiveCameraFaults > 0)
        {
            _consecutiveCameraFaults = 0;
            PipelineLog.CameraRecovered(_log);
        }

        _health.Report("camera", HealthState.Ok, cause: FaultCause);

        if (result.AlertsInhibited)
        {
            var drift = string.Join("; ", result.DriftReasons);
            PipelineLog.AlertsInhibited(_log, result.Id, result.Flags, drift.Length == 0 ? "no drift" : drift);
            _health.Report("camera", HealthState.Warning, $"alerts are inhibited: the calibration is {result.Flags}{(drift.Length == 0 ? "" : $" ({drift})")}; {_references.Advice}");
        }
        else
        {
            _health.Report("camera", HealthState.Ok);
        }
    }

    private void ReportRecorded(CaptureResult result, double recordMilliseconds)
    {
        _metrics.ObserveResult(result, recordMilliseconds);
        PipelineLog.ResultRecorded(
            _log, result.Id, result.Sequence, result.Findings.Count, result.Timing.AcquireMilliseconds, result.Timing.ProcessMilliseconds,
            result.Timing.InterpretMilliseconds, recordMilliseconds);
    }
}
