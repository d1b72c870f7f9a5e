using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Trigger;

/// <summary>
/// Watches the interlock line. Open means: no trigger is taken, a capture in flight ends, every output is driven to its safe level, and the health of
/// the trigger says so. It opens at the first inactive edge, or when the line cannot be read; it closes when the line stood active for
/// <see cref="ClosedAfter"/>. A board without the line is always closed.
/// </summary>
internal sealed class InterlockGuard : IInterlock, IAsyncDisposable
{
    /// <summary>How long the line must stand active to count as closed: a lid that trembles is open.</summary>
    public static readonly TimeSpan ClosedAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>Time between two looks at the level, beside the edges.</summary>
    public static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(100);

    private const string Category = "interlock open";
    private readonly Lock _gate = new();
    private readonly IBoardPins _pins;
    private readonly IEdgeWatch? _watch;
    private readonly LineWatch? _line;
    private readonly TriggerDesk _desk;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private CancellationTokenSource _opened = new();
    private TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string? _openReason;
    private long _openedAt;
    private long? _activeSince;

    private InterlockGuard(IBoardPins pins, IEdgeWatch? watch, LineWatch? line, TriggerDesk desk, HealthBoard health, TimeProvider time, ILogger log)
    {
        (_pins, _watch, _line, _desk, _health, _time, _log) = (pins, watch, line, desk, health, time, log);
        _closed.SetResult();
    }

    /// <inheritdoc/>
    public CancellationToken Opened
    {
        get
        {
            lock (_gate)
            {
                return _opened.Token;
            }
        }
    }

    /// <inheritdoc/>
    public string? OpenReason => Volatile.Read(ref _openReason);

    /// <summary>Takes its figures and signs of life.</summary>
    public Instruments Instruments { get => field ?? Instruments.Unwatched; init; }

    /// <summary>The line's watch over faults; null where the board has no interlock.</summary>
    public LineWatch? Line => _line;

    /// <summary>Level of the line now, for those who check lines; null where there is none.</summary>
    public IEdgeWatch? Watch => _watch;

    /// <summary>Claims the line and takes its level; nothing is lit before.</summary>
    /// <exception cref="PinFaultException">The line is missing or in use.</exception>
    public static async Task<InterlockGuard> OpenAsync(
        IBoardPins pins, LineLimits limits, TriggerDesk desk, HealthBoard health, TimeProvider time, ILogger log, Instruments? instruments = null)
    {
        if (pins.Profile.Find(PinRole.Interlock) is not { } line)
        {
            desk.Unblock(Category);
            health.Report(TriggerHealth.Component, HealthState.Ok, cause: TriggerHealth.Interlock);
            return new InterlockGuard(pins, watch: null, line: null, desk, health, time, log);
        }

        var watch = pins.Watch([line]);
        try
        {
            var active = watch.Read(line);
            var guard = new InterlockGuard(pins, watch, new LineWatch(line, limits, active, KernelTime.Nanoseconds(time)), desk, health, time, log)
            {
                Instruments = instruments ?? Instruments.Unwatched,
            };
            if (active)
            {
                guard.TellClosed();
            }
            else
            {
                await guard.OpenAsync(guard.LineOpen());
            }

            return guard;
        }
        catch
        {
            await watch.DisposeAsync();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task WaitUntilClosedAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return _closed.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Watches until stopped.</summary>
    /// <param name="stopping">Stops it.</param>
    /// <exception cref="PinFaultException">The chip went away; the interlock is open by then.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (_watch is null)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, _time, stopping);
            return;
        }

        using var life = Instruments.Watch("board interlock", LookPeriod);
        try
        {
            var more = _watch.Edges.WaitToReadAsync(stopping).AsTask();
            while (true)
            {
                life.Beat();
                await Task.WhenAny(more, Task.Delay(LookPeriod, _time, stopping));
                stopping.ThrowIfCancellationRequested();
                if (more.IsCompleted)
                {
                    if (!await more)
                    {
                        throw new PinFaultException($"The watch of the line {_line!.Line} ended.");
                    }

                    await TakeEdgesAsync();
                    more = _watch.Edges.WaitToReadAsync(stopping).AsTask();
                }

                await LookAsync();
            }
        }
        catch (PinFaultException e)
        {
            await OpenAsync($"the interlock cannot be read: {e.Message}");
            throw;
        }
    }

