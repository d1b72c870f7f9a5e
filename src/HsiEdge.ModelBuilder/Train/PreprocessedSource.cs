using HsiEdge.Core.Calibrate;
using HsiEdge.ModelBuilder.Data;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// Spectra as the 8-bit model will see them: augmented where asked, preprocessed, and rounded to the codes of the input encoding.
/// </summary>
public sealed class PreprocessedSource : ISampleSource
{
    private readonly LabelledSpectra _data;
    private readonly IReadOnlyList<int> _indices;
    private readonly FittedPreprocessing _preprocessing;
    private readonly PreprocessingChain<float> _chain;
    private readonly Augmentation _augmentation;
    private readonly int _seed;

    /// <summary>Makes a source.</summary>
    /// <param name="data">The data.</param>
    /// <param name="indices">Which spectra of it.</param>
    /// <param name="preprocessing">Steps and encoding.</param>
    /// <param name="augmentation">Changes before preprocessing.</param>
    /// <param name="seed">Seed of the changes.</param>
    public PreprocessedSource(
        LabelledSpectra data, IReadOnlyList<int> indices, FittedPreprocessing preprocessing, Augmentation augmentation, int seed)
    {
        _data = data;
        _indices = indices;
        _preprocessing = preprocessing;
        _chain = new PreprocessingChain<float>(preprocessing.Steps, data.Bands);
        _augmentation = augmentation;
        _seed = seed;
    }

    /// <inheritdoc/>
    public int Count => _indices.Count;

    /// <inheritdoc/>
    public int Inputs => _chain.OutputBands;

    /// <inheritdoc/>
    public int Label(int index) => _data.Labels[_indices[index]];

    /// <inheritdoc/>
    public ISampleReader CreateReader() => new Reader(this, rounded: true);

    /// <summary>All samples preprocessed, not rounded: what quantization calibrates on.</summary>
    /// <returns>samples × inputs.</returns>
    public float[] ToArray()
    {
        var values = new float[Count * Inputs];
        var reader = new Reader(this, rounded: false);
        for (var i = 0; i < Count; i++)
        {
            reader.Fill(i, 0, values.AsSpan(i * Inputs, Inputs));
        }

        return values;
    }

    /// <summary>Indices whose spectra stay finite through the steps.</summary>
    /// <param name="data">The data.</param>
    /// <param name="steps">The steps.</param>
    public static List<int> FiniteIndices(LabelledSpectra data, IReadOnlyList<PreprocessingStep> steps)
    {
        var chain = new PreprocessingChain<float>(steps, data.Bands);
        var scratch = new float[chain.ScratchLength];
        var spectrum = new float[data.Bands];
        var finite = new List<int>(data.Count);
        for (var i = 0; i < data.Count; i++)
        {
            data.Spectrum(i).CopyTo(spectrum);
            chain.Apply(spectrum, 1, scratch);
            if (!spectrum.AsSpan(0, chain.OutputBands).ContainsAnyExceptInRange(float.MinValue, float.MaxValue))
            {
                finite.Add(i);
            }
        }

        return finite;
    }

    private sealed class Reader(PreprocessedSource source, bool rounded) : ISampleReader
    {
        private readonly float[] _spectrum = new float[source._data.Bands];
        private readonly float[] _scratch = new float[source._chain.ScratchLength];
        private readonly DeterministicRandom _random = new(source._seed);

        public void Fill(int index, int epoch, Span<float> destination)
        {
            source._data.Spectrum(source._indices[index]).CopyTo(_spectrum);
            _random.Reseed(source._seed, ((long)epoch << 32) | (uint)index);
            source._augmentation.Apply(_spectrum, source._data.Quantity, _random);
            source._chain.Apply(_spectrum, 1, _scratch);
            var result = _spectrum.AsSpan(0, source._chain.OutputBands);
            if (!rounded)
            {
                result.CopyTo(destination);
                return;
            }

            var scale = (float)source._preprocessing.Encoding.Scale;
            var zero = source._preprocessing.Encoding.ZeroPoint;
            for (var b = 0; b < result.Length; b++)
            {
                destination[b] = (Math.Clamp(MathF.Round(result[b] / scale) + zero, 0, 255) - zero) * scale;
            }
        }
    }
}
