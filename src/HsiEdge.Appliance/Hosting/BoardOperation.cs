using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Trigger;
using HsiEdge.Appliance.Watch;
using HsiEdge.Core;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// The board while the box runs, in safe mode too: pins → interlock → lamps and lines → footswitch, undone in reverse, every output at its safe level at
/// the end. A board that is away is waited for, and what is built on it is set up again when it is back. Cameras and light sources take it by a lease.
/// </summary>
internal sealed class BoardOperation
{
    private const string Away = "board away";
    private readonly Lock _gate = new();
    private readonly BoardOptions _options;
    private readonly Func<BoardOptions, BoardDevices> _open;
    private readonly TriggerDesk _desk;
    private readonly Func<IReadOnlyList<Alert>> _openAlerts;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private TaskCompletionSource<ApplianceBoard> _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _lent;

    /// <summary>Makes it, without opening anything.</summary>
    /// <param name="options">Section <c>Board</c>, without faults.</param>
    /// <param name="open">Opens the hardware.</param>
    /// <param name="desk">Takes the presses; blocked while the board is away.</param>
    /// <param name="openAlerts">Alerts that the lamp shows.</param>
    /// <param name="health">Told of everything, as the component <c>trigger</c>.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logs">For its messages.</param>
    public BoardOperation(
        BoardOptions options, Func<BoardOptions, BoardDevices> open, TriggerDesk desk, Func<IReadOnlyList<Alert>> openAlerts, HealthBoard health, TimeProvider time,
        ILoggerFactory logs)
    {
        (_options, _open, _desk, _openAlerts, _health, _time) = (options, open, desk, openAlerts, health, time);
        _log = logs.CreateLogger<BoardOperation>();
    }

    /// <summary>Takes figures and signs of life.</summary>
    public Instruments Instruments { get => field ?? Instruments.Unwatched; init; }

    private bool IsConfigured => _options.ProfilePath.Length > 0;

    /// <summary>Takes the board; waits for it while it is away.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>To be disposed when nothing uses the board any more.</returns>
    /// <exception cref="BadInputException">The profile cannot be used.</exception>
    public async Task<BoardLease> TakeAsync(CancellationToken cancellationToken)
    {
        if (!IsConfigured)
        {
            return new BoardLease(board: null, returned: null);
        }

        while (true)
        {
            Task<ApplianceBoard> opened;
            lock (_gate)
            {
                opened = _opened.Task;
            }

            var board = await opened.WaitAsync(cancellationToken);
            lock (_gate)
            {
                // Lent only while it is there: who withdraws it waits for the lease.
                if (ReferenceEquals(opened, _opened.Task))
                {
                    _lent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                    return new BoardLease(board, _lent);
                }
            }
        }
    }

    /// <summary>Keeps the board open until stopped. Whoever holds a lease must have given it back by then.</summary>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            if (IsConfigured)
            {
                await KeepOpenAsync(stopping);
            }

            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    private async Task KeepOpenAsync(CancellationToken stopping)
    {
        using var life = Instruments.Watch("board");
        var retry = new RetryDelay();
        _desk.Block(Away, "the board is being opened; trigger again when the ready lamp is lit");
        while (true)
        {
            try
            {
                await UseAsync(retry, life, stopping);
            }
            catch (BadInputException e)
            {
                // Who takes the board enters safe mode with this; nothing else can be done about it while the worker runs.
                _health.Report(TriggerHealth.Component, HealthState.Failed, e.Message, TriggerHealth.Board);
                BoardLog.ProfileRefused(_log, e.Message);
                lock (_gate)
                {
                    _opened.SetException(e);
                }

                return;
            }
            catch (PinFaultException e)
            {
                var wait = retry.Next();
                _desk.Block(Away, $"the board cannot be used: {e.Message}");
                _health.Report(TriggerHealth.Component, HealthState.Failed, e.Message, TriggerHealth.Board);
                BoardLog.BoardAway(_log, e.Message, wait.TotalSeconds);
                Instruments.Box.CountRetry("board");
                life.Rest();
                await Task.Delay(wait, _time, stopping);
            }
        }
    }

