using System.CommandLine;
using HsiEdge.Appliance.Cli.Export;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge results list|show|export</c>: reads the store, also while the worker runs.</summary>
internal static class ResultsVerb
{
    public static Command Create(CliShell shell) => new("results", "Reads the stored results, also while the worker runs.")
    {
        CreateList(shell),
        CreateShow(shell),
        ProtectVerbs.Protect(shell),
        ProtectVerbs.Unprotect(shell),
        ProtectVerbs.List(shell),
        ExportVerb.Create(shell),
    };

    private static Command CreateList(CliShell shell)
    {
        var limit = new Option<int>("--limit") { HelpName = "N", Description = "At most this many, newest first.", DefaultValueFactory = _ => 20 };
        var filter = new ResultFilter();
        var (folder, config, json) = (FolderOption(), CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb("list", "Lists results, newest first.", json, config, [limit, .. filter.Options, folder], async (parsed, cancellationToken) =>
        {
            await using var store = await OpenAsync(shell, parsed, config, folder, cancellationToken);
            var results = await store.ListAsync(filter.Query(parsed, parsed.GetValue(limit)), cancellationToken);
            await WarnAsync(shell, store);
            if (parsed.GetValue(json))
            {
                await shell.WriteJsonAsync(new ResultList(results, store.DamagedResultIds));
                return ExitCodes.Success;
            }

            CliTable.Print(shell.Console, ["id", "captured (UTC)", "case", "model", "findings", "largest", "flags", "notes"], results.Select(Row));
            await shell.Console.Out.WriteLineAsync($"{results.Count} result{(results.Count == 1 ? "" : "s")}. {CaptureResult.ResearchUseOnly}");
            return ExitCodes.Success;
        });
    }

    private static Command CreateShow(CliShell shell)
    {
        var id = IdArgument();
        var overlay = new Option<FileInfo>("--overlay") { HelpName = "FILE", Description = "Also write the overlay (PNG) to this file." };
        var ledger = new Option<bool>("--ledger") { Description = "Show instead what became of every trigger pulse and frame; also for the capture ID of a ledger message without a result." };
        var (folder, config, json) = (FolderOption(), CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb("show", "Shows one result.", json, config, [id, overlay, ledger, folder], async (parsed, cancellationToken) =>
        {
            await using var store = await OpenAsync(shell, parsed, config, folder, cancellationToken);
            if (parsed.GetValue(ledger))
            {
                return await ShowLedgerAsync(shell, store, parsed.GetRequiredValue(id)!, parsed.GetValue(json), cancellationToken);
            }

            var result = await FindAsync(store, parsed.GetRequiredValue(id)!, cancellationToken);
            if (parsed.GetValue(overlay) is { } file)
            {
                var png = await store.ReadOverlayAsync(result.Id, cancellationToken)
                    ?? throw new BadInputException($"Result {result.Id} has no stored overlay any more: it went by age (Store:MaximumMapAgeDays) or for room (Store:QuotaMebibytes).");
                var partial = $"{file.FullName}.{Guid.NewGuid():N}.partial";
                await File.WriteAllBytesAsync(partial, png, cancellationToken);
                File.Move(partial, file.FullName, overwrite: true);
            }

            if (parsed.GetValue(json))
            {
                await shell.Console.Out.WriteLineAsync(ResultFiles.ToJson(result, null).ToJsonString(HsiEdgeJson.Indented));
            }
            else
            {
                await ResultText.WriteAsync(shell.Console.Out, result, result.Findings.Count > 0 ? true : await HasTargetsAsync(store, result.Id, cancellationToken));
            }

            return ExitCodes.Success;
        });
    }

    private static async Task<int> ShowLedgerAsync(CliShell shell, ResultStoreReader store, string id, bool json, CancellationToken cancellationToken)
    {
        if (await store.ReadLedgerAsync(id.ToUpperInvariant(), cancellationToken) is not { } kept)
        {
            var result = await FindAsync(store, id, cancellationToken);
            throw new BadInputException(
                $"Result {result.Id} has no ledger: it is of a recording, or was stored before ledgers were kept. Its figures: {result.Ledger.Sent} pulses sent, "
                + $"{result.Ledger.Paired} paired, {result.Ledger.Late} late, {result.Ledger.Missed} missed, {result.Ledger.Spurious} spurious frames.");
        }

        if (json)
        {
            await shell.WriteJsonAsync(kept);
        }
        else
        {
            await LedgerText.WriteAsync(shell.Console, kept);
        }

        return ExitCodes.Success;
    }

    /// <summary>Whether the model of a result could find anything; null where its maps are gone or damaged: the result itself is still shown.</summary>
    private static async Task<bool?> HasTargetsAsync(ResultStoreReader store, string resultId, CancellationToken cancellationToken)
    {
        try
        {
            return (await store.ReadMapsAsync(resultId, cancellationToken))?.ModelClasses.Any(c => c.Target);
        }
        catch (StoreFaultException)
        {
            return null;
        }
    }

    /// <summary>The argument that names one result.</summary>
    internal static Argument<string?> IdArgument() => new("ID") { Description = "ULID of the result." };

    /// <summary>The option that names the store's folder.</summary>
    internal static Option<DirectoryInfo> FolderOption() => new("--data-folder") { HelpName = "DIR", Description = "Folder of the store instead of Store:DataFolder." };

    /// <summary>The store that a command line means, and whose it is.</summary>
    internal static StoreSource Source(CliShell shell, ParseResult parsed, Option<FileInfo> config, Option<DirectoryInfo> folder)
    {
        if (parsed.GetValue(folder) is { } given)
        {
            return new StoreSource(new StoreOptions { DataFolder = given.FullName }, Cart: null);
        }

        ApplianceConfiguration configuration = shell.LoadConfiguration(parsed.GetValue(config));
        configuration.ThrowIfFaulty();
        return new StoreSource(configuration.Store, $"{configuration.Appliance.Site}/{configuration.Appliance.Cart}");
    }

    private static Task<ResultStoreReader> OpenAsync(
        CliShell shell, ParseResult parsed, Option<FileInfo> config, Option<DirectoryInfo> folder, CancellationToken cancellationToken) =>
        Source(shell, parsed, config, folder).OpenAsync(cancellationToken);

    /// <summary>The result of an ID.</summary>
    /// <exception cref="BadInputException">It is no ID, or there is no such result.</exception>
    internal static async Task<CaptureResult> FindAsync(ResultStoreReader store, string id, CancellationToken cancellationToken)
    {
        var wanted = id.ToUpperInvariant();
        if (!UlidGenerator.IsUlid(wanted))
        {
            throw new BadInputException($"'{id}' is not the ID of a result; expected 26 characters such as 01JBZ0Q8X6N3V5W7Y9A2C4E6G8. 'hsiedge results list' shows them.");
        }

        return await store.FindAsync(wanted, cancellationToken)
            ?? throw new BadInputException($"There is no result {wanted} in this store. 'hsiedge results list' shows them.");
    }

    private static async Task WarnAsync(CliShell shell, ResultStoreReader store)
    {
        if (store.DamagedResultIds.Count > 0)
        {
            await shell.Console.Error.WriteLineAsync($"warning: {store.DamagedResultIds.Count} damaged results are left out: {string.Join(", ", store.DamagedResultIds)}");
        }
    }

    private static string[] Row(CaptureResult r) =>
    [
        r.Id,
        $"{r.CapturedUtc.UtcDateTime:yyyy-MM-dd HH:mm:ss}",
        r.CaseId ?? "",
        $"{r.Model.Name}@{r.Model.Version}",
        $"{r.Findings.Count}",
        r.Findings.Count == 0 ? "" : ResultText.Area(r.Findings[0]),
        ResultText.Word(r.Flags),
        (r.Synthetic ? "SYNTHETIC" : "") + (r.AlertsInhibited ? " ALERTS INHIBITED" : ""),
    ];
}

/// <summary>What <c>results list --json</c> prints.</summary>
/// <param name="Results">Newest first.</param>
/// <param name="DamagedResultIds">Results left out because they are damaged on disk.</param>
internal sealed record ResultList(IReadOnlyList<CaptureResult> Results, IReadOnlyList<string> DamagedResultIds);

/// <summary>A store to be read.</summary>
/// <param name="Options">Its folder.</param>
/// <param name="Cart"><c>site/cart</c> where the configuration told; null for a folder that was named.</param>
internal sealed record StoreSource(StoreOptions Options, string? Cart)
{
    /// <summary>Opens it.</summary>
    public Task<ResultStoreReader> OpenAsync(CancellationToken cancellationToken) => ResultStoreReader.OpenAsync(Options, cancellationToken);
}
