using System.Text.RegularExpressions;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Watch;

/// <summary>docs/metrics.md and the code name the same instruments; MetricsRunTests hold kinds, units and attributes to a running box.</summary>
public sealed partial class MetricsDocumentTests
{
    [Fact]
    public void Every_instrument_of_the_code_is_documented_once_and_no_other()
    {
        var documented = Row().Matches(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "metrics.md"))).Select(m => m.Groups[1].Value).Order(StringComparer.Ordinal).ToList();
        var made = Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "src"), "*Metrics.cs", SearchOption.AllDirectories)
            .SelectMany(f => Name().Matches(File.ReadAllText(f)).Select(m => m.Groups[1].Value)).Order(StringComparer.Ordinal).ToList();
        Assert.True(made.Count > 40, $"Found only {made.Count} instruments: has their form changed?");
        Assert.Equal(made, documented);
    }

    [Fact]
    public void Instruments_are_made_where_this_test_looks()
    {
        var elsewhere = Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "src"), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.EndsWith("Metrics.cs", StringComparison.Ordinal) && !f.Contains("/obj/", StringComparison.Ordinal) && !f.EndsWith("/Figures.cs", StringComparison.Ordinal) && Making().IsMatch(File.ReadAllText(f)));
        Assert.Empty(elsewhere.Select(Path.GetFileName));
    }

    [GeneratedRegex(@"^\| `(hsiedge\.[a-z.]+)` \|", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex("\"(hsiedge\\.[a-z]+[a-z.]*)\",")]
    private static partial Regex Name();

    [GeneratedRegex(@"\.Create(Observable)?(Counter|UpDownCounter|Gauge|Histogram)[<(]", RegexOptions.ExplicitCapture)]
    private static partial Regex Making();
}
