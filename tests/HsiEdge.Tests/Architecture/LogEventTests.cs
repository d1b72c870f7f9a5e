using System.Globalization;
using System.Text.RegularExpressions;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Architecture;

/// <summary>Event ids tell log messages apart: none is used twice, and each lies in the range of a stage (1000s Trigger … 7000s Publish, 8000s the appliance).</summary>
public sealed partial class LogEventTests
{
    [Fact]
    public void Event_ids_are_unique_and_in_the_range_of_their_stage()
    {
        var events = Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(f => Event().Matches(File.ReadAllText(f)).Select(m => (File: Path.GetFileName(f), Id: int.Parse(m.Groups[1].Value, CultureInfo.InvariantCulture))))
            .ToList();
        Assert.True(events.Count > 30, $"Found only {events.Count} log messages: has their form changed?");
        Assert.Empty(events.GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => $"{g.Key}: {string.Join(", ", g.Select(e => e.File))}"));
        Assert.All(events, e => Assert.InRange(e.Id, 1000, 8999));
    }

    [GeneratedRegex(@"\[LoggerMessage\(\s*(?:EventId = )?(\d+)")]
    private static partial Regex Event();
}
