using HsiEdge.Core.Acquire;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Testing;

/// <summary>Records of the domain for tests of Record and Publish: plausible, seeded, every member filled.</summary>
public sealed class SampleRecords
{
    private readonly UlidGenerator _ids;
    private readonly TimeProvider _time;
    private readonly MessageComposer _composer;
    private readonly int _seed;
    private long _sequence;

    /// <summary>Makes a source of records; the seed chooses their pixels, and their ids come after the last one.</summary>
    public SampleRecords(TimeProvider time, string cart = "cart-7", int seed = 0, string? lastId = null)
    {
        (_time, _seed) = (time, seed);
        _ids = new UlidGenerator(time);
        _ids.StartAfter(lastId);
        Identity = new ApplianceIdentity("lab", cart, "0.1.0-test", _ids.Next());
        _composer = new MessageComposer(Identity, _ids, time);
    }

    /// <summary>Classes of the maps.</summary>
    public static IReadOnlyList<ModelClass> Classes { get; } = [new("mucosa", "#F4A582", false), new("lesion", "#B2182B", true), new("vessel", "#67001F", false)];

    /// <summary>Who the box is.</summary>
    public ApplianceIdentity Identity { get; }

    /// <summary>Makes messages as the product does.</summary>
    public MessageComposer Composer => _composer;

    /// <summary>A ULID.</summary>
    public string NextId() => _ids.Next();

    /// <summary>A record with everything that one cube writes.</summary>
    public ResultRecord Next(int lines = 24, int samples = 32, string? caseId = "case-1", IReadOnlyList<AlertTransition>? transitions = null, bool findings = true, int overlayBytes = 600)
    {
        var sequence = ++_sequence;
        var random = new Random(unchecked(_seed + (int)sequence));
        var maps = MapsOf(lines, samples, random);
        var result = ResultOf(sequence, lines, samples, caseId, findings);
        var overlay = new byte[overlayBytes];
        random.NextBytes(overlay);
        transitions ??= [];
        return new ResultRecord
        {
            Result = result,
            Maps = maps,
            Classes = Classes,
            OverlayPng = overlay,
            Transitions = transitions,
            Ledger = new KeptLedger(
                result.Id, result.CapturedUtc, TriggerVerdict.Captured, Reason: null,
                SampleLedgers.Captured(new TriggerEvent(sequence, 0, result.CapturedUtc, TriggerCause.Interval), 14)),
            OpenAlerts = [.. transitions.Where(t => t.Kind != AlertTransitionKind.Ended).Select(t => t.After)],
            Messages = _composer.ForResult(result, transitions, overlay),
        };
    }

    /// <summary>An alert just raised.</summary>
    public AlertTransition Raise()
    {
        var alert = new Alert(_ids.Next(), AlertState.Raised, "case-1", _time.GetUtcNow(), _time.GetUtcNow(), _ids.Next(), Finding(1), null, 0);
        return new AlertTransition(AlertTransitionKind.Raised, null, alert, "seen in 3 consecutive cubes");
    }

    /// <summary>The end of an alert.</summary>
    public static AlertTransition End(Alert alert) =>
        new(AlertTransitionKind.Ended, alert, alert with { State = AlertState.Ended }, "gone for 3 consecutive cubes");

    /// <summary>Probabilities as an INT8 model with softmax makes them: few distinct logits, no data at the edge.</summary>
    public static CubeMaps MapsOf(int lines, int samples, Random random)
    {
        var classes = new ClassMap(lines, samples);
        var probabilities = new ProbabilityMap(lines, samples, Classes.Count);
        Span<float> logits = stackalloc float[Classes.Count];
        for (var pixel = 0; pixel < lines * samples; pixel++)
        {
            var of = probabilities.Values.AsSpan(pixel * Classes.Count, Classes.Count);
            if (pixel % samples == 0)
            {
                of.Fill(float.NaN);
                continue;
            }

            var best = 0;
            var sum = 0f;
            for (var c = 0; c < logits.Length; c++)
            {
                logits[c] = 0.05f * random.Next(-128, 128);
                of[c] = MathF.Exp(logits[c]);
                sum += of[c];
                best = of[c] > of[best] ? c : best;
            }

            for (var c = 0; c < logits.Length; c++)
            {
                of[c] /= sum;
            }

            classes.Values[pixel] = (byte)(best + 1);
        }

        return new CubeMaps(classes, probabilities, new PixelCounts((samples - 1) * lines, 0, 0, lines, 0), CalibrationFlags.None);
    }

    private static Finding Finding(int index) => new(
        index, "lesion", 128, 12.5, 0.91, 0.99, new PixelPoint(10.5, 12.25), [new(8, 10), new(8, 14), new(13, 14), new(13, 10)]);

    private CaptureResult ResultOf(long sequence, int lines, int samples, string? caseId, bool findings) => new()
    {
        Id = _ids.Next(),
        Sequence = sequence,
        CaseId = caseId,
        CapturedUtc = _time.GetUtcNow(),
        Cause = TriggerCause.Interval,
        Origin = "/plans/gastric.json",
        Camera = new CameraIdentity("phantom", "SIM-1", Synthetic: true),
        Model = new ModelIdentity("gastric-phantom", "1.0.0", new string('a', 64), Signed: true),
        CalibrationId = "cal-1",
        Synthetic = true,
        Lines = lines,
        Samples = samples,
        Bands = 14,
        PixelPitchMillimetres = 0.3125,
        Pixels = new PixelCounts((samples - 1) * lines, 0, 0, lines, 0),
        ClassPixels = new Dictionary<string, long> { ["mucosa"] = 500, ["lesion"] = 128, ["vessel"] = 9 },
        Flags = CalibrationFlags.Stale | CalibrationFlags.Drifted | CalibrationFlags.Resampled,
        DriftReasons = ["temperature: the sensor has 27.5 °C, had 20 °C when the references were taken; allowed are 5 °C apart"],
        SensorTemperatureCelsius = 27.5,
        AlertsInhibited = true,
        Findings = findings ? [Finding(1)] : [],
        Ledger = new LedgerSummary(14, 13, 1, 0, 0),
        Timing = new StageTiming(61.5, 16.25, 4, 77.75),
    };
}