    /// <summary>Opens it for a reason that is not the line's: the board went away.</summary>
    /// <param name="reason">Why, and what to do.</param>
    public async Task OpenAsync(string reason)
    {
        CancellationTokenSource opened;
        lock (_gate)
        {
            var first = _openReason is null;
            Volatile.Write(ref _openReason, reason);
            _activeSince = null;
            _desk.Block(Category, reason);
            if (!first)
            {
                return;
            }

            Instruments.Room.CountOpening();
            (opened, _openedAt) = (_opened, _time.GetTimestamp());
            _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        // The token falls first and at once; what hangs on it ends beside us. Whoever was in the middle of a write is overruled afterwards.
        var ending = opened.CancelAsync();
        MakeSafe(reason);
        await ending;
        MakeSafe(reason);
        RoomLog.InterlockOpen(_log, reason);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_watch is not null)
        {
            await _watch.DisposeAsync();
        }

        _opened.Dispose();
    }

    private async Task TakeEdgesAsync()
    {
        while (_watch!.Edges.TryRead(out var edge))
        {
            _line!.Observe(edge);
            Instruments.Room.CountEdge(edge, PinRole.Interlock);
            if (!edge.Active || edge.LostBefore > 0)
            {
                await OpenAsync(LineOpen());
            }

            if (edge.Active)
            {
                _activeSince = KernelTime.Nanoseconds(_time);
            }
        }
    }

    /// <summary>The level itself: an edge may be lost, and closing takes its time. Whatever slips in while it is open is dark again at the next look.</summary>
    private async Task LookAsync()
    {
        if (!_watch!.Read(_line!.Line))
        {
            await OpenAsync(LineOpen());
            Darken();
            return;
        }

        var now = KernelTime.Nanoseconds(_time);
        if (_openReason is null)
        {
            return;
        }

        _activeSince ??= now;
        if (now - _activeSince.Value >= ClosedAfter.Ticks * 100)
        {
            Close();
        }
        else
        {
            Darken();
        }
    }

    private void Close()
    {
        CancellationTokenSource former;
        lock (_gate)
        {
            (former, _opened) = (_opened, new CancellationTokenSource());
            Volatile.Write(ref _openReason, null);
        }

        former.Dispose();
        TellClosed();
        RoomLog.InterlockClosed(_log, _time.GetElapsedTime(_openedAt).TotalSeconds);
        _closed.SetResult();
    }

    private void TellClosed()
    {
        _desk.Unblock(Category);
        _health.Report(TriggerHealth.Component, HealthState.Ok, cause: TriggerHealth.Interlock);
    }

    private string LineOpen() => $"the interlock is open: the line {_line!.Line} is inactive; close the door, the lid or the key switch";

    private void MakeSafe(string reason)
    {
        try
        {
            _pins.MakeSafe();
            _health.Report(TriggerHealth.Component, HealthState.Warning, reason, TriggerHealth.Interlock);
        }
        catch (PinFaultException e)
        {
            RoomLog.NotSafe(_log, e.Message);
            _health.Report(
                TriggerHealth.Component, HealthState.Failed, $"{reason}; OUTPUTS MAY NOT BE SAFE, switch the light source off by hand: {e.Message}", TriggerHealth.Interlock);
        }
    }

    /// <summary>Drives what makes light and pulses, and leaves the lamps to their keeper.</summary>
    private void Darken()
    {
        foreach (var line in _pins.Profile.Lines.Where(l => l.Role is PinRole.CameraTrigger or PinRole.SourceStep))
        {
            try
            {
                _pins.Output(line).Set(active: false);
            }
            catch (PinFaultException e)
            {
                _health.Report(TriggerHealth.Component, HealthState.Failed, $"OUTPUTS MAY NOT BE SAFE, switch the light source off by hand: {e.Message}", TriggerHealth.Interlock);
            }
        }
    }
}