    /// <summary>From opening to closing.</summary>
    private async Task UseAsync(RetryDelay retry, Heartbeat life, CancellationToken stopping)
    {
        life.Beat();
        var devices = _open(_options);
        var guard = default(InterlockGuard);
        var footswitch = default(FootswitchTriggerSource);
        using var lost = new CancellationTokenSource();
        try
        {
            guard = await InterlockGuard.OpenAsync(devices.Pins, _options.Limits, _desk, _health, _time, _log, Instruments);
            var lines = new List<(LineWatch Line, IEdgeWatch Watch)>();
            if (guard is { Line: { } line, Watch: { } watch })
            {
                lines.Add((line, watch));
            }

            footswitch = Footswitch(devices.Pins, lines);
            Lend(new ApplianceBoard(devices.Pins, new InterlockedPulseEngine(devices.Pulses, guard), guard, lost.Token));
            retry.Reset();

            // From here on the keepers of its lines and lamps show their own.
            life.Rest();
            await RunRoomAsync(devices.Pins, guard, footswitch, lines, stopping);
        }
        catch (PinFaultException e) when (guard is not null)
        {
            await guard.OpenAsync($"the board went away: {e.Message}");
            throw;
        }
        finally
        {
            life.Beat();
            await lost.CancelAsync();
            await WithdrawAsync();
            await CloseAsync(devices, guard, footswitch);
        }
    }

    private FootswitchTriggerSource? Footswitch(IBoardPins pins, List<(LineWatch Line, IEdgeWatch Watch)> lines)
    {
        if (pins.Profile.Find(PinRole.Footswitch) is not { } line)
        {
            return null;
        }

        var watch = pins.Watch([line]);
        var active = watch.Read(line);
        lines.Add((new LineWatch(line, _options.Limits, active, KernelTime.Nanoseconds(_time)), watch));
        return new FootswitchTriggerSource(watch, lines[^1].Line, active, _time) { Instruments = Instruments };
    }

    private async Task RunRoomAsync(
        IBoardPins pins, InterlockGuard guard, FootswitchTriggerSource? footswitch, IReadOnlyList<(LineWatch Line, IEdgeWatch Watch)> lines, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        List<Task> running =
        [
            guard.RunAsync(stop.Token),
            new LineKeeper(lines, _health, _time, _log) { Instruments = Instruments }.RunAsync(stop.Token),
            new LampKeeper(pins, _desk, _openAlerts, _health, _time, _log) { Instruments = Instruments }.RunAsync(stop.Token),
        ];
        if (footswitch is not null)
        {
            running.Add(footswitch.RunAsync(_desk, stop.Token));
        }

        try
        {
            await await Task.WhenAny(running);
            throw new PinFaultException("A watch of the board's lines ended without a fault.");
        }
        finally
        {
            await stop.CancelAsync();
            await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Lend(ApplianceBoard board)
    {
        _desk.Unblock(Away);
        _health.Report(TriggerHealth.Component, HealthState.Ok, cause: TriggerHealth.Board);
        BoardLog.BoardOpen(_log, board.Pins.Profile.Title, board.Pins.Profile.Name, board.Pins.Profile.Lines.Count);
        lock (_gate)
        {
            _opened.SetResult(board);
        }
    }

    /// <summary>Nobody gets it any more, and who has it gives it back.</summary>
    private async Task WithdrawAsync()
    {
        TaskCompletionSource? lent;
        lock (_gate)
        {
            (lent, _lent) = (_lent, null);
            if (_opened.Task.IsCompleted)
            {
                _opened = new TaskCompletionSource<ApplianceBoard>(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        if (lent is not null)
        {
            await lent.Task;
        }
    }

    /// <summary>Undoes the opening in reverse; a chip that is gone cannot be told to be safe, and that is said.</summary>
    private async Task CloseAsync(BoardDevices devices, InterlockGuard? guard, FootswitchTriggerSource? footswitch)
    {
        foreach (var part in new IAsyncDisposable?[] { footswitch, guard, devices.Pulses, devices.Pins }.OfType<IAsyncDisposable>())
        {
            try
            {
                await part.DisposeAsync();
            }
            catch (PinFaultException e)
            {
                RoomLog.NotSafe(_log, e.Message);
            }
        }
    }
}
