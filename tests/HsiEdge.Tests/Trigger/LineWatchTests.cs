using CsCheck;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Trigger;

public sealed class LineWatchTests
{
    private const long Millisecond = 1_000_000;
    private const long Second = 1000 * Millisecond;
    private static readonly PinLine Footswitch = FakeBoardPins.Footswitch;
    private static readonly LineLimits Limits = LineLimits.Default;

    [Fact]
    public void A_footswitch_held_for_ten_seconds_is_named_as_stuck_within_a_second_and_released_is_good_again()
    {
        var watch = Watch();
        watch.Observe(Edge(true, Second));
        Assert.Null(watch.Check((11 * Second) - 1));
        var fault = watch.Check(11 * Second);
        Assert.Equal(LineFaultKind.Stuck, fault!.Kind);
        Assert.Contains("footswitch (fake FOOT, header pin 29)", fault.Message, StringComparison.Ordinal);
        Assert.Contains("10 s", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Check the pedal", fault.Message, StringComparison.Ordinal);
        watch.Observe(Edge(false, 15 * Second));
        Assert.Null(watch.Check(15 * Second));
    }

    [Fact]
    public void A_footswitch_that_is_held_at_the_start_is_stuck_as_well() =>
        Assert.Equal(LineFaultKind.Stuck, new LineWatch(Footswitch, Limits, active: true, 0).Check(10 * Second)!.Kind);

    [Fact]
    public void An_interlock_that_is_closed_all_day_is_not_stuck() =>
        Assert.Null(new LineWatch(FakeBoardPins.Interlock, Limits, active: true, 0).Check(86_400 * Second));

    [Fact]
    public void A_release_that_was_lost_last_is_seen_in_the_level()
    {
        var watch = Watch();
        watch.Observe(Edge(true, 0));
        watch.ObserveLevel(active: false, 3 * Second);
        Assert.Null(watch.Check(30 * Second));
        watch.ObserveLevel(active: true, 30 * Second);
        Assert.Equal(LineFaultKind.Stuck, watch.Check(40 * Second)!.Kind);
    }

    [Theory]
    [InlineData(50)]
    [InlineData(60)]
    public void A_line_that_picks_up_the_mains_is_named_as_floating_within_a_second(int hertz)
    {
        var watch = Watch();
        var named = long.MaxValue;
        var half = Second / hertz / 2;
        for (var i = 0; i < 3 * hertz * 2; i++)
        {
            var at = Second + (i * half);
            watch.Observe(Edge(i % 2 == 0, at));
            if (watch.Check(at) is { Kind: LineFaultKind.Floating } fault)
            {
                named = Math.Min(named, at);
                Assert.Contains("no stable level", fault.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(named, Second, 2 * Second);
        var last = Second + (((3 * hertz * 2) - 1) * half);
        Assert.NotNull(watch.Check(last + (4 * Second)));
        Assert.Null(watch.Check(last + (5 * Second)));
    }

    [Fact]
    public void Bouncing_contacts_are_named_as_chattering_within_a_second_and_quick_presses_are_not()
    {
        var (bouncing, quick) = (Watch(), Watch());
        for (var press = 0; press < 4; press++)
        {
            var at = press * 250 * Millisecond;
            for (var bounce = 0; bounce < 11; bounce++)
            {
                bouncing.Observe(Edge(bounce % 2 == 0, at + (bounce * Millisecond)));
            }

            quick.Observe(Edge(true, at));
            quick.Observe(Edge(false, at + (125 * Millisecond)));
        }

        Assert.Equal(LineFaultKind.Chattering, bouncing.Check(Second)!.Kind);
        Assert.Null(quick.Check(Second));
    }

    [Fact]
    public void Lost_edges_are_counted_and_named()
    {
        var watch = Watch();
        watch.Observe(Edge(true, 0));
        watch.Observe(Edge(false, Second, lost: 3));
        watch.Observe(Edge(true, 2 * Second, lost: 2));
        Assert.Equal(5, watch.LostEdges);
        Assert.Equal(LineFaultKind.LostEdges, watch.Check(3 * Second)!.Kind);
        Assert.Null(watch.Check(7 * Second));
        Assert.Equal(5, watch.LostEdges);
    }

    [Fact]
    public void Every_fault_is_there_exactly_when_the_edges_show_it()
    {
        // Gaps of mains, bounces, presses and long holds, in any order, against a plain reading of the rules over the whole history.
        var stretch = Gen.OneOf(Gen.Long[1, 12].Array[1, 120], Gen.Long[1, 60].Array[1, 40], Gen.Long[40, 400].Array[1, 10], Gen.Long[2000, 12_000].Array[1, 3]);
        var edges = Gen.Select(stretch.Array[1, 6], Gen.Int[0, 30], (gaps, lost) =>
            gaps.SelectMany(g => g).Select((ms, i) => (Gap: ms * Millisecond, Lost: lost > 0 && i % lost == 7 ? 1L : 0L)).ToList());
        Gen.Select(edges, Gen.Long[0, 12_000]).Sample((history, after) =>
        {
            var watch = Watch();
            var seen = new List<PinEdge>();
            var (at, active) = (0L, false);
            foreach (var (wait, lost) in history)
            {
                at += wait;
                active = !active;
                seen.Add(Edge(active, at, lost));
                watch.Observe(seen[^1]);
                if (watch.Check(at)?.Kind != Expected(seen, at))
                {
                    return false;
                }
            }

            var now = at + (after * Millisecond);
            return watch.Check(now)?.Kind == Expected(seen, now) && watch.LostEdges == seen.Sum(e => e.LostBefore);
        });
    }

    private static LineFaultKind? Expected(List<PinEdge> seen, long now)
    {
        var times = seen.Select(e => e.TimestampNanoseconds).ToList();
        bool Recent(Func<int, bool> shows) => Enumerable.Range(0, seen.Count).Any(i => now - times[i] < 5 * Second && shows(i));

        // Floating at an edge: every pair of neighbours over at least half a second before it lies closer than 50 ms.
        bool Floats(int i)
        {
            var first = i;
            while (first > 0 && times[first] - times[first - 1] < 50 * Millisecond)
            {
                first--;
            }

            return times[i] - times[first] >= 500 * Millisecond;
        }

        bool Chatters(int i) => times.Count(t => t <= times[i] && times[i] - t < Second) > Limits.ChatterEdgesPerSecond;
        var last = seen[^1];
        var heldSince = last.Active ? last.TimestampNanoseconds : long.MaxValue;
        return Recent(Floats) ? LineFaultKind.Floating
            : Recent(Chatters) ? LineFaultKind.Chattering
            : heldSince != long.MaxValue && now - heldSince >= 10 * Second ? LineFaultKind.Stuck
            : Recent(i => seen[i].LostBefore > 0) ? LineFaultKind.LostEdges
            : null;
    }

    private static LineWatch Watch() => new(Footswitch, Limits, active: false, 0);

    private static PinEdge Edge(bool active, long at, long lost = 0) => new(Footswitch, active, at, 1, lost);
}
