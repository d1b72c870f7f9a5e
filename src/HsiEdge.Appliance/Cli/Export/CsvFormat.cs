using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Cli.Export;

/// <summary>
/// Flat tables with units in the columns' names (docs/exports.md): <c>results.csv</c>, <c>findings.csv</c>, <c>classes.csv</c>; with ledgers also
/// <c>pulses.csv</c>.
/// </summary>
internal sealed class CsvFormat : IResultFormat
{
    /// <summary>Its files.</summary>
    public static IReadOnlyList<string> FileNames { get; } = ["results.csv", "findings.csv", "classes.csv", "pulses.csv"];

    private readonly CsvTable _results;
    private readonly CsvTable _findings;
    private readonly CsvTable _classes;
    private readonly CsvTable? _pulses;

    /// <summary>Makes the files in a folder.</summary>
    public CsvFormat(string folder, bool ledgers)
    {
        _results = new CsvTable(
            Path.Combine(folder, FileNames[0]),
            "id", "capturedUtc", "caseId", "sequence", "cause", "origin", "cameraModel", "cameraSerial", "modelName", "modelVersion", "modelSha256", "calibrationId", "flags",
            "driftReasons", "sensorTemperatureCelsius", "alertsInhibited", "synthetic", "lines", "samples", "bands", "pixelPitchMillimetres", "validPixels", "saturatedPixels",
            "underExposedPixels", "deadPixels", "missingPixels", "findings", "pulsesSent", "pulsesPaired", "pulsesLate", "pulsesMissed", "framesSpurious", "acquireMilliseconds",
            "processMilliseconds", "interpretMilliseconds", "triggerToMapsMilliseconds", "notice");
        _findings = new CsvTable(
            Path.Combine(folder, FileNames[1]),
            "resultId", "index", "className", "pixelCount", "areaSquareMillimetres", "meanProbability", "maximumProbability", "centroidLine", "centroidSample", "capturedUtc", "caseId",
            "synthetic");
        _classes = new CsvTable(Path.Combine(folder, FileNames[2]), "resultId", "className", "pixelCount", "areaSquareMillimetres", "capturedUtc", "caseId", "synthetic");
        _pulses = !ledgers ? null : new CsvTable(
            Path.Combine(folder, FileNames[3]),
            "resultId", "step", "band", "plannedMicroseconds", "sentMicroseconds", "edgeMicroseconds", "verdict", "frameId", "deviceNanoseconds", "receivedMicroseconds", "offsetMicroseconds");
    }

    /// <inheritdoc/>
    public async Task<MissingParts> WriteAsync(ResultStoreReader store, CaptureResult result, CancellationToken cancellationToken)
    {
        await WriteResultAsync(result);
        foreach (var f in result.Findings)
        {
            await _findings.WriteAsync(
                result.Id, f.Index, f.ClassName, f.PixelCount, f.AreaSquareMillimetres, f.MeanProbability, f.MaximumProbability, f.Centroid.Line, f.Centroid.Sample, result.CapturedUtc,
                result.CaseId, result.Synthetic);
        }

        foreach (var (name, pixels) in result.ClassPixels)
        {
            await _classes.WriteAsync(
                result.Id, name, pixels, pixels * result.PixelPitchMillimetres * result.PixelPitchMillimetres, result.CapturedUtc, result.CaseId, result.Synthetic);
        }

        if (_pulses is not null && await store.ReadLedgerAsync(result.Id, cancellationToken) is { } kept)
        {
            await WritePulsesAsync(_pulses, kept);
        }

        return MissingParts.None;
    }

    /// <inheritdoc/>
    public async Task CompleteAsync(CancellationToken cancellationToken)
    {
        foreach (var table in Tables())
        {
            await table.FlushAsync(cancellationToken);
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var table in Tables())
        {
            await table.DisposeAsync();
        }
    }

    private IEnumerable<CsvTable> Tables() => new[] { _results, _findings, _classes, _pulses }.OfType<CsvTable>();

    private Task WriteResultAsync(CaptureResult r) => _results.WriteAsync(
        r.Id, r.CapturedUtc, r.CaseId, r.Sequence, ResultText.Word(r.Cause), r.Origin, r.Camera.Model, r.Camera.Serial, r.Model.Name, r.Model.Version, r.Model.Sha256, r.CalibrationId,
        ResultText.Word(r.Flags), string.Join("; ", r.DriftReasons), r.SensorTemperatureCelsius, r.AlertsInhibited, r.Synthetic, r.Lines, r.Samples, r.Bands, r.PixelPitchMillimetres,
        r.Pixels.Valid, r.Pixels.Saturated, r.Pixels.UnderExposed, r.Pixels.Dead, r.Pixels.Missing, r.Findings.Count, r.Ledger.Sent, r.Ledger.Paired, r.Ledger.Late, r.Ledger.Missed,
        r.Ledger.Spurious, r.Timing.AcquireMilliseconds, r.Timing.ProcessMilliseconds, r.Timing.InterpretMilliseconds, r.Timing.TriggerToMapsMilliseconds, r.Notice);

    private static async Task WritePulsesAsync(CsvTable pulses, KeptLedger kept)
    {
        foreach (var p in kept.Ledger.Pulses)
        {
            var frame = p.Frame is { } index ? kept.Ledger.Frames[index] : null;
            await pulses.WriteAsync(
                kept.CaptureId, p.Step, p.Band, p.PlannedMicroseconds, p.SentMicroseconds, p.EdgeMicroseconds, ResultText.Word(p.Verdict), frame?.FrameId, frame?.DeviceTimestampNanoseconds,
                frame?.HostMicroseconds, frame?.OffsetMicroseconds);
        }
    }
}
