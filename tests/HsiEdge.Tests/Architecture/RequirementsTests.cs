using System.Text.RegularExpressions;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Architecture;

/// <summary>docs/requirements.md numbers what the box promises; every promise names tests that exist.</summary>
public sealed partial class RequirementsTests
{
    private static readonly string[] Stages = ["ENVI", "TRIG", "ACQ", "CAL", "INF", "INT", "REC", "PUB", "CFG", "RUN", "CLI", "MDL", "DEMO", "HOUSE"];

    private static readonly (string Id, string[] Tests)[] Rows = [.. Row().Matches(Read()).Select(m =>
        (m.Groups["id"].Value, TestName().Matches(m.Groups["tests"].Value).Select(t => t.Groups[1].Value).ToArray()))];

    [Fact]
    public void Every_requirement_names_tests_that_exist()
    {
        var known = KnownTests();
        var missing = Rows.SelectMany(r => r.Tests.Length == 0 ? [$"{r.Id}: names no test"] : r.Tests.Where(t => !known.Contains(t)).Select(t => $"{r.Id}: {t}"));
        Assert.Empty(missing);
    }

    [Fact]
    public void Every_part_of_the_box_has_requirements_and_no_number_is_used_twice()
    {
        Assert.All(Stages, stage => Assert.Contains(Rows, r => r.Id.StartsWith($"{stage}-", StringComparison.Ordinal)));
        Assert.Equal(Rows.Length, Rows.Select(r => r.Id).Distinct(StringComparer.Ordinal).Count());
        Assert.All(Rows, r => Assert.Contains(r.Id.Split('-')[0], Stages));
    }

    [Fact]
    public void Every_row_of_the_list_is_well_formed()
    {
        var rows = Read().Split('\n').Count(l => l.StartsWith("| ", StringComparison.Ordinal) && !l.StartsWith("| id ", StringComparison.Ordinal));
        Assert.Equal(rows, Rows.Length);
    }

    private static string Read() => File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "requirements.md"));

    private static HashSet<string> KnownTests()
    {
        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "tests"), "*Tests.cs", SearchOption.AllDirectories))
        {
            var name = Path.GetFileNameWithoutExtension(file);
            foreach (Match method in TestMethod().Matches(File.ReadAllText(file)))
            {
                known.Add($"{name}.{method.Groups[1].Value}");
            }
        }

        return known;
    }

    [GeneratedRegex(@"^\| (?<id>[A-Z]+-\d+) \|[^|]+\|(?<tests>[^|]+)\|\s*$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`([A-Za-z0-9]+\.[A-Za-z0-9_]+)`")]
    private static partial Regex TestName();

    [GeneratedRegex(@"\[(?:Fact|Theory)[^\]]*\](?:\s*\[[^\n]*\]\s*?\n)*\s*public (?:async )?[\w<>]+ (\w+)\(", RegexOptions.Singleline)]
    private static partial Regex TestMethod();
}
