using HsiEdge.Appliance.Cli;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Interpret;
using HsiEdge.Appliance.Publish;
using HsiEdge.Appliance.Trigger;
using HsiEdge.Appliance.Watch;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;
using HsiEdge.Inference;
using HsiEdge.Inference.Bundle;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// All that captures: model → board → camera → references → pipeline → triggers, in this order, undone in reverse. What the configuration or a file
/// makes impossible is safe mode; a camera or a board that is away is waited for, and what stood on a board that went away is set up again.
/// </summary>
internal sealed class CaptureOperation
{
    private const string Stopping = "the box is stopping; trigger again when its status is online";
    private readonly ApplianceConfiguration _configuration;
    private readonly ApplianceRun _run;
    private readonly BoardOperation _board;
    private readonly TriggerDesk _desk;
    private readonly CaseBook _book;
    private readonly AuditedBox _audited;
    private readonly HealthBoard _health;
    private readonly UlidGenerator _ids;
    private readonly PipelineMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILoggerFactory _logs;
    private readonly ILogger _log;
    private ActiveVersions _active = ActiveVersions.None;
    private ReferenceDesk? _references;
    private TimeSpan _longestCapture;

    public CaptureOperation(
        ApplianceConfiguration configuration, ApplianceRun run, BoardOperation board, TriggerDesk desk, CaseBook book, AuditedBox audited, HealthBoard health, UlidGenerator ids,
        PipelineMetrics metrics, TimeProvider time, ILoggerFactory logs)
    {
        _configuration = configuration;
        _run = run;
        _board = board;
        _desk = desk;
        _book = book;
        _audited = audited;
        _health = health;
        _ids = ids;
        _metrics = metrics;
        _time = time;
        _logs = logs;
        _log = logs.CreateLogger<CaptureOperation>();
    }

    /// <summary>Takes figures and signs of life.</summary>
    public Instruments Instruments { get => field ?? Instruments.Unwatched; init; }

    /// <summary>Model and calibration in use.</summary>
    public ActiveVersions Active => Volatile.Read(ref _active);

