using System.CommandLine;
using System.Globalization;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary>The options that choose among audit entries.</summary>
internal sealed class AuditFilter
{
    private readonly Option<AuditAction?> _action = new("--action")
    {
        HelpName = string.Join('|', Enum.GetNames<AuditAction>().Select(n => n.ToLowerInvariant())),
        Description = "Only deeds of this kind.",
    };

    private readonly Option<string> _who = new("--who") { HelpName = "TEXT", Description = "Only of those whose name contains this." };
    private readonly Option<string> _from = new("--from") { HelpName = "TIME", Description = "At or after this time: 2026-11-24 or 2026-11-24T09:15:00Z (UTC)." };
    private readonly Option<string> _to = new("--to") { HelpName = "TIME", Description = "Before this time." };

    /// <summary>All of them.</summary>
    public IReadOnlyList<Option> Options => [_action, _who, _from, _to];

    /// <summary>The condition that they make.</summary>
    /// <param name="parsed">The command line.</param>
    public Func<AuditEntry, bool> Matches(ParseResult parsed)
    {
        var (action, who, from, to) = (parsed.GetValue(_action), parsed.GetValue(_who), Time(parsed, _from), Time(parsed, _to));
        return e => (action is null || e.Action == action) && (who is null || e.Who.Contains(who, StringComparison.OrdinalIgnoreCase))
            && (from is null || e.Utc >= from) && (to is null || e.Utc < to);
    }

    private static DateTimeOffset? Time(ParseResult parsed, Option<string> option) => parsed.GetValue(option) switch
    {
        null => null,
        var text when DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) => time,
        var text => throw new UsageException($"{option.Name} is '{text}'; expected a time such as 2026-11-24 or 2026-11-24T09:15:00Z."),
    };
}
