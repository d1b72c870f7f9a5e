using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Room;

/// <summary>The real board operation and desk over a fake board, in a time of its own.</summary>
internal sealed class RoomRig : IAsyncDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly Queue<Func<FakeBoardPins>> _boards = new();

    public RoomRig(params IEnumerable<Func<RoomRig, FakeBoardPins>> boards)
    {
        Health = new HealthBoard(Time);
        Desk = new TriggerDesk(Time, Metrics, NullLogger<TriggerDesk>.Instance);
        Desk.Open();
        foreach (var board in boards.DefaultIfEmpty(rig => new FakeBoardPins(rig.Time)))
        {
            _boards.Enqueue(() => board(this));
        }

        Operation = new BoardOperation(
            new BoardOptions { ProfilePath = "/boards/fake.json" }, _ => Open(), Desk, () => Alerts, Health, Time, NullLoggerFactory.Instance);
    }

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));

    public PipelineMetrics Metrics { get; } = new();

    public HealthBoard Health { get; }

    public TriggerDesk Desk { get; }

    public BoardOperation Operation { get; }

    public IReadOnlyList<Alert> Alerts { get; set; } = [];

    /// <summary>The board opened last.</summary>
    public FakeBoardPins Board { get; private set; } = null!;

    public Task Running { get; private set; } = Task.CompletedTask;

    public HealthItem Trigger => Health.Snapshot().Items.Single(i => i.Component == "trigger");

    public void Start() => Running = Operation.RunAsync(_stopping.Token);

    /// <summary>Starts it and closes the interlock.</summary>
    public async Task<BoardLease> StartReadyAsync()
    {
        Start();
        await UntilAsync(() => Board is not null);
        var lease = await Operation.TakeAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        Board.Drive(FakeBoardPins.Interlock, active: true);
        await UntilAsync(() => Desk.State.Ready);
        return lease;
    }

    /// <summary>Lets time pass in small steps until something is so.</summary>
    public async Task UntilAsync(Func<bool> isSo, double seconds = 60)
    {
        for (var i = 0; i < seconds * 20; i++)
        {
            if (isSo())
            {
                return;
            }

            await StepAsync();
        }

        Assert.Fail($"Not so within {seconds} s. Health: {string.Join("; ", Health.Snapshot().Items.Select(h => $"{h.Component} {h.State} {h.Reason}"))}");
    }

    /// <summary>Lets 50 ms pass, and what waits for them do its work.</summary>
    public async Task StepAsync()
    {
        Time.Advance(TimeSpan.FromMilliseconds(50));
        await Task.Delay(2);
    }

    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Running.WaitAsync(TimeSpan.FromSeconds(10));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Metrics.Dispose();
        _stopping.Dispose();
    }

    private BoardDevices Open()
    {
        Board = (_boards.Count > 1 ? _boards.Dequeue() : _boards.Peek())();
        return new BoardDevices(Board, new NoPulses());
    }

    private sealed class NoPulses : IPulseEngine
    {
        public Task RunAsync(IReadOnlyList<PinAction> program, PulseProgress progress, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
