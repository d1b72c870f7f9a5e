using BenchmarkDotNet.Attributes;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Trigger;
using HsiEdge.Inference;
using HsiEdge.Inference.Bundle;
using HsiEdge.Phantom;

namespace HsiEdge.Benchmarks;

/// <summary>
/// A synthetic raw cube in memory → class and probability maps with the default bundle, beside its limit in the same run: the classifier
/// alone on the same number of pixels, on one worker each. The ratio column is the figure; the times are this machine's.
/// </summary>
[MemoryDiagnoser]
[System.Diagnostics.CodeAnalysis.SuppressMessage("Design", "CA1001", Justification = "BenchmarkDotNet calls Cleanup.")]
public class CubeToMaps
{
    private const int TilePixels = 2048;
    private PhantomCube _phantom = null!;
    private OnnxPixelModel _model = null!;
    private CubeProcessor _processor = null!;
    private AcquiredCube _cube = null!;
    private ITileClassifier _classifier = null!;
    private float[] _spectra = [];
    private float[] _probabilities = [];

    /// <summary>Lines of the cube; samples are 5/4 of them.</summary>
    [Params(128, 256)]
    public int Lines { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _model = ModelBundleReader.Load(DefaultBundle());
        _phantom = PhantomGenerator.Generate(new PhantomOptions { Lines = Lines, Samples = Lines * 5 / 4, WavelengthAxis = _model.Card.Wavelengths });
        _cube = new AcquiredCube
        {
            Trigger = new TriggerEvent(1, 0, DateTimeOffset.UnixEpoch, TriggerCause.Replay),
            Cube = _phantom.Raw,
            Camera = _phantom.Camera,
            ExposureMicroseconds = _phantom.Calibration.ExposureMicroseconds,
            PixelPitchMillimetres = _phantom.PixelPitchMillimetres,
            Origin = "benchmark",
            Ledger = TriggerLedger.None,
            LastFrameTimestamp = 0,
        };
        _processor = new CubeProcessor(_model, new ProcessingOptions { Workers = 1, TilePixels = TilePixels });
        _classifier = _model.CreateClassifier(TilePixels);
        _spectra = new float[TilePixels * _model.Card.WavelengthsNanometres.Count];
        _probabilities = new float[TilePixels * _model.Card.Classes.Count];
        var random = new Random(1);
        for (var i = 0; i < _spectra.Length; i++)
        {
            _spectra[i] = random.NextSingle() - 0.5f;
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _classifier.Dispose();
        _processor.Dispose();
        _model.Dispose();
        _phantom.Dispose();
    }

    /// <summary>Encoding, inference and softmax alone, tile by tile.</summary>
    [Benchmark(Baseline = true)]
    public float ClassifierAlone()
    {
        for (long pixel = 0; pixel < _phantom.Raw.Shape.PixelCount; pixel += TilePixels)
        {
            var count = (int)Math.Min(TilePixels, _phantom.Raw.Shape.PixelCount - pixel);
            _classifier.Classify(_spectra.AsSpan(0, count * _model.Card.WavelengthsNanometres.Count), count, _probabilities);
        }

        return _probabilities[0];
    }

    /// <summary>Calibrate, preprocess, classify, decide.</summary>
    [Benchmark]
    public CubeMaps CubeToMapsOneWorker() =>
        _processor.Process(_cube, _phantom.Calibration, DateTimeOffset.UnixEpoch, progress: null, CancellationToken.None);

    private static string DefaultBundle()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var bundle = Path.Combine(folder.FullName, "firmware-config", "models", "gastric-phantom.hsimodel");
            if (File.Exists(bundle))
            {
                return bundle;
            }
        }

        throw new FileNotFoundException("No firmware-config/models/gastric-phantom.hsimodel above the benchmark's folder.");
    }
}
