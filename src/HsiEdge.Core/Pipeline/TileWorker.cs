using System.Numerics;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Pipeline;

/// <summary>
/// Takes tiles of a cube all the way: read → pixel states → reflectance → the model's bands → its input quantity → preprocessing →
/// classes. Valid pixels are packed together before each step, so that nothing else ever reaches the classifier. One thread at a time;
/// buffers are its own and kept from cube to cube.
/// </summary>
internal sealed class TileWorker : IDisposable
{
    private readonly ModelCard _card;
    private readonly PreprocessingChain<float> _chain;
    private readonly PixelDecision _decision;
    private readonly float _maximumReflectance;
    private readonly ITileClassifier _classifier;
    private readonly int _tilePixels;
    private readonly int[] _positions;
    private readonly float[] _modelBands;
    private readonly float[] _probabilities;
    private readonly float[] _scratch;
    private float[] _spectra = [];

    public TileWorker(IPixelModel model, PreprocessingChain<float> chain, PixelDecision decision, ProcessingOptions options)
    {
        _card = model.Card;
        _chain = chain;
        _decision = decision;
        _maximumReflectance = (float)options.MaximumPlausibleReflectance;
        _tilePixels = options.TilePixels;
        _positions = new int[_tilePixels];
        _modelBands = new float[_tilePixels * chain.InputBands];
        _probabilities = new float[_tilePixels * _card.Classes.Count];
        _scratch = new float[chain.ScratchLength];
        _classifier = model.CreateClassifier(_tilePixels);
    }

    /// <summary>What this worker has counted since <see cref="TileTally.Clear"/>.</summary>
    public TileTally Tally { get; } = new();

    /// <summary>Works on a job until no tile is left.</summary>
    public void Run(CubeJob job)
    {
        Tally.Clear();
        var needed = _tilePixels * job.Recipe.Shape.Bands;
        if (_spectra.Length < needed)
        {
            _spectra = new float[needed];
        }

        while (job.TryTakeTile(out var tile))
        {
            var first = tile * _tilePixels;
            Process(job, first, (int)Math.Min(_tilePixels, job.Recipe.Shape.PixelCount - first));
            job.FinishTile();
        }
    }

    public void Dispose() => _classifier.Dispose();

    private void Process(CubeJob job, long first, int pixels)
    {
        var recipe = job.Recipe;
        var spectra = _spectra.AsSpan(0, pixels * recipe.Shape.Bands);
        job.Cube.ReadPixels(first, pixels, spectra);
        job.Classes.Values.AsSpan((int)first, pixels).Clear();
        var valid = KeepUsable(job.Cube.SaturationCounts, recipe, first, pixels, spectra);
        if (recipe.Quantity == SpectralQuantity.Absorbance && _card.InputQuantity == SpectralQuantity.Reflectance)
        {
            // Detectors add up light, so bands are merged as reflectance wherever reflectance is known.
            QuantityConversion.ToReflectance(spectra[..(valid * recipe.Shape.Bands)]);
        }

        var input = spectra;
        if (!recipe.Resampler.IsIdentity)
        {
            input = _modelBands;
            recipe.Resampler.Apply(spectra, valid, input);
        }

        if (recipe.Quantity != SpectralQuantity.Absorbance && _card.InputQuantity == SpectralQuantity.Absorbance)
        {
            QuantityConversion.ToAbsorbance(input[..(valid * _chain.InputBands)]);
        }

        _chain.Apply(input, valid, _scratch);
        valid = KeepFinite(input, valid);
        _classifier.Classify(input[..(valid * _chain.OutputBands)], valid, _probabilities);
        Write(job, (int)first, pixels, valid);
    }

