using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Pipeline;

/// <summary>One cube on its way through the workers: what to do with it, where the answers go, and which tile is next.</summary>
internal sealed class CubeJob
{
    private readonly Lock _progressGate = new();
    private readonly IProgress<double>? _progress;
    private readonly CancellationToken _cancellationToken;
    private readonly long _tiles;
    private long _nextTile = -1;
    private long _finishedTiles;
    private volatile bool _stopped;

    public CubeJob(
        ISpectralCube cube, CubeRecipe recipe, ClassMap classes, ProbabilityMap probabilities, int tilePixels, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        Cube = cube;
        Recipe = recipe;
        Classes = classes;
        Probabilities = probabilities;
        _progress = progress;
        _cancellationToken = cancellationToken;
        _tiles = (cube.Shape.PixelCount + tilePixels - 1) / tilePixels;
    }

    public ISpectralCube Cube { get; }

    public CubeRecipe Recipe { get; }

    public ClassMap Classes { get; }

    public ProbabilityMap Probabilities { get; }

    /// <summary>Takes the next tile; false when there is none, or another worker failed.</summary>
    /// <exception cref="OperationCanceledException">The caller has cancelled.</exception>
    public bool TryTakeTile(out long tile)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        tile = Interlocked.Increment(ref _nextTile);
        return !_stopped && tile < _tiles;
    }

    /// <summary>No further tile is handed out.</summary>
    public void Stop() => _stopped = true;

    /// <summary>Reports a tile as done, in increasing shares, at most once a percent.</summary>
    public void FinishTile()
    {
        if (_progress is null)
        {
            return;
        }

        lock (_progressGate)
        {
            var before = _finishedTiles * 100 / _tiles;
            _finishedTiles++;
            if (_finishedTiles * 100 / _tiles != before)
            {
                _progress.Report((double)_finishedTiles / _tiles);
            }
        }
    }
}

/// <summary>How cubes of one kind become model input. Kept from cube to cube while the kind stays the same.</summary>
/// <param name="Shape">Shape of the cubes.</param>
/// <param name="Wavelengths">Their bands.</param>
/// <param name="Quantity">What their values mean.</param>
/// <param name="Resampler">From their bands to the model's.</param>
/// <param name="Calibrator">From counts to reflectance; null when they are not counts.</param>
internal sealed record CubeRecipe(
    CubeShape Shape, WavelengthAxis Wavelengths, SpectralQuantity Quantity, BandResampler Resampler, ReflectanceCalibrator? Calibrator)
{
    /// <summary>Bands of the cube that count, increasing.</summary>
    public int[] UsedBands { get; } = [.. Resampler.UsedSourceBands];
}
