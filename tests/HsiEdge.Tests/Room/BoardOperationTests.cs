using HsiEdge.Core;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Room;

public sealed class BoardOperationTests
{
    [Fact]
    public async Task Until_the_interlock_is_closed_triggers_are_refused_with_the_reason()
    {
        await using var rig = new RoomRig();
        rig.Start();
        await rig.UntilAsync(() => rig.Health.Snapshot().Items.Any(i => i.Reason.Contains("interlock", StringComparison.Ordinal)));
        Assert.Equal(HealthState.Warning, rig.Trigger.State);
        Assert.Contains("interlock (fake LID, header pin 31)", rig.Trigger.Reason, StringComparison.Ordinal);
        var refused = rig.Desk.Post(TriggerCause.Command);
        Assert.Contains("close the door, the lid or the key switch", refused.RefusalReason, StringComparison.Ordinal);
        Assert.Equal(1, rig.Desk.Totals.RefusedByReason["interlock open"]);

        rig.Board.Drive(FakeBoardPins.Interlock, active: true);
        await rig.UntilAsync(() => rig.Desk.State.Ready);
        await rig.UntilAsync(() => rig.Trigger.State == HealthState.Ok);
        Assert.True(rig.Board.IsActive(FakeBoardPins.ReadyLamp));
    }

    [Fact]
    public async Task An_interlock_that_opens_darkens_every_output_at_once_and_ends_what_is_under_way()
    {
        await using var rig = new RoomRig();
        using var lease = await rig.StartReadyAsync();
        var interlock = lease.Board!.Interlock;
        var opened = interlock.Opened;
        Assert.Null(interlock.OpenReason);
        var pulses = lease.Board.Pulses.RunAsync([], new PulseProgress(1), CancellationToken.None);
        rig.Board.Output(FakeBoardPins.CameraTrigger).Set(active: true);
        var safe = rig.Board.MadeSafe;

        rig.Board.Drive(FakeBoardPins.Interlock, active: false);
        await rig.UntilAsync(() => opened.IsCancellationRequested);
        await Assert.ThrowsAsync<InterlockOpenException>(() => pulses);
        await rig.UntilAsync(() => rig.Board.MadeSafe > safe && !rig.Board.IsActive(FakeBoardPins.CameraTrigger));
        await rig.UntilAsync(() => rig.Trigger.State == HealthState.Warning);
        Assert.Contains("interlock is open", interlock.OpenReason, StringComparison.Ordinal);
        Assert.False(rig.Desk.State.Ready);
        Assert.False(rig.Board.IsActive(FakeBoardPins.ReadyLamp));

        // Whoever slips in while it is open is dark again at the next look.
        rig.Board.Output(FakeBoardPins.CameraTrigger).Set(active: true);
        await rig.UntilAsync(() => !rig.Board.IsActive(FakeBoardPins.CameraTrigger), seconds: 1);

        var closed = interlock.WaitUntilClosedAsync(CancellationToken.None);
        rig.Board.Drive(FakeBoardPins.Interlock, active: true);
        await rig.UntilAsync(() => closed.IsCompletedSuccessfully, seconds: 1);
        Assert.False(interlock.Opened.IsCancellationRequested);
    }

    [Fact]
    public async Task A_lid_that_trembles_is_open()
    {
        await using var rig = new RoomRig();
        using var lease = await rig.StartReadyAsync();
        for (var i = 0; i < 20; i++)
        {
            rig.Board.Drive(FakeBoardPins.Interlock, active: i % 2 == 1);
            await rig.StepAsync();
            await rig.StepAsync();
            if (i > 0)
            {
                Assert.True(lease.Board!.Interlock.Opened.IsCancellationRequested);
            }
        }

        await rig.UntilAsync(() => !lease.Board!.Interlock.Opened.IsCancellationRequested, seconds: 1);
    }

