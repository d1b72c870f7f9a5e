using HsiEdge.Core.Trigger;
using Xunit;

namespace HsiEdge.Tests.Trigger;

public sealed class LampPatternTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_refusal_is_seen_at_once_and_five_times_a_second_whatever_the_lamp_shows(bool ready)
    {
        Assert.Equal(ready, LampPattern.Ready(ready, sinceRefusal: null));
        var shown = Enumerable.Range(0, 10).Select(i => LampPattern.Ready(ready, TimeSpan.FromMilliseconds(100 * i))).ToList();
        Assert.Equal(!ready, shown[0]);
        Assert.All(shown.Zip(shown.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void An_alert_blinks_once_a_second_until_it_is_acknowledged_and_is_lit_until_it_ends()
    {
        bool[] At(bool open, bool unacknowledged) => [.. Enumerable.Range(0, 4).Select(i => LampPattern.Alert(open, unacknowledged, TimeSpan.FromMilliseconds(500 * i)))];
        Assert.Equal([true, false, true, false], At(open: true, unacknowledged: true));
        Assert.Equal([true, true, true, true], At(open: true, unacknowledged: false));
        Assert.Equal([false, false, false, false], At(open: false, unacknowledged: false));
    }
}
