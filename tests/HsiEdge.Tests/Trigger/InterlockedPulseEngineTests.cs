using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Trigger;

public sealed class InterlockedPulseEngineTests : IAsyncDisposable
{
    private readonly Engine _engine = new();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task While_the_interlock_is_open_no_program_begins()
    {
        using var interlock = new FakeInterlock();
        await using var guarded = new InterlockedPulseEngine(_engine, interlock);
        interlock.Open("the lid is open");
        var refused = await Assert.ThrowsAsync<InterlockOpenException>(() => guarded.RunAsync([], new PulseProgress(1), CancellationToken.None));
        Assert.Equal("the lid is open", refused.Message);
        Assert.Equal(0, _engine.Begun);
        interlock.Close();
        var running = guarded.RunAsync([], new PulseProgress(1), CancellationToken.None);
        Assert.Equal(1, _engine.Begun);
        _engine.End.SetResult();
        await running;
    }

    [Fact]
    public async Task A_program_under_way_ends_when_the_interlock_opens()
    {
        using var interlock = new FakeInterlock();
        await using var guarded = new InterlockedPulseEngine(_engine, interlock);
        var running = guarded.RunAsync([], new PulseProgress(1), CancellationToken.None);
        interlock.Open("the lid is open");
        Assert.Equal("the lid is open", (await Assert.ThrowsAsync<InterlockOpenException>(() => running)).Message);
    }

    [Fact]
    public async Task A_program_that_its_caller_ends_is_cancelled()
    {
        using var interlock = new FakeInterlock();
        await using var guarded = new InterlockedPulseEngine(_engine, interlock);
        using var stop = new CancellationTokenSource();
        var running = guarded.RunAsync([], new PulseProgress(1), stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    private sealed class Engine : IPulseEngine
    {
        public int Begun { get; private set; }

        public TaskCompletionSource End { get; } = new();

        public Task RunAsync(IReadOnlyList<PinAction> program, PulseProgress progress, CancellationToken cancellationToken)
        {
            Begun++;
            return End.Task.WaitAsync(cancellationToken);
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