    [Fact]
    public async Task Outputs_that_cannot_be_made_safe_are_said_in_capitals()
    {
        await using var rig = new RoomRig();
        using var lease = await rig.StartReadyAsync();
        rig.Board.OutputFault = new PinFaultException("camera trigger is stuck");
        rig.Board.Drive(FakeBoardPins.Interlock, active: false);
        await rig.UntilAsync(() => rig.Trigger.Reason.Contains("OUTPUTS MAY NOT BE SAFE", StringComparison.Ordinal));
        Assert.Equal(HealthState.Failed, rig.Trigger.State);
        Assert.Contains("camera trigger is stuck", rig.Trigger.Reason, StringComparison.Ordinal);
        rig.Board.OutputFault = null;
    }

    [Fact]
    public async Task A_board_without_an_interlock_needs_none()
    {
        var profile = FakeBoardPins.Everything with { Lines = [FakeBoardPins.Footswitch, FakeBoardPins.ReadyLamp] };
        await using var rig = new RoomRig(r => new FakeBoardPins(r.Time, profile));
        rig.Start();
        await rig.UntilAsync(() => rig.Desk.State.Ready);
        rig.Board.Drive(FakeBoardPins.Footswitch, active: true);
        await rig.UntilAsync(() => rig.Desk.Totals.InFlight == 1);
    }

    [Fact]
    public async Task A_refused_press_blinks_the_ready_lamp_for_a_second()
    {
        await using var rig = new RoomRig();
        using var lease = await rig.StartReadyAsync();
        rig.Desk.Block("disk full", "the disk is full; free space");
        await rig.UntilAsync(() => !rig.Board.IsActive(FakeBoardPins.ReadyLamp), seconds: 1);
        rig.Board.Drive(FakeBoardPins.Footswitch, active: true);
        await rig.UntilAsync(() => rig.Board.IsActive(FakeBoardPins.ReadyLamp), seconds: 1);
        var (changes, lit) = (0, true);
        for (var i = 0; i < 40; i++)
        {
            await rig.StepAsync();
            var now = rig.Board.IsActive(FakeBoardPins.ReadyLamp);
            changes += now == lit ? 0 : 1;
            lit = now;
        }

        Assert.InRange(changes, 5, 11);
        Assert.False(lit);
        rig.Desk.Unblock("disk full");
        await rig.UntilAsync(() => rig.Board.IsActive(FakeBoardPins.ReadyLamp), seconds: 1);
    }

    [Fact]
    public async Task The_alert_lamp_blinks_until_the_alert_is_acknowledged_and_is_dark_once_it_ended()
    {
        await using var rig = new RoomRig();
        using var lease = await rig.StartReadyAsync();
        rig.Alerts = [Alert(AlertState.Raised)];
        Assert.InRange(await ChangesAsync(rig, seconds: 4), 6, 9);
        rig.Alerts = [Alert(AlertState.Acknowledged)];
        await rig.UntilAsync(() => rig.Board.IsActive(FakeBoardPins.AlertLamp), seconds: 2);
        await rig.StepAsync();
        Assert.Equal(0, await ChangesAsync(rig, seconds: 2));
        Assert.True(rig.Board.IsActive(FakeBoardPins.AlertLamp));
        rig.Alerts = [];
        await rig.UntilAsync(() => !rig.Board.IsActive(FakeBoardPins.AlertLamp), seconds: 1);
    }

    [Fact]
    public async Task A_footswitch_held_for_ten_seconds_is_named_within_a_second_and_clears_when_released()
    {
        await using var rig = new RoomRig();
        using var lease = await rig.StartReadyAsync();
        rig.Board.Drive(FakeBoardPins.Footswitch, active: true);
        var pressed = rig.Time.GetUtcNow();
        await rig.UntilAsync(() => rig.Trigger.Reason.Contains("held active", StringComparison.Ordinal), seconds: 12);
        Assert.InRange((rig.Time.GetUtcNow() - pressed).TotalSeconds, 10, 11);
        Assert.Equal(HealthState.Warning, rig.Trigger.State);
        Assert.Contains("footswitch (fake FOOT, header pin 29)", rig.Trigger.Reason, StringComparison.Ordinal);
        rig.Board.Drive(FakeBoardPins.Footswitch, active: false);
        await rig.UntilAsync(() => rig.Trigger.State == HealthState.Ok, seconds: 1);
    }

