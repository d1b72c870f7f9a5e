using System.Globalization;
using System.Text.Json;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary>A result in words, for the console.</summary>
internal static class ResultText
{
    /// <summary>A finding's area with its unit.</summary>
    /// <param name="finding">The finding.</param>
    public static string Area(Finding finding) =>
        finding.AreaSquareMillimetres is { } area ? $"{area:0.0} mm²" : $"{finding.PixelCount} px";

    /// <summary>A word as JSON has it.</summary>
    /// <param name="value">An enumeration's value.</param>
    public static string Word<T>(T value)
        where T : struct, Enum => JsonSerializer.SerializeToElement(value, Core.HsiEdgeJson.Compact).GetString()!;

    /// <summary>Writes a result, one fact a line.</summary>
    /// <param name="writer">Where.</param>
    /// <param name="result">The result.</param>
    /// <param name="hasTargets">Whether its model has target classes; null when that is no longer known.</param>
    public static async Task WriteAsync(TextWriter writer, CaptureResult result, bool? hasTargets)
    {
        await writer.WriteLineAsync($"result {result.Id}, {result.CapturedUtc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, case {result.CaseId ?? "none"}");
        await writer.WriteLineAsync($"{result.Origin}: {result.Lines} lines × {result.Samples} samples × {result.Bands} bands, camera {result.Camera.Model} {result.Camera.Serial}");
        await writer.WriteLineAsync(
            $"model {result.Model.Name}@{result.Model.Version} ({(result.Model.Signed ? "signed" : "unsigned")}), calibration {result.CalibrationId ?? "none"}, flags {Word(result.Flags)}{(result.SensorTemperatureCelsius is { } celsius ? string.Create(CultureInfo.InvariantCulture, $", sensor {celsius:0.0} °C") : "")}");
        var p = result.Pixels;
        await writer.WriteLineAsync(
            $"pixels: {p.Valid} valid, {p.Saturated} saturated, {p.UnderExposed} under-exposed, {p.Dead} dead, {p.Missing} missing");
        foreach (var (name, pixels) in result.ClassPixels)
        {
            await writer.WriteLineAsync($"  {name}: {pixels} px ({(p.Valid == 0 ? 0 : 100.0 * pixels / p.Valid):0.0} %)");
        }

        foreach (var reason in result.DriftReasons)
        {
            await writer.WriteLineAsync($"drifted, {reason}");
        }

        if (result.AlertsInhibited)
        {
            await writer.WriteLineAsync("ALERTS INHIBITED: the calibration cannot be trusted.");
        }

        await writer.WriteLineAsync(FindingsLine(result.Findings.Count, hasTargets));
        foreach (var f in result.Findings)
        {
            await writer.WriteLineAsync(
                $"  {f.Index} {f.ClassName}: {Area(f)}, mean probability {f.MeanProbability:0.00}, at line {f.Centroid.Line:0}, sample {f.Centroid.Sample:0}");
        }

        await writer.WriteLineAsync($"{(result.Synthetic ? "SYNTHETIC. " : "")}{result.Notice}");
    }

    /// <summary>A model without target classes cannot find anything: that is not the same as having found nothing.</summary>
    private static string FindingsLine(int findings, bool? hasTargets) => (findings, hasTargets) switch
    {
        (0, true) => "no finding",
        (0, false) => "no target classes: this model cannot have findings",
        (0, null) => "no finding, or a model without target classes: the maps that would tell have expired",
        (1, _) => "1 finding:",
        _ => $"{findings} findings:",
    };
}
