using CsCheck;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Trigger;

public sealed class DebouncerTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void A_press_that_bounces_counts_once_at_the_time_from_which_it_stood()
    {
        var debouncer = new Debouncer(10_000, active: false);
        foreach (var (active, at) in new[] { (true, 0L), (false, 1L), (true, 2L), (false, 3L), (true, 4L) })
        {
            Assert.Null(debouncer.Take(Edge(active, at * Millisecond)));
        }

        Assert.Equal(14 * Millisecond, debouncer.DueNanoseconds);
        Assert.Null(debouncer.Elapse((14 * Millisecond) - 1));
        Assert.Equal(Edge(true, 4 * Millisecond), debouncer.Elapse(14 * Millisecond));
        Assert.Null(debouncer.DueNanoseconds);
        Assert.Null(debouncer.Elapse(100 * Millisecond));
    }

    [Fact]
    public void A_spike_does_not_count()
    {
        var debouncer = new Debouncer(10_000, active: false);
        Assert.Null(debouncer.Take(Edge(true, 0)));
        Assert.Null(debouncer.Take(Edge(false, 9 * Millisecond)));
        Assert.Null(debouncer.Elapse(1000 * Millisecond));
    }

    [Fact]
    public void Edges_that_are_read_late_count_as_if_they_had_been_read_in_time()
    {
        var debouncer = new Debouncer(10_000, active: false);
        Assert.Null(debouncer.Take(Edge(true, 0)));
        Assert.Equal(Edge(true, 0), debouncer.Take(Edge(false, 10 * Millisecond)));
    }

    [Fact]
    public void A_press_whose_release_was_lost_is_a_press_of_its_own()
    {
        var debouncer = new Debouncer(0, active: false);
        Assert.Equal(Edge(true, 0), debouncer.Take(Edge(true, 0)));
        Assert.Equal(Edge(true, 5, lost: 1), debouncer.Take(Edge(true, 5, lost: 1)));
        Assert.Null(debouncer.Take(Edge(true, 6)));
    }

    [Fact]
    public void What_counts_are_exactly_the_levels_that_stood_long_enough_in_turn()
    {
        var gaps = Gen.Long[1, 30].Array[0, 60];
        Gen.Select(gaps, Gen.Int[0, 20]).Sample((waits, milliseconds) =>
        {
            var debouncer = new Debouncer(milliseconds * 1000.0, active: false);
            var (counted, expected) = (new List<PinEdge>(), new List<PinEdge>());
            var (at, level, standing) = (0L, false, false);
            for (var i = 0; i < waits.Length; i++)
            {
                at += waits[i] * Millisecond;
                level = !level;
                var edge = Edge(level, at);
                if (debouncer.Take(edge) is { } taken)
                {
                    counted.Add(taken);
                }

                var stood = i + 1 < waits.Length ? waits[i + 1] : 1000;
                if (stood >= milliseconds && level != standing)
                {
                    expected.Add(edge);
                    standing = level;
                }
            }

            if (debouncer.Elapse(at + (1000 * Millisecond)) is { } last)
            {
                counted.Add(last);
            }

            return counted.SequenceEqual(expected);
        });
    }

    private static PinEdge Edge(bool active, long at, long lost = 0) => new(FakeBoardPins.Footswitch, active, at, 1, lost);
}
