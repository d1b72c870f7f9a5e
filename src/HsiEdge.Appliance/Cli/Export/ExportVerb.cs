using System.CommandLine;
using HsiEdge.Core.Record;

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
        var kind = new ExportKind();
        var filter = new ResultFilter();
        var (folder, config, json) = (ResultsVerb.FolderOption(), CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(
            "export", "Exports one result or many.", json, config, [id, all, output, force, .. kind.Options, .. filter.Options, folder],
            async (parsed, cancellationToken) =>
            {
                var one = parsed.GetValue(id);
                if (one is null != (parsed.GetValue(all) || filter.IsGiven(parsed)))
                {
                    throw new UsageException("Expected either the ID of one result, or --all, or filters that choose among all.");
                }

                var place = parsed.GetRequiredValue(output);
                var source = ResultsVerb.Source(shell, parsed, config, folder);
                var request = kind.Request(parsed, source.Cart, shell.Console);
                using var target = OutputFolder.Open(place, parsed.GetValue(force), ResultExport.IsOwn);
                var job = new ExportJob(shell.Console, source, request, Path.GetFullPath(place));
                var totals = one is not null
                    ? await job.ExportOneAsync(one, target.Path, cancellationToken)
                    : await job.ExportManyAsync(filter.Query(parsed, int.MaxValue), target.Path, cancellationToken);
                target.Commit();
                await ReportAsync(shell, new ExportReport(totals.Results, request.Format, totals.WithoutMaps, totals.WithoutRawCube, [.. job.Damaged]), place, parsed.GetValue(json));
                return ExitCodes.Success;
            });
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
