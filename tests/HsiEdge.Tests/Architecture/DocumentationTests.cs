using System.Text.RegularExpressions;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Architecture;

/// <summary>What the docs point to is there.</summary>
public sealed partial class DocumentationTests
{
    [Fact]
    public void Every_relative_link_leads_to_a_file()
    {
        var pages = Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "docs"), "*.md", SearchOption.AllDirectories)
            .Prepend(Path.Combine(SharedData.RepositoryRoot, "README.md"))
            .Prepend(Path.Combine(SharedData.RepositoryRoot, "CHANGELOG.md"));
        var broken = pages.SelectMany(page => Link().Matches(File.ReadAllText(page))
            .Select(m => m.Groups[1].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith('#'))
            .Where(target => !Path.Exists(Path.Combine(Path.GetDirectoryName(page)!, target.Split('#')[0])))
            .Select(target => $"{Path.GetFileName(page)}: {target}")).ToList();
        Assert.Empty(broken);
    }

    [Fact]
    public void Decisions_are_numbered_without_gaps_or_doubles()
    {
        var numbers = Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, "docs", "decisions"), "*.md").Select(f => Path.GetFileName(f)[..4]).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Enumerable.Range(1, numbers.Count).Select(n => $"{n:0000}"), numbers);
    }

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
