using System.Diagnostics;
using CsCheck;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Gpio;
using HsiEdge.Devices.Kernel;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Trigger;

/// <summary>The real board's adapter against the kernel's device as it is played at the system-call boundary.</summary>
public sealed class ChipBoardTests
{
    private static readonly PinLine Footswitch = new(PinRole.Footswitch, 0, "main", "PAC.06", ActiveLow: true, PinBias.PullUp, DebounceMicroseconds: 5000, 31);
    private static readonly PinLine Interlock = new(PinRole.Interlock, 0, "main", "PR.05", ActiveLow: false, PinBias.AsIs, 0, 36);
    private static readonly PinLine Sync = new(PinRole.SourceSync, 0, "aon", "@1", ActiveLow: false, PinBias.AsIs, 0, null);
    private static readonly PinLine Camera = new(PinRole.CameraTrigger, 0, "main", "PQ.05", ActiveLow: false, PinBias.AsIs, 0, 29);
    private readonly KernelGpio _kernel = new();

    public ChipBoardTests()
    {
        _kernel.AddChip("main", "PAC.06", "PR.05", "PQ.05");
        _kernel.AddChip("aon", "", "");
        _kernel.Drive("main", 0, high: true);
    }

    [Fact]
    public async Task Edges_of_several_chips_are_logical_stamped_and_numbered()
    {
        await using var board = Open(Footswitch, Interlock, Sync);
        await using var watch = board.Watch([Footswitch, Sync]);
        Assert.False(watch.Read(Footswitch));
        var before = Stopwatch.GetTimestamp();
        _kernel.Drive("main", 0, high: false);
        var press = await NextAsync(watch);
        Assert.Equal((Footswitch, true, 1u, 0L), (press.Line, press.Active, press.LineSequence, press.LostBefore));
        Assert.InRange(press.TimestampNanoseconds, before, Stopwatch.GetTimestamp());
        Assert.True(watch.Read(Footswitch));
        _kernel.Drive("aon", 1, high: true);
        Assert.Equal((Sync, true), ((await NextAsync(watch)) is var sync ? (sync.Line, sync.Active) : default));
        Assert.Equal(5000u, _kernel.Debounce.GetValueOrDefault(0u, 5000u));
    }

    [Fact]
    public async Task The_debounce_time_is_asked_of_the_kernel_and_its_refusal_is_said()
    {
        await using var board = Open(Footswitch);
        await using (board.Watch([Footswitch]))
        {
            Assert.Equal(5000u, _kernel.Debounce[0]);
        }

        _kernel.CanDebounce = false;
        var log = new CollectingLogger<ChipBoardTests>();
        await using var other = ChipBoard.Open(Profile(Footswitch), _kernel, _ => throw new InvalidOperationException(), false, log);
        await using var watch = other.Watch([Footswitch]);
        Assert.Contains(log.Lines, l => l.Contains("footswitch", StringComparison.Ordinal) && l.Contains("524", StringComparison.Ordinal));
        _kernel.Drive("main", 0, high: false);
        Assert.True((await NextAsync(watch)).Active);
    }

    [Fact]
    public async Task Every_edge_is_read_or_counted_as_lost_whatever_the_rhythm() =>
        await Gen.Int[1, 400].Array[1, 6].SampleAsync(
            async bursts =>
            {
                var kernel = new KernelGpio();
                kernel.AddChip("main", "PAC.06", "PR.05", "PQ.05");
                await using var board = ChipBoard.Open(Profile(Interlock), kernel, _ => throw new InvalidOperationException(), false, NullLogger.Instance);
                await using var watch = board.Watch([Interlock]);
                var (driven, level, accounted) = (0L, false, 0L);
                foreach (var burst in bursts)
                {
                    for (var i = 0; i < burst; i++, driven++)
                    {
                        kernel.Drive("main", 1, level = !level);
                    }

                    while (accounted < driven)
                    {
                        var edge = await NextAsync(watch);
                        accounted += edge.LostBefore + 1;
                        Assert.Equal(accounted, edge.LineSequence);
                        Assert.Equal(accounted % 2 == 1, edge.Active);
                    }
                }

                Assert.Equal(driven, accounted);
            },
            iter: 30);

    [Fact]
    public async Task Interrupted_and_empty_reads_lose_nothing()
    {
        await using var board = Open(Interlock);
        await using var watch = board.Watch([Interlock]);
        _kernel.ReadErrors.Enqueue(ErrorNumber.Interrupted);
        _kernel.ReadErrors.Enqueue(ErrorNumber.Again);
        _kernel.Drive("main", 1, high: true);
        Assert.Equal((1u, 0L), ((await NextAsync(watch)) is var edge ? (edge.LineSequence, edge.LostBefore) : default));
    }

