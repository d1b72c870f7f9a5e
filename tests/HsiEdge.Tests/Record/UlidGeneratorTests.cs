using HsiEdge.Core.Record;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Record;

public sealed class UlidGeneratorTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Identifiers_increase_strictly_over_steps_of_the_clock_and_a_restart_with_the_clock_ten_years_behind()
    {
        var time = new FakeTimeProvider(Now) { AutoAdvanceAmount = TimeSpan.Zero };
        var first = new UlidGenerator(time);
        var ids = new List<string> { first.Next(), first.Next() };
        foreach (var hours in new[] { 1, -1, 24 * 365 * 10, -24 * 365 * 20 })
        {
            time.AdjustTime(time.GetUtcNow().AddHours(hours));
            ids.Add(first.Next());
            ids.Add(first.Next());
        }

        var second = new UlidGenerator(time);
        second.StartAfter(ids[^1]);
        ids.Add(second.Next());
        second.StartAfter(ids[0]);
        ids.Add(second.Next());
        Assert.Equal(ids.Order(StringComparer.Ordinal).Distinct(), ids);
        Assert.All(ids, id => Assert.True(UlidGenerator.IsUlid(id)));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("not a ulid")]
    public void Without_an_earlier_identifier_the_clock_alone_counts(string? nothing)
    {
        var ids = new UlidGenerator(new FakeTimeProvider(Now));
        ids.StartAfter(nothing);
        Assert.StartsWith("01M86", ids.Next()[..5], StringComparison.Ordinal);
    }
}
