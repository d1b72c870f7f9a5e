using HsiEdge.Core.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>Writes stored results in one of the formats.</summary>
internal static class ResultExport
{
    /// <summary>Names of the formats, as <c>--format</c> takes them.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["jsonl", "csv", "envi", "fhir"];

    /// <summary>Whether a name is one that an export writes.</summary>
    /// <param name="name">File or folder name.</param>
    public static bool IsOwn(string name) =>
        name is JsonLinesFormat.FileName or FhirFormat.FileName || CsvFormat.FileNames.Contains(name, StringComparer.Ordinal) || UlidGenerator.IsUlid(name);

    /// <summary>Opens a format's files.</summary>
    /// <param name="request">What is wanted.</param>
    /// <param name="folder">Where to.</param>
    public static IResultFormat Open(ExportRequest request, string folder) => request.Format switch
    {
        "jsonl" => new JsonLinesFormat(new FileStream(Path.Combine(folder, JsonLinesFormat.FileName), FileMode.CreateNew, FileAccess.Write), request.Ledgers),
        "csv" => new CsvFormat(folder, request.Ledgers),
        "envi" => new EnviFormat(folder, request.RawCubes),
        "fhir" => FhirFormat.Start(request.FhirProgram!, folder, request.Cart, request.CaseSystem),
        _ => throw new ArgumentException($"'{request.Format}' is no format.", nameof(request)),
    };

    /// <summary>Writes all that a query finds, one by one.</summary>
    /// <param name="pages">The results.</param>
    /// <param name="query">Which.</param>
    /// <param name="format">Where to.</param>
    /// <param name="written">Told the number written so far.</param>
    /// <param name="cancellationToken">Stops.</param>
    public static async Task<ExportTotals> WriteAsync(
        ResultPages pages, ResultQuery query, IResultFormat format, Action<long> written, CancellationToken cancellationToken)
    {
        var totals = new ExportTotals(0, [], []);
        await foreach (var page in pages.ReadAsync(query, cancellationToken))
        {
            foreach (var result in page.Results)
            {
                cancellationToken.ThrowIfCancellationRequested();
                totals = totals.With(result.Id, await format.WriteAsync(page.Reader, result, cancellationToken));
                written(totals.Results);
            }
        }

        await format.CompleteAsync(cancellationToken);
        return totals;
    }
}

/// <summary>What an export is to write.</summary>
/// <param name="Format">One of <see cref="ResultExport.Formats"/>.</param>
/// <param name="Ledgers">Every pulse and frame too (jsonl, csv; envi always has them).</param>
/// <param name="RawCubes">Raw cubes too (envi).</param>
/// <param name="FhirProgram">Path of <c>hsiedge-fhir</c> (fhir).</param>
/// <param name="CaseSystem">URI of the system of case ids, or null (fhir).</param>
/// <param name="Cart"><c>site/cart</c>, or null when unknown (fhir).</param>
internal sealed record ExportRequest(string Format, bool Ledgers, bool RawCubes, string? FhirProgram, string? CaseSystem, string? Cart);

/// <summary>What an export has written.</summary>
/// <param name="Results">How many results.</param>
/// <param name="WithoutMaps">Those without stored maps (envi).</param>
/// <param name="WithoutRawCube">Those whose raw cube is gone (envi).</param>
internal sealed record ExportTotals(long Results, List<string> WithoutMaps, List<string> WithoutRawCube)
{
    /// <summary>One result more.</summary>
    public ExportTotals With(string id, MissingParts missing)
    {
        if (missing.HasFlag(MissingParts.Maps))
        {
            WithoutMaps.Add(id);
        }

        if (missing.HasFlag(MissingParts.RawCube))
        {
            WithoutRawCube.Add(id);
        }

        return this with { Results = Results + 1 };
    }
}
