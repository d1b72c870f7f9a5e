using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Trigger;

/// <summary>
/// Drives the lamps of the room as <see cref="LampPattern"/> says, from the desk's state and the open alerts. Both are written anew at every look, at
/// least four times a second: what made them safe in between is not asked to say so.
/// </summary>
internal sealed class LampKeeper
{
    private static readonly TimeSpan LongestLook = TimeSpan.FromMilliseconds(250);
    private readonly IOutputPin? _ready;
    private readonly IOutputPin? _alert;
    private readonly TriggerDesk _desk;
    private readonly Func<IReadOnlyList<Alert>> _openAlerts;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly ILogger _log;
    private readonly long _start;
    private long _refusals;
    private (long First, long Last)? _refused;
    private bool _atFault;

    public LampKeeper(IBoardPins pins, TriggerDesk desk, Func<IReadOnlyList<Alert>> openAlerts, HealthBoard health, TimeProvider time, ILogger log)
    {
        _ready = pins.Profile.Find(PinRole.ReadyLamp) is { } ready ? pins.Output(ready) : null;
        _alert = pins.Profile.Find(PinRole.AlertLamp) is { } alert ? pins.Output(alert) : null;
        (_desk, _openAlerts, _health, _time, _log) = (desk, openAlerts, health, time, log);
        (_start, _refusals) = (time.GetTimestamp(), desk.State.Refusals);
    }

    /// <summary>Takes its signs of life.</summary>
    public Instruments Instruments { get => field ?? Instruments.Unwatched; init; }

    /// <summary>Drives them until stopped; the board darkens them when it closes.</summary>
    /// <param name="stopping">Stops it.</param>
    public async Task RunAsync(CancellationToken stopping)
    {
        using var life = Instruments.Watch("board lamps", LongestLook);
        var changed = Task.CompletedTask;
        while (true)
        {
            life.Beat();
            var state = _desk.State;
            if (changed.IsCompleted)
            {
                changed = _desk.WaitForChangeAsync(state.Version, stopping);
            }

            Show(state);
            await Task.WhenAny(changed, Task.Delay(UntilNextLook(), _time, stopping));
            stopping.ThrowIfCancellationRequested();
        }
    }

    private void Show(TriggerDeskState state)
    {
        var now = _time.GetTimestamp();
        if (state.Refusals > _refusals)
        {
            _refusals = state.Refusals;
            _refused = (_refused?.First ?? now, now);
        }

        if (_refused is { } refused && _time.GetElapsedTime(refused.Last, now) >= LampPattern.RefusalShown)
        {
            _refused = null;
        }

        var alerts = _openAlerts();
        try
        {
            _ready?.Set(LampPattern.Ready(state.Ready, _refused is { } shown ? _time.GetElapsedTime(shown.First, now) : null));
            _alert?.Set(LampPattern.Alert(alerts.Count > 0, alerts.Any(a => a.State == AlertState.Raised), _time.GetElapsedTime(_start, now)));
            Tell(null);
        }
        catch (PinFaultException e)
        {
            Tell(e.Message);
        }
    }

    /// <summary>Up to the next change of a blinking lamp, or a quarter of a second.</summary>
    private TimeSpan UntilNextLook()
    {
        if (_refused is not { } refused)
        {
            return LongestLook;
        }

        var half = LampPattern.FastHalfPeriod;
        return TimeSpan.FromMilliseconds(Math.Ceiling((half.Ticks - (_time.GetElapsedTime(refused.First).Ticks % half.Ticks)) / (double)TimeSpan.TicksPerMillisecond));
    }

    private void Tell(string? fault)
    {
        if (fault is not null && !_atFault)
        {
            RoomLog.LampAtFault(_log, fault);
        }

        _atFault = fault is not null;
        _health.Report(TriggerHealth.Component, fault is null ? HealthState.Ok : HealthState.Warning, fault ?? "", TriggerHealth.Lamps);
    }
}
