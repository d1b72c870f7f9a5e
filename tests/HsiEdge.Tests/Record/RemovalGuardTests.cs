using CsCheck;
using HsiEdge.Delivery.Record;
using Xunit;

namespace HsiEdge.Tests.Record;

public sealed class RemovalGuardTests
{
    /// <summary>Whatever is wished for, in whatever order, over whatever restarts.</summary>
    [Fact]
    public void Without_a_persons_word_no_more_goes_than_the_share_and_what_new_results_earn() =>
        Gen.Select(Gen.Long[0, 2000], Gen.Long[0, 5], Gen.Bool).List[1, 200].Sample(steps =>
        {
            var guard = new RemovalGuard(percent: 5);
            var (kept, taken, removed) = (1000L, 1000L, 0L);
            foreach (var (wanted, recorded, restart) in steps)
            {
                (kept, taken) = (kept + recorded, taken + recorded);
                if (restart)
                {
                    var again = new RemovalGuard(percent: 5);
                    again.Load(guard.Stock, taken - recorded);
                    guard = again;
                }

                var allowed = guard.Allow(Math.Min(wanted, kept), kept, taken);
                Assert.InRange(allowed, 0, Math.Min(wanted, kept));
                guard.Spend(allowed);
                (kept, removed) = (kept - allowed, removed + allowed);
                var earned = taken - 1000;
                Assert.True(removed <= RemovalGuard.LeastShare + (2 * earned), $"{removed} went, {earned} were recorded.");
            }
        });

    [Fact]
    public void A_wish_beyond_the_share_is_a_question_and_one_goes_for_each_new_result()
    {
        var guard = new RemovalGuard(percent: 5);
        Assert.Equal(0, guard.Allow(900, 1000, 1000));
        Assert.True(guard.IsWaiting);
        Assert.Equal(3, guard.Allow(900, 1000, 1003));
        guard.Spend(3);
        Assert.Equal(0, guard.Allow(900, 1000, 1003));
        guard.Grant(900);
        Assert.Equal(900, guard.Allow(900, 1000, 1003));
        Assert.False(guard.IsWaiting);
    }

    [Fact]
    public void In_the_steady_state_nobody_is_asked()
    {
        var guard = new RemovalGuard(percent: 5);
        for (var taken = 1000; taken < 3000; taken++)
        {
            Assert.Equal(1, guard.Allow(1, 1000, taken));
            guard.Spend(1);
            Assert.False(guard.IsWaiting);
        }
    }
}
