using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Trigger;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Pipeline;

public sealed class TriggerDeskTests
{
    [Fact]
    public async Task A_desk_that_has_not_opened_refuses_and_numbers()
    {
        using var metrics = new PipelineMetrics();
        var desk = Desk(metrics);
        var receipt = desk.Post(TriggerCause.Footswitch, "line 3");
        Assert.False(receipt.Accepted);
        Assert.Contains("starting", receipt.RefusalReason, StringComparison.Ordinal);
        Assert.Equal((1, "line 3"), (receipt.Event.Sequence, receipt.Event.Detail));
        var outcome = await receipt.Completion;
        Assert.Equal((TriggerVerdict.Refused, receipt.RefusalReason), (outcome.Verdict, outcome.Reason));
    }

    [Fact]
    public void A_closed_desk_says_why_and_may_open_again()
    {
        using var metrics = new PipelineMetrics();
        var desk = Desk(metrics);
        desk.Close("safe mode", "safe mode: Camera:Source is 'gige'");
        Assert.Equal("safe mode: Camera:Source is 'gige'", desk.Post(TriggerCause.Command).RefusalReason);
        desk.Open();
        Assert.True(desk.Post(TriggerCause.Command).Accepted);
    }

    [Fact]
    public void Each_of_several_causes_blocks_until_it_is_taken_away()
    {
        using var metrics = new PipelineMetrics();
        var desk = Desk(metrics);
        desk.Block("interlock open", "the interlock is open; close the lid");
        desk.Block("disk full", "the disk is full; free space");
        desk.Open();
        Assert.Equal("the interlock is open; close the lid", desk.Post(TriggerCause.Footswitch).RefusalReason);
        desk.Unblock("interlock open");
        Assert.Equal("the disk is full; free space", desk.Post(TriggerCause.Footswitch).RefusalReason);
        desk.Unblock("disk full");
        Assert.True(desk.Post(TriggerCause.Footswitch).Accepted);
        Assert.Equal(["disk full", "interlock open"], desk.Totals.RefusedByReason.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Its_state_tells_whether_a_trigger_would_be_taken_and_how_many_were_refused()
    {
        using var metrics = new PipelineMetrics();
        var desk = Desk(metrics);
        var seen = desk.State;
        Assert.Equal((false, 0L), (seen.Ready, seen.Refusals));
        var changed = desk.WaitForChangeAsync(seen.Version, CancellationToken.None);
        Assert.False(changed.IsCompleted);
        desk.Open();
        await changed.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.True(desk.State.Ready);
        desk.Block("disk full", "the disk is full; free space");
        Assert.False(desk.State.Ready);
        desk.Post(TriggerCause.Footswitch);
        desk.Unblock("disk full");
        Assert.Equal((true, 1L), (desk.State.Ready, desk.State.Refusals));
        desk.Post(TriggerCause.Footswitch);
        Assert.Equal((false, 1L), (desk.State.Ready, desk.State.Refusals));
        desk.Post(TriggerCause.Footswitch);
        Assert.Equal(2, desk.State.Refusals);
    }

    [Fact]
    public void Refusals_of_the_interval_are_counted_but_told_once_an_episode_and_not_shown()
    {
        using var metrics = new PipelineMetrics();
        var log = new CollectingLogger<TriggerDesk>();
        var desk = new TriggerDesk(TimeProvider.System, metrics, log);
        desk.Open();
        int Told() => log.Lines.Count(l => l.Contains("refused", StringComparison.Ordinal));
        for (var episode = 1; episode <= 2; episode++)
        {
            desk.Block("interlock open", "the interlock is open");
            for (var i = 0; i < 5; i++)
            {
                Assert.False(desk.Post(TriggerCause.Interval).Accepted);
            }

            Assert.Equal(episode, Told());
            desk.Unblock("interlock open");
            if (episode == 1)
            {
                Assert.True(desk.Post(TriggerCause.Interval).Accepted);
            }
        }

        Assert.Equal((10, 0L), (desk.Totals.Refused, desk.State.Refusals));
        desk.Post(TriggerCause.Command);
        desk.Post(TriggerCause.Command);
        Assert.Equal((4, 2L), (Told(), desk.State.Refusals));
    }

    [Fact]
    public void A_trigger_with_a_time_of_its_own_keeps_it_and_its_wall_clock_is_taken_back_to_it()
    {
        using var metrics = new PipelineMetrics();
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 8, 0, 0, TimeSpan.Zero));
        var desk = new TriggerDesk(time, metrics, NullLogger<TriggerDesk>.Instance);
        var pressed = time.GetTimestamp();
        time.Advance(TimeSpan.FromMilliseconds(250));
        var trigger = desk.Post(TriggerCause.Footswitch, "footswitch", pressed).Event;
        Assert.Equal((pressed, time.GetUtcNow().AddMilliseconds(-250)), (trigger.MonotonicTimestamp, trigger.Utc));
        Assert.Equal((time.GetTimestamp(), time.GetUtcNow()), (desk.Post(TriggerCause.Command).Event.MonotonicTimestamp, desk.Post(TriggerCause.Command).Event.Utc));
    }

    [Fact]
    public void A_desk_closed_for_good_stays_closed()
    {
        using var metrics = new PipelineMetrics();
        var desk = Desk(metrics);
        desk.Close("stopping", "the box is stopping", forGood: true);
        desk.Open();
        desk.Close("other", "another reason");
        Assert.Equal("the box is stopping", desk.Post(TriggerCause.Command).RefusalReason);
    }

    [Fact]
    public async Task Posts_from_many_threads_are_numbered_without_gaps_and_all_accounted_for()
    {
        using var metrics = new PipelineMetrics();
        var desk = Desk(metrics);
        desk.Open();
        var receipts = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            Enumerable.Range(0, 250).Select(_ => desk.Post(TriggerCause.Footswitch)).ToList())));
        var all = receipts.SelectMany(r => r).ToList();
        Assert.Equal(Enumerable.Range(1, 2000).Select(i => (long)i), all.Select(r => r.Event.Sequence).Order());
        Assert.Single(all, r => r.Accepted);
        Assert.Equal((2000, 1999, 1), (desk.Totals.Posted, desk.Totals.Refused, desk.Totals.InFlight));
    }

    private static TriggerDesk Desk(PipelineMetrics metrics) => new(TimeProvider.System, metrics, NullLogger<TriggerDesk>.Instance);
}
