using CsCheck;
using HsiEdge.Core.Trigger;
using Xunit;

namespace HsiEdge.Tests.Trigger;

public sealed class TriggerAccountTests
{
    [Fact]
    public void Every_edge_is_accounted_for_after_any_sequence_of_events() =>
        Gen.Int[0, 5].Array[0, 200].Sample(steps =>
        {
            var account = new TriggerAccount();
            var (posted, closed) = (0, 0);
            foreach (var step in steps)
            {
                if (step <= 2)
                {
                    Assert.Equal(++posted, account.Post());
                }
                else if (closed < posted)
                {
                    Close(account, (TriggerVerdict)(step - 3));
                    closed++;
                }
                else
                {
                    Assert.Throws<InvalidOperationException>(() => Close(account, (TriggerVerdict)(step - 3)));
                }

                Balance(account.Totals(), posted, posted - closed);
            }
        });

    [Fact]
    public async Task The_books_balance_with_many_threads_at_once()
    {
        var account = new TriggerAccount();
        var numbers = new System.Collections.Concurrent.ConcurrentBag<long>();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(thread => Task.Run(() =>
        {
            for (var i = 0; i < 1000; i++)
            {
                numbers.Add(account.Post());
                var totals = account.Totals();
                Assert.True(totals.InFlight is > 0 and <= 8, $"{totals}");
                Close(account, (TriggerVerdict)((thread + i) % 3));
            }
        })));
        Balance(account.Totals(), 8000, inFlight: 0);
        Assert.Equal(8000, numbers.Distinct().Count());
    }

    [Fact]
    public void Reasons_are_counted_by_name_and_cannot_grow_without_end()
    {
        var account = new TriggerAccount();
        for (var i = 0; i < 3 * TriggerAccount.ReasonLimit; i++)
        {
            account.Post();
            account.Close(TriggerVerdict.Refused, $"reason {i}");
        }

        var totals = account.Totals();
        Assert.Equal(TriggerAccount.ReasonLimit + 1, totals.RefusedByReason.Count);
        Assert.Equal(2 * TriggerAccount.ReasonLimit, totals.RefusedByReason[TriggerAccount.OtherReasons]);
        Balance(totals, 3 * TriggerAccount.ReasonLimit, inFlight: 0);
    }

    [Fact]
    public void A_reason_belongs_to_every_verdict_but_captured()
    {
        var account = new TriggerAccount();
        account.Post();
        Assert.Throws<ArgumentException>(() => account.Close(TriggerVerdict.Captured, "why"));
        Assert.Throws<ArgumentException>(() => account.Close(TriggerVerdict.Missed));
        Assert.Equal(1, account.Totals().InFlight);
    }

    private static void Close(TriggerAccount account, TriggerVerdict verdict) =>
        account.Close(verdict, verdict == TriggerVerdict.Captured ? null : $"because {verdict}");

    private static void Balance(TriggerTotals totals, long posted, long inFlight)
    {
        Assert.Equal(posted, totals.Posted);
        Assert.Equal(inFlight, totals.InFlight);
        Assert.Equal(posted, totals.Captured + totals.Refused + totals.Missed + inFlight);
        Assert.Equal(totals.Refused, totals.RefusedByReason.Values.Sum());
        Assert.Equal(totals.Missed, totals.MissedByReason.Values.Sum());
    }
}
