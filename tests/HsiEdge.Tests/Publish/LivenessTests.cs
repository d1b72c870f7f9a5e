using HsiEdge.Core.Publish;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Publish;

public sealed class LivenessTests
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public void A_stage_at_work_that_is_silent_for_longer_than_its_limit_is_dead_and_named_until_it_beats_again()
    {
        var liveness = new Liveness(_time);
        using var store = liveness.Watch("store", TimeSpan.FromSeconds(10));
        store.Beat();
        _time.Advance(TimeSpan.FromSeconds(10));
        Assert.True(Assert.Single(liveness.Read()).Alive);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(new LifeSign("store", false, "store has been silent for 11.0 s; its limit is 10 s"), Assert.Single(liveness.Read()));
        store.Beat();
        Assert.Equal(new LifeSign("store", true, ""), Assert.Single(liveness.Read()));
    }

    [Fact]
    public void A_stage_at_rest_may_be_silent_and_a_long_work_may_have_its_own_limit()
    {
        var liveness = new Liveness(_time);
        using var stage = liveness.Watch("pipeline", TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromDays(30));
        Assert.True(Assert.Single(liveness.Read()).Alive);
        stage.Beat(TimeSpan.FromSeconds(60));
        _time.Advance(TimeSpan.FromSeconds(59));
        Assert.True(Assert.Single(liveness.Read()).Alive);
        stage.Rest();
        _time.Advance(TimeSpan.FromDays(30));
        Assert.True(Assert.Single(liveness.Read()).Alive);
    }

    [Fact]
    public void A_stage_that_ended_of_itself_is_dead_for_good_and_one_that_was_told_to_is_forgotten()
    {
        var liveness = new Liveness(_time);
        var board = liveness.Watch("board", TimeSpan.FromSeconds(10));
        board.End("the chip is gone");
        board.Beat();
        Assert.Equal(new LifeSign("board", false, "board ended: the chip is gone"), Assert.Single(liveness.Read()));
        board.Dispose();
        Assert.Empty(liveness.Read());
    }

    [Fact]
    public void The_wall_clock_has_no_say()
    {
        var clock = new SteppedClock();
        var liveness = new Liveness(clock);
        using var stage = liveness.Watch("store", TimeSpan.FromMinutes(10));
        stage.Beat();
        clock.Step = TimeSpan.FromDays(3650);
        Assert.True(Assert.Single(liveness.Read()).Alive);
        clock.Step = -clock.Step;
        Assert.True(Assert.Single(liveness.Read()).Alive);
    }

    private sealed class SteppedClock : TimeProvider
    {
        public TimeSpan Step { get; set; }

        public override DateTimeOffset GetUtcNow() => System.GetUtcNow() + Step;
    }
}