    [Fact]
    public async Task A_chip_that_goes_away_ends_the_watch_with_the_line_named()
    {
        await using var board = Open(Interlock);
        await using var watch = board.Watch([Interlock]);
        _kernel.Unplug("main");
        var fault = await Assert.ThrowsAsync<PinFaultException>(() => watch.Edges.Completion.WaitAsync(TimeSpan.FromSeconds(20)));
        Assert.Contains("interlock (main PR.05, header pin 36)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hardware_stamps_are_put_on_the_monotonic_clock()
    {
        _kernel.HasHardwareClock = true;
        _kernel.HardwareClockOffset = -3_600_000_000_000;
        await using var board = ChipBoard.Open(Profile(Interlock), _kernel, _ => throw new InvalidOperationException(), useHardwareClock: true, NullLogger.Instance);
        await using var watch = board.Watch([Interlock]);
        for (var i = 0; i < 20; i++)
        {
            var before = Stopwatch.GetTimestamp();
            _kernel.Drive("main", 1, high: i % 2 == 0);
            var edge = await NextAsync(watch);
            Assert.InRange(edge.TimestampNanoseconds, before, Stopwatch.GetTimestamp());
        }
    }

    [Theory]
    [InlineData(ErrorNumber.InvalidArgument)]
    [InlineData(ErrorNumber.NotSupported)]
    [InlineData(ErrorNumber.NoDevice)]
    public async Task A_chip_without_the_engine_is_asked_for_the_kernels_clock(int refusal)
    {
        _kernel.HardwareClockRefusal = refusal;
        await using var board = ChipBoard.Open(Profile(Interlock), _kernel, _ => throw new InvalidOperationException(), useHardwareClock: true, NullLogger.Instance);
        await using var watch = board.Watch([Interlock]);
        var before = Stopwatch.GetTimestamp();
        _kernel.Drive("main", 1, high: true);
        Assert.InRange((await NextAsync(watch)).TimestampNanoseconds, before, Stopwatch.GetTimestamp());
    }

    [Theory]
    [InlineData("spare", "PAC.06", "there is no chip 'spare'; found 'main' (/dev/gpiochip0), 'aon' (/dev/gpiochip1)")]
    [InlineData("main", "PAC.07", "chip 'main' has no line 'PAC.07'; near it are PAC.06")]
    [InlineData("aon", "X", "its 2 lines have no names: write @0, @1")]
    [InlineData("main", "@9", "chip 'main' has no line '@9'")]
    public void A_missing_line_is_named_with_what_is_there(string chip, string line, string expected)
    {
        var fault = Assert.Throws<PinFaultException>(() => Open(Interlock with { ChipLabel = chip, LineName = line }));
        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, _kernel.OpenFiles);
    }

    [Fact]
    public async Task A_line_in_use_is_named_with_its_user()
    {
        _kernel.Occupy("main", 1, "spi0 CS1");
        await using var board = Open(Footswitch, Interlock);
        var fault = Assert.Throws<PinFaultException>(() => board.Watch([Footswitch, Interlock]));
        Assert.Contains("interlock (main PR.05, header pin 36) is in use by spi0 CS1", fault.Message, StringComparison.Ordinal);
        Assert.Equal(0, _kernel.OpenFiles);
    }

    [Fact]
    public async Task Outputs_are_claimed_inactive_driven_and_inactive_at_the_end()
    {
        var writes = new List<(int, bool)>();
        var low = Camera with { ActiveLow = true };
        var board = ChipBoard.Open(Profile(low), _kernel, _ => new SimulatedGpioDriver(3, (pin, high) => writes.Add((pin, high))), false, NullLogger.Instance);
        await using (board)
        {
            board.Output(low).Set(true);
        }

        Assert.Equal([(2, true), (2, false), (2, true)], writes);
    }

    [Fact]
    public async Task Nothing_stays_open_after_disposal()
    {
        await using (var board = Open(Footswitch, Interlock, Sync))
        {
            await using var watch = board.Watch([Footswitch, Interlock, Sync]);
            Assert.Equal(2, _kernel.OpenFiles);
        }

        Assert.Equal(0, _kernel.OpenFiles);
    }

    private static BoardProfile Profile(params PinLine[] lines) => new("test", "Test board", Simulated: false, lines);

    private ChipBoard Open(params PinLine[] lines) =>
        ChipBoard.Open(Profile(lines), _kernel, _ => throw new InvalidOperationException("no outputs here"), false, NullLogger.Instance);

    private static async Task<PinEdge> NextAsync(IEdgeWatch watch)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        return await watch.Edges.ReadAsync(limit.Token);
    }
}
