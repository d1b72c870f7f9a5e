using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Publish;
using HsiEdge.Core;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// Board and captures of the configuration in force, set up anew when another one is given: the capture under way finishes first, triggers meanwhile are
/// refused with the reason, store, outbox and broker link stay. See docs/decisions/0021-audit.md and 0009-safe-mode.md.
/// </summary>
internal sealed class CaptureSwitch
{
    private const string Reloading = "reload";
    private static readonly TimeSpan CapturePatience = TimeSpan.FromSeconds(60);

    private readonly Func<ApplianceConfiguration, (BoardOperation Board, CaptureOperation Captures)> _make;
    private readonly CaseBook _book;
    private readonly TriggerDesk _desk;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private TaskCompletionSource<Change> _next = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private CaptureOperation? _captures;

    /// <summary>Makes it, without starting anything.</summary>
    /// <param name="make">Makes board and captures of a configuration.</param>
    /// <param name="book">Judges findings by the configuration's section Interpret.</param>
    /// <param name="desk">Refuses triggers meanwhile.</param>
    /// <param name="health">Forgets what the configuration before had to say.</param>
    /// <param name="time">Source of the time.</param>
    public CaptureSwitch(
        Func<ApplianceConfiguration, (BoardOperation Board, CaptureOperation Captures)> make, CaseBook book, TriggerDesk desk, HealthBoard health, TimeProvider time) =>
        (_make, _book, _desk, _health, _time) = (make, book, desk, health, time);

    /// <summary>Model and calibration in use.</summary>
    public ActiveVersions Active => Volatile.Read(ref _captures)?.Active ?? ActiveVersions.None;

    /// <inheritdoc cref="CaptureOperation.TakeReferenceAsync"/>
    public Task<ReferenceAnswer> TakeReferenceAsync(bool white, int? averages, CancellationToken cancellationToken) =>
        Volatile.Read(ref _captures) is { } captures
            ? captures.TakeReferenceAsync(white, averages, cancellationToken)
            : throw new BadInputException("The box is starting; take references when its status is online.");

    /// <summary>Runs on a configuration, and on each that is given later, until stopped.</summary>
    /// <param name="configuration">The first.</param>
    /// <param name="stopping">Stops it; from then on nobody is let in.</param>
    public async Task RunAsync(ApplianceConfiguration configuration, CancellationToken stopping)
    {
        try
        {
            while (await RunOneAsync(configuration, stopping) is { } change)
            {
                configuration = change.Configuration;
                Forget();
                _book.Use(InterpretOf(configuration), configuration.Camera.Source == CameraSource.Phantom);
                change.Done.SetResult();
            }
        }
        finally
        {
            _desk.Close("stopping", "the box is stopping; trigger again when its status is online", forGood: true);
        }
    }

    /// <summary>Sets board and captures up anew.</summary>
    /// <param name="configuration">By this one.</param>
    /// <param name="stopping">The box is stopping.</param>
    public async Task ChangeAsync(ApplianceConfiguration configuration, CancellationToken stopping)
    {
        _desk.Block(Reloading, "the configuration is being read again; trigger again in a moment");
        try
        {
            await WaitForCaptureAsync(stopping);
            var change = new Change(configuration, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            lock (_gate)
            {
                _next.SetResult(change);
                _next = new TaskCompletionSource<Change>(TaskCreationOptions.RunContinuationsAsynchronously);
            }

            await change.Done.Task.WaitAsync(stopping);
        }
        finally
        {
            _desk.Unblock(Reloading);
        }
    }

    /// <summary>Findings are judged by the defaults while the configuration is wrong.</summary>
    public static InterpretOptions InterpretOf(ApplianceConfiguration configuration) => configuration.Faults.Count == 0 ? configuration.Interpret : new InterpretOptions();

    /// <summary>Waits for the capture under way; one that hangs is ended by the change itself, and told as missed.</summary>
    public async Task WaitForCaptureAsync(CancellationToken stopping)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        patience.CancelAfter(CapturePatience);
        try
        {
            while (_desk.State is { Capturing: true } state)
            {
                await _desk.WaitForChangeAsync(state.Version, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            // Waited long enough.
        }
    }

    /// <summary>Runs on one configuration.</summary>
    /// <returns>The next one; null when told to stop.</returns>
    private async Task<Change?> RunOneAsync(ApplianceConfiguration configuration, CancellationToken stopping)
    {
        Task<Change> next;
        lock (_gate)
        {
            next = _next.Task;
        }

        var (board, captures) = _make(configuration);
        Volatile.Write(ref _captures, captures);
        await using var stages = new TeardownStack();
        var boarding = Run(board.RunAsync, stages);
        var capturing = Run(captures.RunAsync, stages);
        var told = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stopping.Register(told.SetResult);
        var ended = await Task.WhenAny(next, told.Task, boarding, capturing);
        if (ended == boarding || ended == capturing)
        {
            await ended;
            throw new InvalidOperationException($"The {(ended == boarding ? "board" : "captures")} ended without being told to.");
        }

        return ended == next ? await next : null;
    }

    private static Task Run(Func<CancellationToken, Task> stage, TeardownStack stages)
    {
        var stop = new CancellationTokenSource();
        var running = Task.Run(() => stage(stop.Token), CancellationToken.None);
        stages.Push(async () =>
        {
            using (stop)
            {
                await stop.CancelAsync();
                await running;
            }
        });
        return running;
    }

    private void Forget()
    {
        const string NotSetUp = "not set up yet: the configuration was read again";
        _desk.Close("starting", "the configuration was read again and the box sets itself up; trigger again when its status is online");
        _health.Reset("trigger", HealthState.Warning, NotSetUp);
        _health.Reset("camera", HealthState.Warning, NotSetUp);
        _health.Reset("model", HealthState.Warning, NotSetUp);
        _health.Reset("configuration", HealthState.Ok);
    }

    private sealed record Change(ApplianceConfiguration Configuration, TaskCompletionSource Done);
}