    /// <summary>Takes a reference with the camera that is open, between captures.</summary>
    /// <param name="white">White, or dark.</param>
    /// <param name="averages">Captures averaged; null for the default.</param>
    /// <param name="cancellationToken">Stops between frames.</param>
    /// <exception cref="BadInputException">No camera is open, or the reference was refused.</exception>
    public async Task<ReferenceAnswer> TakeReferenceAsync(bool white, int? averages, CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _references) is not { } references)
        {
            throw new BadInputException("No camera is open (starting, safe mode, or camera away); take references when the camera is there.");
        }

        var captures = averages ?? ReferenceSession.DefaultAverages;
        using var life = Instruments.Watch("reference", _longestCapture * Math.Clamp(captures, 1, FrameReferenceSource.MostAverages));
        life.Beat();
        return await references.TakeAsync(white, captures, cancellationToken);
    }

    private string DataFolder => Path.GetFullPath(_configuration.Store.DataFolder);

    /// <summary>Captures, or stands in safe mode, until stopped.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        await using var closed = new TeardownStack();
        closed.Push(() =>
        {
            _desk.Close("stopping", Stopping);
            return ValueTask.CompletedTask;
        });
        try
        {
            if (_configuration.Faults.Count > 0)
            {
                ApplianceLog.SafeMode(_log, SafeMode.Enter(_configuration.Faults, _health, _desk));
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
            }

            while (!stopping.IsCancellationRequested)
            {
                await CaptureAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    /// <summary>Captures on the board that is there, until it goes away or the box stops.</summary>
    private async Task CaptureAsync(CancellationToken stopping)
    {
        BoardLease lease;
        try
        {
            lease = await _board.TakeAsync(stopping);
        }
        catch (BadInputException e)
        {
            await StayInSafeModeAsync("trigger", e.Message, stopping);
            return;
        }

        // Given back last: what stood on the board is dark by then.
        using var given = lease;
        using var session = CancellationTokenSource.CreateLinkedTokenSource(stopping, lease.Board?.Lost ?? CancellationToken.None);
        try
        {
            await CaptureAsync(lease.Board, session.Token);
        }
        catch (Exception e) when (lease.Board is { Lost.IsCancellationRequested: true } && CameOfTheLoss(e))
        {
            // What stood on the board could not even be told to be dark; the board said so. Goes on with the next one.
        }
    }

    private static bool CameOfTheLoss(Exception e) =>
        e is OperationCanceledException or PinFaultException or CameraFaultException || (e is AggregateException all && all.InnerExceptions.All(CameOfTheLoss));

    private async Task CaptureAsync(ApplianceBoard? board, CancellationToken stopping)
    {
        await using var stages = new TeardownStack();
        var component = "model";
        CapturePipeline pipeline;
        ApplianceCamera camera;
        try
        {
            var model = stages.Own(LoadModel());
            await _audited.ActivatingAsync(model.Identity, stopping);
            _health.Report("model", HealthState.Ok);
            Volatile.Write(ref _active, new ActiveVersions(model.Identity, null));

            component = "camera";
            camera = ApplianceCamera.Create(_configuration, board, _time, _logs);
            _longestCapture = LongestCapture(camera);
            camera = _run.Camera is { } between ? camera with { Source = between(camera.Source) } : camera;
            stages.Own(camera.Source);
            Instruments.Box.WatchBuffers((camera.Source as FrameCubeSource)?.Pool);
            var stored = KeptReferences();
            var calibration = await OpenAsync(camera, stored, board?.Interlock, stopping);
            Volatile.Write(ref _active, new ActiveVersions(model.Identity, calibration?.Id));
            _health.Report("camera", HealthState.Ok);
            _health.Report("camera", HealthState.Ok, cause: CapturePipeline.FaultCause);

            var analyzer = stages.Own(new CubeAnalyzer(model, _configuration.Processing, _configuration.Interpret, new OverlayRenderer(), _time));
            var rawCubes = new RawCubeFolder(Path.Combine(DataFolder, "raw"));
            var references = new ReferenceKeeper(
                calibration, _configuration.Processing.MaximumCalibrationAgeHours, Retake(camera, stored, model.Identity), _time, _logs.CreateLogger<ReferenceKeeper>(),
                stored.KeepAgain);
            pipeline = new CapturePipeline(
                _desk, camera.Source, references, analyzer, model.Card.Classes, _book, rawCubes, _health, _ids, _time, _metrics, _logs.CreateLogger<CapturePipeline>(),
                board?.Interlock)
            {
                Life = stages.Own(Instruments.Watch("pipeline", _longestCapture)),
            };
            var desk = new ReferenceDesk(
                new ReferenceSession(camera, stored, _configuration.Acquire.FrameTimeoutMilliseconds), references, _desk, _health, board?.Interlock,
                id => Volatile.Write(ref _active, new ActiveVersions(model.Identity, id)), stopping);
            if (camera.Plan is not null && calibration is null)
            {
                desk.BlockWithout();
            }

            Volatile.Write(ref _references, desk);
            stages.Push(async () =>
            {
                Volatile.Write(ref _references, null);
                await desk.DisposeAsync();
            });
            ApplianceLog.Ready(
                _log, $"{camera.Source.Camera.Model} {camera.Source.Camera.Serial}", $"{model.Identity.Name}@{model.Identity.Version}", calibration?.Id ?? "none",
                _configuration.Trigger.IntervalMilliseconds);
        }
        catch (BadInputException e)
        {
            await StayInSafeModeAsync(component, e.Message, stopping);
            return;
        }

        await RunPipelineAsync(pipeline, camera, board, stopping);
    }

    private OnnxPixelModel LoadModel()
    {
        var loaded = false;
        try
        {
            var model = ModelBundleReader.Load(ModelFiles.BundlePath(_configuration.Model, AppContext.BaseDirectory), ModelFiles.Trust(_configuration.Model));
            loaded = true;
            return model;
        }
        finally
        {
            Instruments.Box.CountLoad(loaded);
        }
    }

    private async Task StayInSafeModeAsync(string component, string reason, CancellationToken stopping)
    {
        ApplianceLog.SafeMode(_log, SafeMode.Enter(component, reason, _health, _desk));
        await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
    }

    private async Task RunPipelineAsync(CapturePipeline pipeline, ApplianceCamera camera, ApplianceBoard? board, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var pipelineRunning = pipeline.RunAsync(stop.Token);
        _desk.Open();
        List<Task> running = [pipelineRunning, .. TriggerSources().Select(s => RunTriggersAsync(s, stop.Token))];
        if (camera.Frames is { } frames)
        {
            running.Add(new CameraPresence(frames, _desk, _health, _time, _log).RunAsync(stop.Token));
        }

        _health.Report("trigger", HealthState.Ok);
        using var stopped = stopping.Register(() => Close(board));
        try
        {
            await await Task.WhenAny(running);
        }
        finally
        {
            Close(board);
            await stop.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    /// <summary>Before the pipeline stops: whoever was let in is answered by it, and nobody is let in any more.</summary>
    private void Close(ApplianceBoard? board)
    {
        if (board is { Lost.IsCancellationRequested: true })
        {
            _desk.Close("board away", "the board went away and is waited for; trigger again when the ready lamp is lit");
        }
        else
        {
            _desk.Close("stopping", Stopping);
        }
    }

    /// <summary>What asks for captures besides commands and the board's footswitch, which is heard in safe mode too. A new kind of source is a new line here.</summary>
    private IEnumerable<ITriggerSource> TriggerSources()
    {
        if (_configuration.Trigger.IntervalMilliseconds > 0)
        {
            yield return new IntervalTriggerSource(TimeSpan.FromMilliseconds(_configuration.Trigger.IntervalMilliseconds), _time, _run.IntervalLimit)
            {
                Life = Instruments.Watch("interval", TimeSpan.FromMilliseconds(_configuration.Trigger.IntervalMilliseconds)),
            };
        }
    }

    /// <summary>Runs a source; one that has posted all it had leaves the others running.</summary>
    private async Task RunTriggersAsync(ITriggerSource source, CancellationToken stopping)
    {
        await using var owned = source;
        try
        {
            await source.RunAsync(_desk, stopping);
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    /// <summary>How long a capture may take by its plan when all is well, twice; with new references before it where the camera takes them of itself.</summary>
    private static TimeSpan LongestCapture(ApplianceCamera camera) =>
        camera.Plan is null ? TimeSpan.Zero : TimeSpan.FromMilliseconds(PlanBudget.Of(camera.Plan).TotalMilliseconds * 2 * (camera.References is null ? 1 : 1 + (2 * ReferenceSession.DefaultAverages)));

    private StoredReferences KeptReferences() => new(
        Path.Combine(DataFolder, "calibration"),
        _configuration.Processing.MaximumCalibrationAgeHours,
        _configuration.Processing.WavelengthToleranceNanometres,
        _configuration.Processing.MaximumTemperatureDriftCelsius,
        _ids,
        _health,
        _time,
        _log);

    /// <summary>How references are replaced while the box runs; null when the camera takes none.</summary>
    private Func<CancellationToken, Task<CalibrationSet>>? Retake(ApplianceCamera camera, StoredReferences stored, ModelIdentity model) =>
        camera is not { References: { } source, Plan: { } plan }
            ? null
            : async stopping =>
            {
                var taken = await stored.RetakeAsync(source, camera.Source.Camera, plan, stopping);
                Volatile.Write(ref _active, new ActiveVersions(model, taken.Id));
                return taken;
            };

    /// <summary>Opens the camera and takes its references, for as long as it takes: a camera may be plugged in later.</summary>
    private async Task<CalibrationSet?> OpenAsync(ApplianceCamera camera, StoredReferences stored, IInterlock? interlock, CancellationToken stopping)
    {
        var retry = new RetryDelay();
        using var life = Instruments.Watch("camera", _longestCapture);
        while (true)
        {
            life.Beat();
            var interlockOpened = interlock?.Opened ?? CancellationToken.None;
            try
            {
                using var lit = CancellationTokenSource.CreateLinkedTokenSource(stopping, interlockOpened);
                await camera.Source.OpenAsync(stopping);
                _book.CameraIsSynthetic = camera.Source.Camera.Synthetic;
                return camera switch
                {
                    { References: { } references, Plan: { } plan } => await stored.ObtainAsync(references, camera.Source.Camera, plan, lit.Token),
                    { Plan: { } plan } => stored.Find(camera.Source.Camera, plan).Kept,
                    _ => null,
                };
            }
            catch (Exception e) when (interlock is not null && !stopping.IsCancellationRequested
                && (e is InterlockOpenException || (e is OperationCanceledException or CameraFaultException or PinFaultException && interlockOpened.IsCancellationRequested)))
            {
                life.Rest();
                await interlock.WaitUntilClosedAsync(stopping);
            }
            catch (Exception e) when (e is CameraFaultException or PinFaultException)
            {
                _health.Report("camera", HealthState.Failed, e.Message);
                _desk.Close("camera away", $"the camera cannot be opened: {e.Message}");
                var wait = retry.Next();
                ApplianceLog.CameraAway(_log, e.Message, wait.TotalSeconds);
                Instruments.Box.CountRetry("camera");
                life.Rest();
                await Task.Delay(wait, _time, stopping);
            }
        }
    }
}
