using System.CommandLine;
using System.Globalization;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge audit list|verify</c>: reads the audit log, also while the worker runs.</summary>
internal static class AuditVerb
{
    public static Command Create(CliShell shell) => new("audit", "Reads the audit log: who did what to the box, and when. Also while the worker runs.")
    {
        CreateList(shell),
        CreateVerify(shell),
    };

    private static Command CreateList(CliShell shell)
    {
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "At most this many, newest first.", DefaultValueFactory = _ => 50 };
        var filter = new AuditFilter();
        var (folder, config, json) = (FolderOption(), CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb("list", "Lists entries, newest first.", json, config, [limit, .. filter.Options, folder], async (parsed, cancellationToken) =>
        {
            var most = parsed.GetValue(limit) is var n and >= 1 ? n : throw new UsageException($"--limit is {parsed.GetValue(limit)}; expected 1 or more.");
            var matches = filter.Matches(parsed);
            var newest = new Queue<AuditEntry>();
            await foreach (var entry in AuditReader.ReadAsync(Folder(shell, parsed, config, folder), cancellationToken))
            {
                if (matches(entry))
                {
                    newest.Enqueue(entry);
                    if (newest.Count > most)
                    {
                        newest.Dequeue();
                    }
                }
            }

            var entries = newest.Reverse().ToList();
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(new AuditListing(entries));
                return ExitCodes.Success;
            }

            CliTable.Print(shell.Console, ["entry", "when (UTC)", "action", "who", "subject", "details"], entries.Select(Row));
            await shell.Console.Out.WriteLineAsync($"{entries.Count} entr{(entries.Count == 1 ? "y" : "ies")}. 'hsiedge audit verify' tells whether the log is whole.");
            return ExitCodes.Success;
        });
    }

    private static Command CreateVerify(CliShell shell)
    {
        var head = new Option<string>("--head") { HelpName = "N:SHA256", Description = "Number and hash of an entry as noted elsewhere, such as from the retained status: it has to be in the log." };
        var (folder, config, json) = (FolderOption(), CliShell.ConfigOption(), CliShell.JsonOption());
        const string description =
            "Verifies the hash chain of the audit log against its own head, the one that the store remembers, and --head. Exit 1 when a line was changed, taken out, put in, moved or cut off.";
        return shell.Verb("verify", description, json, config, [head, folder], async (parsed, cancellationToken) =>
        {
            var noted = parsed.GetValue(head) is { } text ? new AuditAnchor("--head", ParseHead(text)) : null;
            var report = await AuditCheck.OfAsync(Folder(shell, parsed, config, folder), noted, cancellationToken);
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(report);
            }
            else
            {
                await PrintAsync(shell.Console, report);
            }

            return report.Ok ? ExitCodes.Success : ExitCodes.Failed;
        });
    }

    private static async Task PrintAsync(CliConsole console, AuditReport report)
    {
        foreach (var fault in report.Faults)
        {
            await console.Out.WriteLineAsync($"{report.File}{(fault.Line == 0 ? "" : $" line {fault.Line}")}: found {fault.Found}; expected {fault.Expected}.");
        }

        foreach (var note in report.Notes)
        {
            await console.Out.WriteLineAsync(note);
        }

        var last = report.Head is { } head ? $"; the last is {head.Sequence}:{head.Sha256}" : "";
        await console.Out.WriteLineAsync($"{report.Entries} entries{last}. {(report.Ok ? "The chain is whole." : $"The chain is BROKEN: {report.Faults.Count} faults.")}");
    }

    private static AuditHead ParseHead(string text)
    {
        var at = text.IndexOf(':', StringComparison.Ordinal);
        return at > 0 && long.TryParse(text[..at], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) && sequence > 0
            && text[(at + 1)..] is { Length: 64 } hash && hash.All(char.IsAsciiHexDigit)
            ? new AuditHead(sequence, hash.ToLowerInvariant())
            : throw new UsageException($"--head is '{text}'; expected the number of an entry, ':' and 64 hex digits, as in 'audit' of the retained status or the last line of 'hsiedge audit verify'.");
    }

    private static Option<DirectoryInfo> FolderOption() => new("--data-folder") { HelpName = "DIR", Description = "Folder of the audit log instead of Store:DataFolder." };

    private static string Folder(CliShell shell, ParseResult parsed, Option<FileInfo> config, Option<DirectoryInfo> folder)
    {
        if (parsed.GetValue(folder) is { } given)
        {
            return given.FullName;
        }

        var configuration = shell.LoadConfiguration(parsed.GetValue(config));
        configuration.ThrowIfFaulty();
        return Path.GetFullPath(configuration.Store.DataFolder);
    }

    private static string[] Row(AuditEntry e) =>
    [
        $"{e.Sequence}",
        $"{e.Utc.UtcDateTime:yyyy-MM-dd HH:mm:ss}",
        ResultText.Word(e.Action),
        e.Who,
        e.Subject,
        string.Join("; ", e.Details.Select(d => $"{d.Key} {d.Value}")),
    ];
}

/// <summary>What <c>audit list --json</c> prints.</summary>
/// <param name="Entries">Newest first.</param>
internal sealed record AuditListing(IReadOnlyList<AuditEntry> Entries);