    [Fact]
    public async Task Lost_edges_are_named_and_clear_by_themselves()
    {
        await using var rig = new RoomRig();
        using var lease = await rig.StartReadyAsync();
        rig.Board.Drive(FakeBoardPins.Footswitch, active: false, lostBefore: 4);
        await rig.UntilAsync(() => rig.Trigger.Reason.Contains("lost edges", StringComparison.Ordinal), seconds: 1);
        await rig.UntilAsync(() => rig.Trigger.State == HealthState.Ok, seconds: 6);
    }

    [Fact]
    public async Task A_board_that_is_away_is_waited_for_and_what_stood_on_it_gets_the_next_one()
    {
        await using var rig = new RoomRig(_ => throw new PinFaultException("no chip labelled fake"), r => new FakeBoardPins(r.Time), r => new FakeBoardPins(r.Time));
        rig.Start();
        await rig.UntilAsync(() => rig.Health.Snapshot().Items.Any(i => i.Reason.Contains("no chip labelled fake", StringComparison.Ordinal)));
        Assert.Equal(HealthState.Failed, rig.Trigger.State);
        Assert.Contains("no chip labelled fake", rig.Desk.Post(TriggerCause.Command).RefusalReason, StringComparison.Ordinal);
        var taking = rig.Operation.TakeAsync(CancellationToken.None);
        await rig.UntilAsync(() => taking.IsCompleted);
        var first = await taking;
        rig.Board.Drive(FakeBoardPins.Interlock, active: true);
        await rig.UntilAsync(() => rig.Desk.State.Ready);

        var firstBoard = rig.Board;
        firstBoard.GoAway("chip fake is gone");
        await rig.UntilAsync(() => first.Board!.Lost.IsCancellationRequested);
        Assert.Contains("chip fake is gone", first.Board!.Interlock.OpenReason, StringComparison.Ordinal);
        Assert.False(rig.Desk.State.Ready);
        for (var i = 0; i < 100; i++)
        {
            await rig.StepAsync();
        }

        Assert.False(firstBoard.Disposed);
        first.Dispose();
        await rig.UntilAsync(() => firstBoard.Disposed);
        var next = rig.Operation.TakeAsync(CancellationToken.None);
        await rig.UntilAsync(() => next.IsCompleted);
        using var second = await next;
        Assert.NotSame(firstBoard, second.Board!.Pins);
        rig.Board.Drive(FakeBoardPins.Interlock, active: true);
        await rig.UntilAsync(() => rig.Desk.State.Ready && rig.Trigger.State == HealthState.Ok);
    }

    [Fact]
    public async Task A_wrong_profile_is_said_and_thrown_to_whoever_takes_the_board()
    {
        await using var rig = new RoomRig(_ => throw new BadInputException("/boards/fake.json: lines[0].role is 'pedal'"));
        rig.Start();
        var wrong = await Assert.ThrowsAsync<BadInputException>(() => rig.Operation.TakeAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains("lines[0].role", wrong.Message, StringComparison.Ordinal);
        Assert.Equal(HealthState.Failed, rig.Trigger.State);
        Assert.Contains("/boards/fake.json", rig.Trigger.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task At_the_end_every_output_is_safe_and_the_board_is_closed()
    {
        await using var rig = new RoomRig();
        var lease = await rig.StartReadyAsync();
        rig.Alerts = [Alert(AlertState.Acknowledged)];
        await rig.UntilAsync(() => rig.Board.IsActive(FakeBoardPins.AlertLamp));
        lease.Dispose();
        await rig.StopAsync();
        Assert.True(rig.Board.Disposed);
        Assert.DoesNotContain(FakeBoardPins.Everything.Lines, rig.Board.IsActive);
    }

    private static async Task<int> ChangesAsync(RoomRig rig, int seconds)
    {
        var (changes, lit) = (0, rig.Board.IsActive(FakeBoardPins.AlertLamp));
        for (var i = 0; i < seconds * 20; i++)
        {
            await rig.StepAsync();
            var now = rig.Board.IsActive(FakeBoardPins.AlertLamp);
            changes += now == lit ? 0 : 1;
            lit = now;
        }

        return changes;
    }

    private static Alert Alert(AlertState state) =>
        new("01", state, null, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, "02", Finding: null!, state == AlertState.Acknowledged ? "K" : null, 0);
}
