using HsiEdge.Appliance.Trigger;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Room;

public sealed class FootswitchTriggerSourceTests : IAsyncLifetime
{
    private static readonly PinLine Line = FakeBoardPins.Footswitch;
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
    private readonly PipelineMetrics _metrics = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly FakeBoardPins _board;
    private readonly RecordingSink _sink;
    private FootswitchTriggerSource? _source;
    private Task _running = Task.CompletedTask;

    public FootswitchTriggerSourceTests()
    {
        _board = new FakeBoardPins(_time);
        _sink = new RecordingSink(new TriggerDesk(_time, _metrics, NullLogger<TriggerDesk>.Instance));
    }

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await (_source?.DisposeAsync() ?? ValueTask.CompletedTask);
        await _board.DisposeAsync();
        _metrics.Dispose();
        _stopping.Dispose();
    }

    [Fact]
    public async Task A_press_is_one_trigger_with_the_kernels_time_and_a_release_is_none()
    {
        Start(Line);
        var pressed = KernelTime.Nanoseconds(_time);
        var utc = _time.GetUtcNow();
        _time.Advance(TimeSpan.FromMilliseconds(30));
        _board.DriveAt(Line, active: true, pressed);
        _board.Drive(Line, active: false);
        _time.Advance(TimeSpan.FromSeconds(1));
        _board.Drive(Line, active: true);
        var posted = await _sink.WaitAsync(2);
        Assert.Equal((TriggerCause.Footswitch, "footswitch (fake FOOT, header pin 29)"), (posted[0].Cause, posted[0].Detail));
        Assert.Equal((KernelTime.ToTimestamp(_time, pressed), utc), (posted[0].MonotonicTimestamp, posted[0].Utc));
        Assert.Equal(TimeSpan.FromMilliseconds(1030), posted[1].Utc - posted[0].Utc);
    }

    [Fact]
    public async Task A_switch_that_is_held_at_the_start_has_not_been_pressed()
    {
        _board.Hold(Line, active: true);
        Start(Line);
        _board.Drive(Line, active: false);
        _board.Drive(Line, active: true);
        Assert.Single(await _sink.WaitAsync(1));
        await SettleAsync();
        Assert.Single(_sink.Posted);
    }

    [Fact]
    public async Task A_press_that_bounces_is_one_trigger_where_the_kernel_did_not_debounce()
    {
        var line = Line with { DebounceMicroseconds = 10_000 };
        Start(line);
        for (var i = 0; i < 9; i++)
        {
            _board.Drive(line, active: i % 2 == 0);
            _time.Advance(TimeSpan.FromMilliseconds(1));
        }

        await SettleAsync();
        Assert.Empty(_sink.Posted);
        var stood = _time.GetUtcNow().AddMilliseconds(-1);
        _time.Advance(TimeSpan.FromMilliseconds(9));
        var trigger = Assert.Single(await _sink.WaitAsync(1));
        Assert.Equal(stood, trigger.Utc);
        _board.Drive(line, active: false);
        _time.Advance(TimeSpan.FromMilliseconds(500));
        await SettleAsync();
        Assert.Single(_sink.Posted);
    }

    [Fact]
    public async Task A_floating_line_asks_for_nothing()
    {
        var health = Start(Line);
        var begun = KernelTime.Nanoseconds(_time);
        _time.Advance(TimeSpan.FromSeconds(2));
        for (var i = 0; i < 200; i++)
        {
            _board.DriveAt(Line, active: i % 2 == 0, begun + (i * 10_000_000L));
        }

        await SettleUntilAsync(() => health.Check(KernelTime.Nanoseconds(_time)) is { Kind: LineFaultKind.Floating });
        await SettleAsync();
        var posted = _sink.Posted.Count;
        Assert.InRange(posted, 1, 26);
        _board.Drive(Line, active: true);
        await SettleAsync();
        Assert.Equal(posted, _sink.Posted.Count);
        _board.Drive(Line, active: false);
        _time.Advance(LineLimits.GoodAfter);
        _board.Drive(Line, active: true);
        await _sink.WaitAsync(posted + 1);
    }

    [Fact]
    public async Task A_chip_that_goes_away_ends_it_with_the_reason()
    {
        Start(Line);
        _board.GoAway("chip fake is gone");
        var fault = await Assert.ThrowsAsync<PinFaultException>(() => _running.WaitAsync(TimeSpan.FromSeconds(10)));
        Assert.Equal("chip fake is gone", fault.Message);
    }

    private LineWatch Start(PinLine line)
    {
        var watch = _board.Watch([line]);
        var active = watch.Read(line);
        var health = new LineWatch(line, LineLimits.Default, active, KernelTime.Nanoseconds(_time));
        _source = new FootswitchTriggerSource(watch, health, active, _time);
        _running = _source.RunAsync(_sink, _stopping.Token);
        return health;
    }

    private static Task SettleAsync() => Task.Delay(50);

    private static async Task SettleUntilAsync(Func<bool> isThere)
    {
        for (var i = 0; i < 500 && !isThere(); i++)
        {
            await Task.Delay(20);
        }

        Assert.True(isThere());
    }

    /// <summary>The real desk, with a record of what was posted to it.</summary>
    private sealed class RecordingSink(TriggerDesk desk) : ITriggerSink
    {
        private readonly List<TriggerEvent> _posted = [];

        public IReadOnlyList<TriggerEvent> Posted
        {
            get
            {
                lock (_posted)
                {
                    return [.. _posted];
                }
            }
        }

        public TriggerReceipt Post(TriggerCause cause, string? detail = null, long? timestamp = null)
        {
            var receipt = desk.Post(cause, detail, timestamp);
            lock (_posted)
            {
                _posted.Add(receipt.Event);
            }

            return receipt;
        }

        public async Task<IReadOnlyList<TriggerEvent>> WaitAsync(int count)
        {
            await SettleUntilAsync(() => Posted.Count >= count);
            return Posted;
        }
    }
}
