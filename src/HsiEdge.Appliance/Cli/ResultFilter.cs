using System.CommandLine;
using System.Globalization;
using HsiEdge.Core.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary>The options that choose among stored results.</summary>
internal sealed class ResultFilter
{
    private readonly Option<string> _from = new("--from") { HelpName = "TIME", Description = "Captured at or after this time: 2026-11-24 or 2026-11-24T09:15:00Z (UTC)." };
    private readonly Option<string> _to = new("--to") { HelpName = "TIME", Description = "Captured before this time." };
    private readonly Option<string> _case = new("--case") { HelpName = "CASE", Description = "Only of this case." };
    private readonly Option<bool> _findings = new("--findings", "--with-findings") { Description = "Only with findings." };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> Options => [_from, _to, _case, _findings];

    /// <summary>Whether the command line has any of them.</summary>
    public bool IsGiven(ParseResult parsed) => Options.Any(o => parsed.GetResult(o) is { Implicit: false });

    /// <summary>The query that they make.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="limit">At most this many.</param>
    public ResultQuery Query(ParseResult parsed, int limit)
    {
        if (limit < 1)
        {
            throw new UsageException($"--limit is {limit}; expected 1 or more.");
        }

        return new ResultQuery(limit, Time(parsed, _from), Time(parsed, _to), parsed.GetValue(_case), parsed.GetValue(_findings));
    }

    private static DateTimeOffset? Time(ParseResult parsed, Option<string> option) => parsed.GetValue(option) switch
    {
        null => null,
        var text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        var text => throw new UsageException($"{option.Name} is '{text}'; expected a time such as 2026-11-24 or 2026-11-24T09:15:00Z."),
    };
}
