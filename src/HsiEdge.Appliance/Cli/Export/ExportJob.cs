using System.Globalization;
using HsiEdge.Core.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>One export: finds what is wanted, writes it into the audit log, and then into the files.</summary>
/// <param name="console">Progress, time, and who sits there.</param>
/// <param name="source">The store.</param>
/// <param name="request">As what.</param>
/// <param name="place">Where the files will be, for the audit log.</param>
internal sealed class ExportJob(CliConsole console, StoreSource source, ExportRequest request, string place)
{
    private readonly ResultPages _pages = new(source.OpenAsync);

    /// <summary>Results left out because they are damaged on disk.</summary>
    public IEnumerable<string> Damaged => _pages.Damaged;

    /// <summary>Writes one result.</summary>
    public async Task<ExportTotals> ExportOneAsync(string id, string folder, CancellationToken cancellationToken)
    {
        await using var store = await source.OpenAsync(cancellationToken);
        var result = await ResultsVerb.FindAsync(store, id, cancellationToken);
        await AuditAsync(1, new Dictionary<string, string>(StringComparer.Ordinal) { ["result"] = result.Id }, cancellationToken);
        await using var files = ResultExport.Open(request, folder);
        var missing = await files.WriteAsync(store, result, cancellationToken);
        await files.CompleteAsync(cancellationToken);
        return new ExportTotals(0, [], []).With(result.Id, missing);
    }

    /// <summary>Writes all that a query finds.</summary>
    public async Task<ExportTotals> ExportManyAsync(ResultQuery query, string folder, CancellationToken cancellationToken)
    {
        long total;
        await using (var store = await source.OpenAsync(cancellationToken))
        {
            total = await store.CountAsync(query, cancellationToken);
        }

        await AuditAsync(total, Filters(query), cancellationToken);
        await using var files = ResultExport.Open(request, folder);
        return await WorkProgress.WatchAsync(
            console,
            "exporting",
            progress => ResultExport.WriteAsync(_pages, query, files, written => progress.Report(written / (double)Math.Max(1, total)), cancellationToken),
            cancellationToken);
    }

    private static Dictionary<string, string> Filters(ResultQuery query)
    {
        var filters = new Dictionary<string, string>(StringComparer.Ordinal);
        Add("from", query.FromUtc?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Add("to", query.ToUtc?.UtcDateTime.ToString("O", CultureInfo.InvariantCulture));
        Add("case", query.CaseId);
        Add("findings", query.WithFindingsOnly ? "only" : null);
        return filters;

        void Add(string name, string? value)
        {
            if (value is not null)
            {
                filters[name] = value;
            }
        }
    }

    private Task AuditAsync(long results, Dictionary<string, string> details, CancellationToken cancellationToken)
    {
        details["format"] = request.Format;
        details["results"] = results.ToString(CultureInfo.InvariantCulture);
        return CliAudit.AppendAsync(console, source.Options.DataFolder, AuditAction.Export, place, details, cancellationToken);
    }
}
