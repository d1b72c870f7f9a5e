using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Cli;

public sealed class HelpTests
{
    public static TheoryData<string> Verbs { get; } =
        ["", "run", "replay", "doctor", "health", "validate", "reference", "reference dark", "reference white", "results", "results list", "results show", "results export", "results protect", "results unprotect", "results protected", "store", "store status", "store compact", "store migrate", "store confirm-removal", "store repair", "audit", "audit list", "audit verify", "model", "model verify", "model list", "bench", "bench trigger"];

    private static string DocumentPath { get; } = Path.Combine(SharedData.RepositoryRoot, "docs", "verbs.md");

    [Theory]
    [MemberData(nameof(Verbs))]
    public async Task Every_verb_has_help_and_the_reference_holds_it_word_for_word(string verb)
    {
        var run = await CliRun.OfAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Equal("", run.Error);
        Assert.Contains($"Usage:\n  {$"hsiedge {verb}".TrimEnd()}", run.Out);
        var document = await File.ReadAllTextAsync(DocumentPath);
        Assert.True(
            document.Contains(Section(verb, run.Out), StringComparison.Ordinal),
            $"docs/verbs.md does not hold the help of 'hsiedge {verb}' as it is now; expected:\n{Section(verb, run.Out)}");
    }

    [Fact]
    public async Task The_reference_names_no_verb_that_is_not_there()
    {
        var headings = (await File.ReadAllLinesAsync(DocumentPath)).Where(l => l.StartsWith("## `hsiedge", StringComparison.Ordinal));
        Assert.Equal(Verbs.Select(v => $"## `{$"hsiedge {(string)v.Data}".TrimEnd()}`"), headings);
    }

    [Fact]
    public async Task Every_verb_of_the_program_is_in_this_list()
    {
        var names = new List<string>();
        foreach (var verb in new[] { "", "reference", "results", "store", "audit", "model", "bench" })
        {
            var lines = (await CliRun.OfAsync([.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"])).Out.Split('\n');
            names.AddRange(lines.SkipWhile(l => l != "Commands:").Skip(1).Where(l => l.Length > 2 && l[2] != ' ').Select(l => $"{verb} {l.Trim().Split(' ')[0]}".Trim()));
        }

        Assert.Equal(Verbs.Select(v => (string)v.Data).Where(v => v.Length > 0).Order(), names.Order());
    }

    [Fact]
    public async Task The_version_is_printed()
    {
        var run = await CliRun.OfAsync("--version");
        Assert.Equal(0, run.ExitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", run.Out);
    }

    [Theory]
    [InlineData("replya", "replay")]
    [InlineData("model", "verify, list")]
    [InlineData("results nothing", "list, show, protect, unprotect, protected, export")]
    [InlineData("validate extra", "extra")]
    [InlineData("model verify", "BUNDLE")]
    [InlineData("replay a.hdr", "--out")]
    public async Task Wrong_usage_exits_with_2_and_says_what_is_expected(string line, string expected)
    {
        var run = await CliRun.OfAsync(line.Split(' '));
        Assert.Equal(2, run.ExitCode);
        Assert.Equal("", run.Out);
        Assert.Contains(expected, run.Error);
        Assert.Contains("--help", run.Error);
    }

    private static string Section(string verb, string help) => $"## `{$"hsiedge {verb}".TrimEnd()}`\n\n```text\n{Trim(help)}\n```\n";

    private static string Trim(string help) => string.Join('\n', help.Trim().Split('\n').Select(l => l.TrimEnd()));
}
