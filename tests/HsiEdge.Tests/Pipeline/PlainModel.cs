using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.Tests.Pipeline;

/// <summary>A model in the open: softmax of fixed linear scores, computed in single precision, one multiplication after the other.</summary>
internal sealed class PlainModel : IPixelModel
{
    private readonly float[] _weights;
    private int _pixelsSeen;
    private long _allocatedBetweenTiles;

    public PlainModel(
        WavelengthAxis axis, IReadOnlyList<PreprocessingStep> steps, int seed = 1, SpectralQuantity quantity = SpectralQuantity.Reflectance,
        int? outputBands = null, double threshold = 0.5)
    {
        Card = Cards.Make(axis, steps, quantity, threshold);
        var random = new Random(seed);
        Bands = outputBands ?? axis.Count;
        _weights = [.. Enumerable.Range(0, Bands * Card.Classes.Count).Select(_ => (float)(random.NextDouble() - 0.5))];
    }

    public int Bands { get; }

    public ModelCard Card { get; }

    public ModelIdentity Identity { get; } = new("plain", "1.0.0", new string('0', 64), false);

    /// <summary>Pixels that reached the classifier.</summary>
    public int PixelsSeen => Volatile.Read(ref _pixelsSeen);

    /// <summary>Bytes that the processor's own threads allocated from one tile to the next.</summary>
    public long AllocatedBetweenTiles => Interlocked.Read(ref _allocatedBetweenTiles);

    /// <summary>Thrown by the next call to any of its classifiers.</summary>
    public Exception? Failure { get; set; }

    public ITileClassifier CreateClassifier(int maximumPixels) => new Classifier(this, maximumPixels);

    public void Dispose()
    {
    }

    /// <summary>Probabilities of one preprocessed spectrum.</summary>
    public void Score(ReadOnlySpan<float> input, Span<float> probabilities)
    {
        var sum = 0f;
        for (var c = 0; c < probabilities.Length; c++)
        {
            var score = 0f;
            for (var b = 0; b < input.Length; b++)
            {
                score += input[b] * _weights[(c * Bands) + b];
            }

            probabilities[c] = MathF.Exp(score);
            sum += probabilities[c];
        }

        for (var c = 0; c < probabilities.Length; c++)
        {
            probabilities[c] /= sum;
        }
    }

    private sealed class Classifier(PlainModel model, int maximumPixels) : ITileClassifier
    {
        private readonly int _maker = Environment.CurrentManagedThreadId;
        private long? _allocated;

        public void Classify(ReadOnlySpan<float> input, int pixelCount, Span<float> probabilities)
        {
            // Reading, states, calibration and preprocessing of this tile happened since the last call on the same thread.
            var allocated = GC.GetAllocatedBytesForCurrentThread();
            if (_allocated is { } before && Environment.CurrentManagedThreadId != _maker)
            {
                Interlocked.Add(ref model._allocatedBetweenTiles, allocated - before);
            }

            _allocated = allocated;
            if (model.Failure is { } failure)
            {
                throw failure;
            }

            if (pixelCount > maximumPixels || input.Length != pixelCount * model.Bands)
            {
                throw new ArgumentException($"{input.Length} values for {pixelCount} of at most {maximumPixels} pixels.", nameof(input));
            }

            Interlocked.Add(ref model._pixelsSeen, pixelCount);
            var classes = model.Card.Classes.Count;
            for (var i = 0; i < pixelCount; i++)
            {
                var spectrum = input.Slice(i * model.Bands, model.Bands);
                foreach (var value in spectrum)
                {
                    if (!float.IsFinite(value))
                    {
                        throw new ArgumentException("A pixel without data reached the classifier.", nameof(input));
                    }
                }

                model.Score(spectrum, probabilities.Slice(i * classes, classes));
            }
        }

        public void Dispose()
        {
        }
    }
}
