using System.Diagnostics;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Appliance.Trigger;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Room;

/// <summary>The room on the simulated board as it is shipped, with its real pulse thread and in real time.</summary>
public sealed class SimulatedRoomTests : IAsyncLifetime
{
    private static readonly string ProfilePath = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards", "simulated.json");
    private readonly CancellationTokenSource _stopping = new();
    private readonly PipelineMetrics _metrics = new();
    private readonly HealthBoard _health = new(TimeProvider.System);
    private readonly TriggerDesk _desk;
    private readonly BoardOperation _operation;
    private SimulatedBoard _board = null!;
    private int _openings;
    private Task _running = Task.CompletedTask;

    public SimulatedRoomTests()
    {
        _desk = new TriggerDesk(TimeProvider.System, _metrics, NullLogger<TriggerDesk>.Instance);
        _desk.Open();
        _operation = new BoardOperation(
            new BoardOptions { ProfilePath = ProfilePath, StuckAfterMilliseconds = 1000 }, _ => Open(), _desk, () => [], _health, TimeProvider.System, NullLoggerFactory.Instance);
    }

    public async ValueTask InitializeAsync()
    {
        _running = _operation.RunAsync(_stopping.Token);
        await UntilAsync(() => _desk.State.Ready);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(10));
        _metrics.Dispose();
        _stopping.Dispose();
    }

    [Fact]
    public async Task A_press_is_taken_with_the_time_of_its_edge()
    {
        await using var board = new SimulatedBoard(BoardProfileFile.Read(ProfilePath));
        var line = board.Profile.Find(PinRole.Footswitch)!;
        var posted = new TaskCompletionSource<TriggerEvent>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var source = new FootswitchTriggerSource(board.Watch([line]), new LineWatch(line, LineLimits.Default, active: false, Stopwatch.GetTimestamp()), active: false, TimeProvider.System);
        using var stop = new CancellationTokenSource();
        var running = source.RunAsync(new Sink(posted, _desk), stop.Token);
        var before = Stopwatch.GetTimestamp();
        board.Drive(line, active: true);
        var after = Stopwatch.GetTimestamp();
        var trigger = await posted.Task.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.InRange(trigger.MonotonicTimestamp, before, after);
        Assert.Equal(TriggerCause.Footswitch, trigger.Cause);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task The_interlock_ends_a_pulse_program_and_every_output_is_inactive()
    {
        using var lease = await _operation.TakeAsync(CancellationToken.None);
        var camera = _board.Output(_board.Profile.Find(PinRole.CameraTrigger)!);
        var source = _board.Output(_board.Profile.All(PinRole.SourceStep)[2]);
        List<PinAction> program = [new(0, source, true), .. Enumerable.Range(0, 20_000).Select(i => new PinAction(i * 1000.0, camera, i % 2 == 0))];
        var progress = new PulseProgress(program.Count);
        var running = lease.Board!.Pulses.RunAsync(program, progress, CancellationToken.None);
        await UntilAsync(() => progress.Done > 10);
        Assert.True(_board.Read(source.Line));

        _board.Drive(PinRole.Interlock, active: false);
        var ended = await Assert.ThrowsAsync<InterlockOpenException>(() => running.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Contains("interlock (simulated INTERLOCK)", ended.Message, StringComparison.Ordinal);
        await UntilAsync(() => _board.Profile.Lines.Where(l => l.Role is PinRole.CameraTrigger or PinRole.SourceStep).All(l => !_board.Read(l)));
        Assert.True(progress.Done < program.Count);
        await Assert.ThrowsAsync<InterlockOpenException>(() => lease.Board.Pulses.RunAsync(program, progress, CancellationToken.None));

        _board.Drive(PinRole.Interlock, active: true);
        await lease.Board.Interlock.WaitUntilClosedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        await lease.Board.Pulses.RunAsync([new(0, camera, true), new(1000, camera, false)], progress, CancellationToken.None);
        Assert.Equal(2, progress.Done);
    }

    [Fact]
    public async Task Edges_that_the_queue_lost_are_named_with_the_line()
    {
        var line = _board.Profile.Find(PinRole.Footswitch)!;
        _board.LoseEdges(line, 3);
        for (var i = 0; i < 4; i++)
        {
            _board.Drive(line, active: i % 2 == 0);
        }

        await UntilAsync(() => Trigger.Reason.Contains("lost edges, 3 so far", StringComparison.Ordinal));
        Assert.Contains("footswitch (simulated FOOTSWITCH)", Trigger.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_held_footswitch_is_named_and_a_released_one_is_good_again()
    {
        var held = Stopwatch.GetTimestamp();
        _board.Drive(PinRole.Footswitch, active: true);
        await UntilAsync(() => Trigger.Reason.Contains("held active for more than 1 s", StringComparison.Ordinal));
        Assert.True(Stopwatch.GetElapsedTime(held) >= TimeSpan.FromSeconds(1));
        _board.Drive(PinRole.Footswitch, active: false);
        await UntilAsync(() => Trigger.State == HealthState.Ok);
    }

    [Fact]
    public async Task A_board_that_is_unplugged_is_said_and_opened_again()
    {
        var first = await _operation.TakeAsync(CancellationToken.None);
        _board.Unplug("the cable is out");
        await UntilAsync(() => first.Board!.Lost.IsCancellationRequested);
        Assert.Contains("the cable is out", _desk.Post(TriggerCause.Command).RefusalReason, StringComparison.Ordinal);
        first.Dispose();
        using var second = await _operation.TakeAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(20));
        Assert.Equal(2, _openings);
        await UntilAsync(() => _desk.State.Ready && Trigger.State == HealthState.Ok);
    }

    private HealthItem Trigger => _health.Snapshot().Items.Single(i => i.Component == "trigger");

    private BoardDevices Open()
    {
        _openings++;
        _board = new SimulatedBoard(BoardProfileFile.Read(ProfilePath));
        return new BoardDevices(_board, new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance));
    }

    private async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 2000 && !isSo(); i++)
        {
            await Task.Delay(10);
        }

        Assert.True(isSo(), string.Join("; ", _health.Snapshot().Items.Select(i => $"{i.Component} {i.State} {i.Reason}")));
    }

    private sealed class Sink(TaskCompletionSource<TriggerEvent> posted, TriggerDesk desk) : ITriggerSink
    {
        public TriggerReceipt Post(TriggerCause cause, string? detail = null, long? timestamp = null)
        {
            var receipt = desk.Post(cause, detail, timestamp);
            posted.TrySetResult(receipt.Event);
            return receipt;
        }
    }
}
