using System.Text;
using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary>Writes stored results as JSON lines, CSV or ENVI.</summary>
internal static class ResultExport
{
    /// <summary>Whether a name is one that an export writes.</summary>
    /// <param name="name">File or folder name.</param>
    public static bool IsOwn(string name) => name is "results.jsonl" or "results.csv" or "findings.csv" || UlidGenerator.IsUlid(name);

    /// <summary>Writes them.</summary>
    /// <param name="store">Where maps and overlays are.</param>
    /// <param name="results">Which.</param>
    /// <param name="format">jsonl, csv or envi.</param>
    /// <param name="target">Where to.</param>
    /// <param name="cancellationToken">Stops between results.</param>
    public static async Task<ExportReport> WriteAsync(
        ResultStoreReader store, IReadOnlyList<CaptureResult> results, string format, OutputFolder target, CancellationToken cancellationToken)
    {
        switch (format)
        {
            case "jsonl":
                await File.WriteAllLinesAsync(
                    target.FilePath("results.jsonl"), results.Select(r => JsonSerializer.Serialize(r, HsiEdgeJson.Compact)), cancellationToken);
                return new ExportReport(results.Count, format, []);
            case "csv":
                await File.WriteAllLinesAsync(target.FilePath("results.csv"), ResultRows(results), cancellationToken);
                await File.WriteAllLinesAsync(target.FilePath("findings.csv"), FindingRows(results), cancellationToken);
                return new ExportReport(results.Count, format, []);
            default:
                return new ExportReport(results.Count, format, await WriteEnviAsync(store, results, target, cancellationToken));
        }
    }

    private static async Task<IReadOnlyList<string>> WriteEnviAsync(
        ResultStoreReader store, IReadOnlyList<CaptureResult> results, OutputFolder target, CancellationToken cancellationToken)
    {
        var withoutMaps = new List<string>();
        foreach (var result in results)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var folder = Directory.CreateDirectory(target.FilePath(result.Id)).FullName;
            ResultFiles.WriteJson(Path.Combine(folder, "result.json"), ResultFiles.ToJson(result, null));
            if (await store.ReadLedgerAsync(result.Id, cancellationToken) is { } ledger)
            {
                await File.WriteAllTextAsync(Path.Combine(folder, "ledger.json"), JsonSerializer.Serialize(ledger, HsiEdgeJson.Indented) + "\n", cancellationToken);
            }

            if (await store.ReadOverlayAsync(result.Id, cancellationToken) is { } png)
            {
                await File.WriteAllBytesAsync(Path.Combine(folder, "overlay.png"), png, cancellationToken);
            }

            if (await store.ReadMapsAsync(result.Id, cancellationToken) is { } maps)
            {
                ResultFiles.WriteMaps(folder, maps.Classes, maps.Probabilities, maps.ModelClasses);
            }
            else
            {
                withoutMaps.Add(result.Id);
            }
        }

        return withoutMaps;
    }

    private static IEnumerable<string> ResultRows(IEnumerable<CaptureResult> results) => results.Select(r => Row(
            r.Id, $"{r.CapturedUtc.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ}", r.CaseId, r.Sequence, ResultText.Word(r.Cause), r.Origin, r.Camera.Model, r.Camera.Serial,
            r.Model.Name, r.Model.Version, r.CalibrationId, ResultText.Word(r.Flags), r.AlertsInhibited ? "true" : "false", r.Synthetic ? "true" : "false", r.Lines, r.Samples, r.Bands,
            r.PixelPitchMillimetres, r.Pixels.Valid, r.Findings.Count, r.Timing.TriggerToMapsMilliseconds, r.Notice))
        .Prepend("id,capturedUtc,caseId,sequence,cause,origin,cameraModel,cameraSerial,modelName,modelVersion,calibrationId,flags,alertsInhibited,synthetic,lines,samples,bands," +
            "pixelPitchMillimetres,validPixels,findings,triggerToMapsMilliseconds,notice");

    private static IEnumerable<string> FindingRows(IEnumerable<CaptureResult> results) => results
        .SelectMany(r => r.Findings.Select(f => Row(
            r.Id, f.Index, f.ClassName, f.PixelCount, f.AreaSquareMillimetres, f.MeanProbability, f.MaximumProbability, f.Centroid.Line, f.Centroid.Sample, r.Synthetic ? "true" : "false")))
        .Prepend("resultId,index,className,pixelCount,areaSquareMillimetres,meanProbability,maximumProbability,centroidLine,centroidSample,synthetic");

    /// <summary>RFC 4180: quoted where a comma, a quote or a line end asks for it.</summary>
    private static string Row(params object?[] values)
    {
        var row = new StringBuilder();
        foreach (var value in values)
        {
            var text = value switch { null => "", double number => number.ToString("R"), _ => value.ToString() ?? "" };
            var quoted = text.AsSpan().ContainsAny(",\"\r\n") ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
            row.Append(row.Length == 0 ? "" : ",").Append(quoted);
        }

        return row.ToString();
    }
}

/// <summary>What <c>results export --json</c> prints.</summary>
/// <param name="Results">How many were exported.</param>
/// <param name="Format">As what.</param>
/// <param name="WithoutMaps">Those without stored maps (envi only).</param>
internal sealed record ExportReport(int Results, string Format, IReadOnlyList<string> WithoutMaps);
