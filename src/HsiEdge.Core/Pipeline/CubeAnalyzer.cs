using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Core.Pipeline;

/// <summary>
/// Calibrate → Infer → Interpret over one cube. Live capture and replay call this same class, so a recorded cube is treated exactly
/// as a captured one. One cube at a time.
/// </summary>
public sealed class CubeAnalyzer : IDisposable
{
    /// <summary>Flags under which no alert is raised, updated or ended: the references cannot be trusted.</summary>
    public const CalibrationFlags InhibitingFlags = CalibrationFlags.Stale | CalibrationFlags.Drifted;

    private readonly IPixelModel _model;
    private readonly InterpretOptions _interpret;
    private readonly IOverlayRenderer _overlay;
    private readonly TimeProvider _time;
    private readonly CubeProcessor _processor;

    /// <summary>Makes an analyzer with its workers and buffers.</summary>
    /// <param name="model">The model; not disposed here.</param>
    /// <param name="processing">Workers, tiles and limits of Calibrate and Infer.</param>
    /// <param name="interpret">Limits of findings.</param>
    /// <param name="overlay">Draws the picture.</param>
    /// <param name="time">Source of the time.</param>
    public CubeAnalyzer(IPixelModel model, ProcessingOptions processing, InterpretOptions interpret, IOverlayRenderer overlay, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(processing);
        ArgumentNullException.ThrowIfNull(interpret);
        ArgumentNullException.ThrowIfNull(overlay);
        ArgumentNullException.ThrowIfNull(time);
        _model = model;
        _interpret = interpret;
        _overlay = overlay;
        _time = time;
        _processor = new CubeProcessor(model, processing);
    }

    /// <summary>Analyses one cube.</summary>
    /// <param name="cube">The cube; not disposed here.</param>
    /// <param name="calibration">References for raw counts; null when the cube is already reflectance or absorbance.</param>
    /// <param name="resultId">ULID of the result.</param>
    /// <param name="caseId">Pseudonymous case, or null.</param>
    /// <param name="progress">Receives the share of the maps done, 0…1, or null.</param>
    /// <param name="cancellationToken">Stops between tiles.</param>
    /// <exception cref="BadInputException">The cube does not fit the model or the references; the message says which and how.</exception>
    public CubeAnalysis Analyze(
        AcquiredCube cube, CalibrationSet? calibration, string resultId, string? caseId, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(cube);
        ArgumentException.ThrowIfNullOrEmpty(resultId);
        var maps = _processor.Process(cube, calibration, _time.GetUtcNow(), progress, cancellationToken);
        var mapsTimestamp = _time.GetTimestamp();

        var synthetic = cube.Camera.Synthetic || _model.Card.TrainedOnSyntheticData;
        var findings = FindingExtractor.Extract(maps, _model.Card.Classes, cube.PixelPitchMillimetres, _interpret);
        var caption = $"{cube.Trigger.Utc.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC, case {caseId ?? "none"}, {_model.Identity.Name}@{_model.Identity.Version}";
        var overlay = _overlay.RenderPng(cube.Cube, maps, _model.Card.Classes, findings, cube.PixelPitchMillimetres, synthetic, caption);
        var doneTimestamp = _time.GetTimestamp();

        var result = new CaptureResult
        {
            Id = resultId,
            Sequence = cube.Trigger.Sequence,
            CaseId = caseId,
            CapturedUtc = cube.Trigger.Utc,
            Cause = cube.Trigger.Cause,
            Origin = cube.Origin,
            Camera = cube.Camera,
            Model = _model.Identity,
            CalibrationId = calibration?.Id,
            Synthetic = synthetic,
            Lines = cube.Cube.Shape.Lines,
            Samples = cube.Cube.Shape.Samples,
            Bands = cube.Cube.Shape.Bands,
            PixelPitchMillimetres = cube.PixelPitchMillimetres,
            Pixels = maps.Pixels,
            ClassPixels = CountClasses(maps.Classes),
            Flags = maps.Flags,
            DriftReasons = maps.DriftReasons,
            SensorTemperatureCelsius = cube.SensorTemperatureCelsius,
            AlertsInhibited = (maps.Flags & InhibitingFlags) != CalibrationFlags.None,
            Findings = findings,
            Ledger = cube.Ledger.Summarize(),
            Timing = new StageTiming(
                Milliseconds(cube.Trigger.MonotonicTimestamp, cube.LastFrameTimestamp),
                Milliseconds(cube.LastFrameTimestamp, mapsTimestamp),
                Milliseconds(mapsTimestamp, doneTimestamp),
                Milliseconds(cube.Trigger.MonotonicTimestamp, mapsTimestamp)),
        };
        return new CubeAnalysis(result, maps, overlay) { Ledger = cube.Ledger };
    }

    /// <inheritdoc/>
    public void Dispose() => _processor.Dispose();

    private double Milliseconds(long from, long to) => _time.GetElapsedTime(from, to).TotalMilliseconds;

    private Dictionary<string, long> CountClasses(ClassMap map)
    {
        Span<long> counts = stackalloc long[256];
        foreach (var value in map.Values)
        {
            counts[value]++;
        }

        var byName = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var i = 0; i < _model.Card.Classes.Count; i++)
        {
            byName[_model.Card.Classes[i].Name] = counts[i + 1];
        }

        return byName;
    }
}