    /// <summary>Finds each pixel's state, calibrates the valid ones and packs them; returns how many there are.</summary>
    private int KeepUsable(double? saturationCounts, CubeRecipe recipe, long first, int pixels, Span<float> spectra)
    {
        var bands = recipe.Shape.Bands;
        var saturation = (float)(recipe.Quantity == SpectralQuantity.RawCounts ? saturationCounts ?? double.PositiveInfinity : double.PositiveInfinity);
        var (line, sample) = ((int)(first / recipe.Shape.Samples), (int)(first % recipe.Shape.Samples));
        var valid = 0;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var spectrum = spectra.Slice(pixel * bands, bands);
            var state = StateOf(recipe, line, sample, spectrum, saturation);
            Tally.Count(state);
            if (state == PixelState.Valid)
            {
                if (valid != pixel)
                {
                    spectrum.CopyTo(spectra.Slice(valid * bands, bands));
                }

                _positions[valid++] = pixel;
            }

            if (++sample == recipe.Shape.Samples)
            {
                sample = 0;
                line++;
            }
        }

        return valid;
    }

    private PixelState StateOf(CubeRecipe recipe, int line, int sample, Span<float> spectrum, float saturation)
    {
        var calibrator = recipe.Calibrator;
        if (calibrator is not null && calibrator.IsDead(line, sample))
        {
            return PixelState.Dead;
        }

        var saturated = false;
        foreach (var band in recipe.UsedBands)
        {
            var value = spectrum[band];
            if (!float.IsFinite(value))
            {
                return PixelState.Missing;
            }

            saturated |= value >= saturation;
        }

        if (saturated)
        {
            return PixelState.Saturated;
        }

        return calibrator is null ? PixelState.Valid : Calibrate(calibrator, recipe.UsedBands, line, sample, spectrum);
    }

    private PixelState Calibrate(ReflectanceCalibrator calibrator, int[] usedBands, int line, int sample, Span<float> spectrum)
    {
        Tally.Compared++;
        var verdict = calibrator.Apply(line, sample, spectrum, spectrum);
        if (verdict != ReflectanceCalibrator.Verdict.Calibrated)
        {
            Tally.BelowDark += verdict == ReflectanceCalibrator.Verdict.BelowDark ? 1 : 0;
            return PixelState.UnderExposed;
        }

        var sum = 0f;
        foreach (var band in usedBands)
        {
            sum += spectrum[band];
        }

        Tally.TooBright += sum > _maximumReflectance * usedBands.Length ? 1 : 0;
        return PixelState.Valid;
    }

    /// <summary>Drops pixels that preprocessing could not give a shape (constant spectra under SNV, say) and packs the others.</summary>
    private int KeepFinite(Span<float> input, int pixels)
    {
        var bands = _chain.OutputBands;
        var kept = 0;
        for (var pixel = 0; pixel < pixels; pixel++)
        {
            var spectrum = input.Slice(pixel * bands, bands);
            if (!IsFinite(spectrum))
            {
                Tally.Recount(PixelState.Valid, PixelState.Missing);
                continue;
            }

            if (kept != pixel)
            {
                spectrum.CopyTo(input.Slice(kept * bands, bands));
                _positions[kept] = _positions[pixel];
            }

            kept++;
        }

        return kept;
    }

    private static bool IsFinite(ReadOnlySpan<float> x)
    {
        // x − x is 0 for finite numbers and NaN for all others.
        var lanes = Vector<float>.Zero;
        var i = 0;
        for (; i <= x.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            var values = new Vector<float>(x[i..]);
            lanes += values - values;
        }

        var sum = Vector.Sum(lanes);
        for (; i < x.Length; i++)
        {
            sum += x[i] - x[i];
        }

        return sum == 0;
    }

    private void Write(CubeJob job, int first, int pixels, int valid)
    {
        var classes = _card.Classes.Count;
        var map = job.Probabilities.Values.AsSpan(first * classes, pixels * classes);
        map.Fill(float.NaN);
        for (var i = 0; i < valid; i++)
        {
            var probabilities = _probabilities.AsSpan(i * classes, classes);
            probabilities.CopyTo(map.Slice(_positions[i] * classes, classes));
            job.Classes.Values[first + _positions[i]] = _decision.Decide(probabilities);
        }
    }
}
