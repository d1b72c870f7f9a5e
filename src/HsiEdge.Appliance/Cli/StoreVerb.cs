using System.CommandLine;
using System.Globalization;
using HsiEdge.Appliance.Hosting;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge store status|compact|migrate|confirm-removal|repair</c>: looks after the result store.</summary>
internal static class StoreVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static Command Create(CliShell shell) => new("store", "Looks after the result store: what it takes, compaction, schema version, removal that asks, repair.")
    {
        CreateStatus(shell),
        CreateCompact(shell),
        CreateMigrate(shell),
        CreateConfirm(shell),
        CreateRepair(shell),
    };

    private static Command CreateStatus(CliShell shell)
    {
        var (folder, config, json) = (StoreFolderOption.Create(), CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb("status", "Shows what the store takes, tier by tier, its quota and its schema version. Also while the worker runs.", json, config, [folder], async (parsed, cancellationToken) =>
        {
            var status = await StoreStatus.ReadAsync(StoreFolderOption.Read(shell, parsed, config, folder), BoxChecks.FreeBytes, cancellationToken);
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(status);
            }
            else
            {
                CliTable.Print(shell.Console, ["what", "items", "MiB"], Rows(status));
            }

            return ExitCodes.Success;
        });
    }

    private static Command CreateCompact(CliShell shell)
    {
        var (folder, config, json) = (StoreFolderOption.Create(), CliShell.ConfigOption(), CliShell.JsonOption());
        const string description = "Writes the data file anew without its free pages, so that the disk gets them back. The worker must not run. A crash leaves the old file or the new one.";
        return shell.Verb("compact", description, json, config, [folder], async (parsed, cancellationToken) =>
        {
            var options = StoreFolderOption.Read(shell, parsed, config, folder);
            await AuditAsync(shell, options, "compact", [], cancellationToken);
            var (before, after) = await WorkProgress.RunAsync(
                shell.Console, "compacting", progress => StoreMaintenance.Compact(options, shell.Console.Time, NullLogger.Instance, progress), cancellationToken);
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(new Compaction(before, after));
            }
            else
            {
                await shell.Console.Out.WriteLineAsync($"The data file took {Mebibytes(before)} MiB and takes {Mebibytes(after)} MiB.");
            }

            return ExitCodes.Success;
        });
    }

    private static Command CreateMigrate(CliShell shell)
    {
        var to = new Option<int>("--to") { HelpName = "N", Description = $"Schema version, {StoreMaintenance.OldestVersion} to {StoreMaintenance.CurrentVersion}.", DefaultValueFactory = _ => StoreMaintenance.CurrentVersion };
        var (folder, config, json) = (StoreFolderOption.Create(), CliShell.ConfigOption(), CliShell.JsonOption());
        const string description = "Brings the store to a schema version, all of it or nothing: back by one before an older program is installed. The worker must not run; it migrates forwards by itself.";
        return shell.Verb("migrate", description, json, config, [to, folder], async (parsed, cancellationToken) =>
        {
            var target = parsed.GetValue(to);
            if (target < StoreMaintenance.OldestVersion || target > StoreMaintenance.CurrentVersion)
            {
                throw new UsageException($"--to is {target}; expected {StoreMaintenance.OldestVersion} to {StoreMaintenance.CurrentVersion}, the versions that this program knows.");
            }

            var options = StoreFolderOption.Read(shell, parsed, config, folder);
            await AuditAsync(shell, options, "migrate", new Dictionary<string, string>(StringComparer.Ordinal) { ["to"] = target.ToString(CultureInfo.InvariantCulture) }, cancellationToken);
            var from = await WorkProgress.RunAsync(
                shell.Console, "migrating", _ => StoreMaintenance.Migrate(options, target, shell.Console.Time, NullLogger.Instance), cancellationToken);
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(new Migration(from, target));
            }
            else
            {
                await shell.Console.Out.WriteLineAsync(from == target ? $"The store is of schema version {target} already." : $"The store was of schema version {from} and is of {target}.");
            }

            return ExitCodes.Success;
        });
    }

    private static Command CreateConfirm(CliShell shell)
    {
        var (folder, config, json) = (StoreFolderOption.Create(), CliShell.ConfigOption(), CliShell.JsonOption());
        const string description = "Answers yes where health/store asks whether more may be removed than goes without asking. Only a running worker takes it, and only for what it asks now.";
        return shell.Verb("confirm-removal", description, json, config, [folder], async (parsed, cancellationToken) =>
        {
            var options = StoreFolderOption.Read(shell, parsed, config, folder);
            await AuditAsync(shell, options, "confirm-removal", [], cancellationToken);
            if (!await RemovalConfirmation.GiveAsync(StoreFolderOption.FolderOf(options), Patience, cancellationToken))
            {
                return await shell.FailAsync(
                    ExitCodes.Failed, $"No worker on {Path.GetFullPath(options.DataFolder)} took the confirmation within {Patience.TotalSeconds:0} s; it was taken back. Start the worker first.", parsed.GetValue(json));
            }

            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(new Confirmation(true));
            }
            else
            {
                await shell.Console.Out.WriteLineAsync("The worker took it: what health/store asks for goes now, oldest first. 'hsiedge store status' shows how far it is.");
            }

            return ExitCodes.Success;
        });
    }

    private static Command CreateRepair(CliShell shell)
    {
        var (folder, config, json) = (StoreFolderOption.Create(), CliShell.ConfigOption(), CliShell.JsonOption());
        const string description = "Writes the store anew of what is whole in it, says what is not, and sets the files as they were aside; health/store is content again. The worker must not run; it repairs by itself what it meets.";
        return shell.Verb("repair", description, json, config, [folder], async (parsed, cancellationToken) =>
        {
            var options = StoreFolderOption.Read(shell, parsed, config, folder);
            await AuditAsync(shell, options, "repair", [], cancellationToken);
            var report = await WorkProgress.RunAsync(shell.Console, "repairing", _ => StoreMaintenance.Repair(options), cancellationToken);
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(report);
            }
            else
            {
                await shell.Console.Out.WriteLineAsync($"{report}.");
            }

            return ExitCodes.Success;
        });
    }

    private static Task AuditAsync(CliShell shell, StoreOptions options, string what, Dictionary<string, string> details, CancellationToken cancellationToken) =>
        CliAudit.AppendAsync(shell.Console, StoreFolderOption.FolderOf(options), AuditAction.Store, what, details, cancellationToken);

    private static IEnumerable<string[]> Rows(StoreStatus s) =>
    [
        ["raw cubes", $"{s.Files.RawCubes}", Mebibytes(s.Files.Raw)],
        ["maps and overlays", $"{s.Usage.Maps}", Mebibytes(s.Usage.MapBytes)],
        ["results with ledgers", $"{s.Usage.Results}", Mebibytes(s.Usage.ResultBytes)],
        ["ledgers of lost captures", $"{s.Usage.LostCaptures}", ""],
        ["references", "", Mebibytes(s.Files.Calibration)],
        ["messages that wait", $"{s.WaitingMessages}", ""],
        ["data file", "", Mebibytes(s.Files.Data)],
        ["of it free, about", "", Mebibytes(s.FreeWithinBytes)],
        ["log (64 at most)", "", Mebibytes(s.Files.Log)],
        ["counts towards the quota", "", Mebibytes(s.UsedBytes)],
        ["quota", "", s.QuotaBytes == 0 ? "none" : Mebibytes(s.QuotaBytes)],
        ["free on the disk", "", Mebibytes(s.DiskFreeBytes)],
        ["protected cases", $"{s.ProtectedCases.Count}", ""],
        ["schema version", $"{s.SchemaVersion}", ""],
    ];

    private static string Mebibytes(long bytes) => (bytes / 1048576.0).ToString("0.0", CultureInfo.InvariantCulture);

    private sealed record Compaction(long BytesBefore, long BytesAfter);

    private sealed record Migration(int From, int To);

    private sealed record Confirmation(bool Taken);
}
