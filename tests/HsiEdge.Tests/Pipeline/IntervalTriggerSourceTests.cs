using HsiEdge.Appliance.Trigger;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class IntervalTriggerSourceTests : IDisposable
{
    private readonly FakeTimeProvider _time = new();
    private readonly Sink _sink = new();

    [Fact]
    public async Task It_posts_at_every_period_from_its_start()
    {
        await using var source = new IntervalTriggerSource(TimeSpan.FromSeconds(1), _time);
        using var stop = new CancellationTokenSource();
        var running = source.RunAsync(_sink, stop.Token);
        for (var second = 1; second <= 3; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(0.99));
            await SettleAsync();
            Assert.Equal(second - 1, _sink.Count);
            _time.Advance(TimeSpan.FromSeconds(0.01));
            await _sink.WaitAsync(second);
        }

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task Ticks_during_its_own_capture_are_skipped_and_the_grid_is_kept()
    {
        await using var source = new IntervalTriggerSource(TimeSpan.FromSeconds(1), _time);
        using var stop = new CancellationTokenSource();
        _sink.Hold = new TaskCompletionSource<TriggerOutcome>();
        var running = source.RunAsync(_sink, stop.Token);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _sink.WaitAsync(1);
        _time.Advance(TimeSpan.FromSeconds(2.5));
        _sink.Hold.SetResult(new TriggerOutcome(TriggerVerdict.Captured, null, "x"));
        await SettleAsync();
        Assert.Equal(1, _sink.Count);
        _time.Advance(TimeSpan.FromSeconds(0.5));
        await _sink.WaitAsync(2);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public async Task A_limit_ends_it()
    {
        await using var source = new IntervalTriggerSource(TimeSpan.FromSeconds(1), _time, limit: 2);
        var running = source.RunAsync(_sink, CancellationToken.None);
        while (!running.IsCompleted)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await SettleAsync();
        }

        await running;
        Assert.Equal(2, _sink.Count);
    }

    [Fact]
    public async Task A_timer_that_fires_early_does_not_bring_its_tick_twice()
    {
        var clock = new EarlyClock();
        await using var source = new IntervalTriggerSource(TimeSpan.FromMilliseconds(250), clock, limit: 40);
        await source.RunAsync(_sink, CancellationToken.None);
        Assert.Equal(40, _sink.Count);
        Assert.Equal(40, Math.Round(clock.GetElapsedTime(0) / TimeSpan.FromMilliseconds(250), 1), 0.1);
    }

    private static Task SettleAsync() => Task.Delay(20);

    public void Dispose() => _sink.Dispose();

    private sealed class Sink : ITriggerSink, IDisposable
    {
        private readonly SemaphoreSlim _posted = new(0);
        private int _count;

        public int Count => Volatile.Read(ref _count);

        public TaskCompletionSource<TriggerOutcome>? Hold { get; set; }

        public TriggerReceipt Post(TriggerCause cause, string? detail = null, long? timestamp = null)
        {
            var sequence = Interlocked.Increment(ref _count);
            _posted.Release();
            var completion = Hold?.Task ?? Task.FromResult(new TriggerOutcome(TriggerVerdict.Captured, null, "x"));
            return new TriggerReceipt(new TriggerEvent(sequence, 0, DateTimeOffset.UnixEpoch, cause, detail), Accepted: true, null, completion);
        }

        public void Dispose() => _posted.Dispose();

        public async Task WaitAsync(int count)
        {
            while (Count < count)
            {
                Assert.True(await _posted.WaitAsync(TimeSpan.FromSeconds(10)));
            }
        }
    }

    /// <summary>Its timers fire 0.3 ms before they are due, as those of a system that counts whole milliseconds do.</summary>
    private sealed class EarlyClock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _ticks);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Interlocked.Add(ref _ticks, Math.Max(1, dueTime.Ticks - 3_000));
            ThreadPool.QueueUserWorkItem(_ => callback(state));
            return new Fired();
        }

        private sealed class Fired : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
