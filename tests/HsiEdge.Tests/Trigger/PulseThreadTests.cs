using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Trigger;

public sealed class PulseThreadTests
{
    private static readonly PinLine Line = new(PinRole.CameraTrigger, 0, "chip", "line", ActiveLow: false, PinBias.AsIs, 0, null);

    [Fact]
    public async Task Actions_are_carried_out_in_order_and_never_early()
    {
        await using var thread = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var (a, b) = (new RecordingPin(), new RecordingPin());
        PinAction[] program = [new(0, a, true), new(200, b, true), new(200, a, false), new(5000, b, false)];
        var progress = new PulseProgress(program.Length);
        var before = TimeProvider.System.GetTimestamp();
        await thread.RunAsync(program, progress, default);
        Assert.Equal(4, progress.Done);
        Assert.Equal([true, false], a.Levels);
        Assert.Equal([true, false], b.Levels);
        Assert.True(progress[2] >= progress[1] && progress[1] >= progress[0]);

        // The program begins after this moment, so no action may be stamped before its offset from it.
        Assert.All(Enumerable.Range(0, 4), i => Assert.True(progress[i] >= before + (long)(program[i].OffsetMicroseconds * 1000)));
    }

    [Fact]
    public async Task A_line_that_was_late_does_not_eat_up_the_pulse()
    {
        await using var thread = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var pin = new RecordingPin { Delay = TimeSpan.FromMilliseconds(3) };
        PinAction[] program = [new(0, pin, true), new(1000, pin, false), new(2000, pin, true), new(3000, pin, false)];
        var progress = new PulseProgress(program.Length);
        await thread.RunAsync(program, progress, default);
        Assert.All(Enumerable.Range(1, 3), i => Assert.True(progress[i] - progress[i - 1] >= 900_000));
    }

    [Fact]
    public async Task What_a_pulse_causes_is_never_earlier_than_the_pulse()
    {
        // The line switches at once; then the thread is put aside before it can do anything else.
        await using var thread = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var pin = new RecordingPin { Delay = TimeSpan.FromMilliseconds(3) };
        PinAction[] program = [new(0, pin, true), new(1000, pin, false)];
        var progress = new PulseProgress(program.Length);
        await thread.RunAsync(program, progress, default);
        Assert.All(Enumerable.Range(0, 2), i => Assert.True(progress[i] <= pin.Switched[i]));
    }

    [Fact]
    public async Task A_cancelled_program_leaves_its_lines_inactive()
    {
        await using var thread = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var pin = new RecordingPin();
        using var stop = new CancellationTokenSource();
        var running = thread.RunAsync([new(0, pin, true), new(3_600_000_000, pin, false)], new PulseProgress(2), stop.Token);
        await pin.FirstSet;
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.True(pin.Levels[0]);
        Assert.All(pin.Levels.Skip(1), Assert.False);
        Assert.False(pin.Levels[^1]);
        await thread.RunAsync([new(0, pin, true)], new PulseProgress(1), default);
    }

    [Fact]
    public async Task A_line_that_fails_ends_the_program_and_the_others_go_inactive()
    {
        await using var thread = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var (good, bad) = (new RecordingPin(), new RecordingPin { FailFrom = 1 });
        var fault = await Assert.ThrowsAsync<PinFaultException>(
            () => thread.RunAsync([new(0, good, true), new(10, bad, true), new(20, bad, false)], new PulseProgress(3), default));
        Assert.Contains("refuses", fault.Message, StringComparison.Ordinal);
        Assert.False(good.Levels[^1]);
    }

    [Fact]
    public async Task Disposal_ends_a_program_with_its_lines_inactive()
    {
        var pin = new RecordingPin();
        var thread = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var running = thread.RunAsync([new(0, pin, true), new(3_600_000_000, pin, false)], new PulseProgress(2), default);
        await pin.FirstSet;
        await thread.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        Assert.False(pin.Levels[^1]);
    }

    [Fact]
    public async Task A_program_that_goes_back_in_time_is_refused()
    {
        await using var thread = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var pin = new RecordingPin();
        await Assert.ThrowsAsync<ArgumentException>(() => thread.RunAsync([new(10, pin, true), new(9, pin, false)], new PulseProgress(2), default));
        Assert.Empty(pin.Levels);
    }

    [Fact]
    public async Task What_the_system_does_not_permit_is_said_and_the_pulses_go_on()
    {
        var log = new CollectingLogger<PulseThread>();
        await using var thread = new PulseThread(new PulseThreadOptions { Cpu = 1023 }, log);
        await thread.RunAsync([new(0, new RecordingPin(), true)], new PulseProgress(1), default);
        Assert.Contains(log.Lines, l => l.Contains("Board:PulseCpu", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Driving_lines_allocates_nothing()
    {
        await using var thread = new PulseThread(new PulseThreadOptions(), NullLogger<PulseThread>.Instance);
        var pin = new AllocationPin();
        PinAction[] program = [.. Enumerable.Range(0, 2000).Select(i => new PinAction(i, pin, i % 2 == 0))];
        var progress = new PulseProgress(program.Length);
        await thread.RunAsync(program, progress, default);
        await thread.RunAsync(program, progress, default);
        Assert.Equal(0, pin.Last - pin.First);
    }

    /// <summary>Reads what the pulse thread has allocated.</summary>
    private sealed class AllocationPin : IOutputPin
    {
        public PinLine Line => PulseThreadTests.Line;

        public long First { get; private set; }

        public long Last { get; private set; }

        private int Count { get; set; }

        public void Set(bool active)
        {
            Last = GC.GetAllocatedBytesForCurrentThread();
            Count++;
            if (Count == 2001)
            {
                First = Last;
            }
        }
    }

    private sealed class RecordingPin : IOutputPin
    {
        private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public PinLine Line => PulseThreadTests.Line;

        public List<bool> Levels { get; } = [];

        public List<long> Switched { get; } = [];

        public int FailFrom { get; init; } = int.MaxValue;

        public TimeSpan Delay { get; init; }

        public Task FirstSet => _first.Task;

        public void Set(bool active)
        {
            if (Levels.Count + 1 >= FailFrom)
            {
                throw new PinFaultException("the kernel refuses");
            }

            Switched.Add(TimeProvider.System.GetTimestamp());
            Thread.Sleep(Delay);
            Levels.Add(active);
            _first.TrySetResult();
        }
    }
}
