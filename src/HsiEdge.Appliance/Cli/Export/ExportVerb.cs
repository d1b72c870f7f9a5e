using System.CommandLine;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary><c>hsiedge results export</c>: stored results as files for other programs, also while the worker runs.</summary>
internal static class ExportVerb
{
    /// <summary>Makes the verb.</summary>
    public static Command Create(CliShell shell)
    {
        var id = ResultsVerb.IdArgument();
        id.Arity = ArgumentArity.ZeroOrOne;
        var all = new Option<bool>("--all") { Description = "All results, where no filter chooses among them." };
        var output = new Option<string>("--out") { Required = true, HelpName = "DIR", Description = "Receives the files: all of them or none. Must not exist or be empty." };
        var force = new Option<bool>("--force") { Description = "Replace an earlier export in DIR." };
        var format = new Option<string>("--format")
        {
            HelpName = string.Join('|', ResultExport.Formats),
            Description = "jsonl: one result a line. csv: results.csv, findings.csv and classes.csv. envi: a folder a result with maps, overlay, ledger and raw cube.",
            DefaultValueFactory = _ => ResultExport.Formats[0],
        };
        format.AcceptOnlyFromAmong([.. ResultExport.Formats]);
        var ledgers = new Option<bool>("--ledgers") { Description = "Also every trigger pulse and frame: member triggerLedger (jsonl), pulses.csv (csv); envi has ledger.json anyway." };
        var withoutRaw = new Option<bool>("--without-raw") { Description = "Leave out the raw cubes (envi)." };
        var filter = new ResultFilter();
        var (folder, config, json) = (ResultsVerb.FolderOption(), CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(
            "export", "Exports one result or many.", json, config, [id, all, output, force, format, ledgers, withoutRaw, .. filter.Options, folder],
            async (parsed, cancellationToken) =>
            {
                var one = parsed.GetValue(id);
                if (one is null != (parsed.GetValue(all) || filter.IsGiven(parsed)))
                {
                    throw new UsageException("Expected either the ID of one result, or --all, or filters that choose among all.");
                }

                var request = new ExportRequest(parsed.GetValue(format)!, parsed.GetValue(ledgers), !parsed.GetValue(withoutRaw));
                var open = ResultsVerb.Opener(shell, parsed, config, folder);
                using var target = OutputFolder.Open(parsed.GetRequiredValue(output), parsed.GetValue(force), ResultExport.IsOwn);
                var pages = new ResultPages(open);
                ExportTotals totals;
                await using (var files = ResultExport.Open(request, target.Path))
                {
                    totals = one is not null
                        ? await ExportOneAsync(open, one, files, cancellationToken)
                        : await ExportManyAsync(shell, open, pages, filter.Query(parsed, int.MaxValue), files, cancellationToken);
                }

                target.Commit();
                await ReportAsync(shell, new ExportReport(totals.Results, request.Format, totals.WithoutMaps, totals.WithoutRawCube, [.. pages.Damaged]), parsed.GetRequiredValue(output), parsed.GetValue(json));
                return ExitCodes.Success;
            });
    }

    private static async Task<ExportTotals> ExportOneAsync(
        Func<CancellationToken, Task<ResultStoreReader>> open, string id, IResultFormat files, CancellationToken cancellationToken)
    {
        await using var store = await open(cancellationToken);
        var result = await ResultsVerb.FindAsync(store, id, cancellationToken);
        var missing = await files.WriteAsync(store, result, cancellationToken);
        await files.CompleteAsync(cancellationToken);
        return new ExportTotals(0, [], []).With(result.Id, missing);
    }

    private static async Task<ExportTotals> ExportManyAsync(
        CliShell shell, Func<CancellationToken, Task<ResultStoreReader>> open, ResultPages pages, ResultQuery query, IResultFormat files, CancellationToken cancellationToken)
    {
        long total;
        await using (var store = await open(cancellationToken))
        {
            total = await store.CountAsync(query, cancellationToken);
        }

        return await WorkProgress.WatchAsync(
            shell.Console,
            "exporting",
            progress => ResultExport.WriteAsync(pages, query, files, written => progress.Report(written / (double)Math.Max(1, total)), cancellationToken),
            cancellationToken);
    }

    private static async Task ReportAsync(CliShell shell, ExportReport report, string place, bool json)
    {
        if (report.DamagedResultIds.Count > 0)
        {
            await shell.Console.Error.WriteLineAsync($"warning: {report.DamagedResultIds.Count} damaged results are left out: {string.Join(", ", report.DamagedResultIds)}");
        }

        if (json)
        {
            await shell.WriteJsonAsync(report);
            return;
        }

        await shell.Console.Out.WriteLineAsync(
            $"{report.Results} result{(report.Results == 1 ? "" : "s")} exported to {place} as {report.Format}. {CaptureResult.ResearchUseOnly}");
        if (report.WithoutMaps.Count > 0)
        {
            await shell.Console.Error.WriteLineAsync($"{report.WithoutMaps.Count} of them have no stored maps any more (removed to keep within the store's limits): no images were written.");
        }

        if (report.WithoutRawCube.Count > 0)
        {
            await shell.Console.Error.WriteLineAsync($"{report.WithoutRawCube.Count} of them have no raw cube any more (removed to keep within the store's limits).");
        }
    }
}

/// <summary>What <c>results export --json</c> prints.</summary>
/// <param name="Results">How many were exported.</param>
/// <param name="Format">As what.</param>
/// <param name="WithoutMaps">Those without stored maps (envi only).</param>
/// <param name="WithoutRawCube">Those whose raw cube was kept once and is gone (envi only).</param>
/// <param name="DamagedResultIds">Results left out because they are damaged on disk.</param>
internal sealed record ExportReport(
    long Results, string Format, IReadOnlyList<string> WithoutMaps, IReadOnlyList<string> WithoutRawCube, IReadOnlyList<string> DamagedResultIds);
