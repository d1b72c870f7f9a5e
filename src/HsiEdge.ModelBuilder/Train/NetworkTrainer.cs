using HsiEdge.Inference.Kernels;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// Minibatch Adam on weighted softmax cross-entropy with early stopping. Deterministic: each batch is cut into a fixed number of shards whose
/// gradients are added in order, so the number of threads changes nothing.
/// </summary>
public static class NetworkTrainer
{
    private const int Shards = 4;
    private const int StepsWanted = 2000;

    /// <summary>Trains a network.</summary>
    /// <param name="training">Samples to learn from.</param>
    /// <param name="validation">Samples that decide when to stop, never learned from.</param>
    /// <param name="classWeights">Weight of each class in the loss.</param>
    /// <param name="options">Shape and schedule.</param>
    /// <param name="progress">Receives each epoch, or null.</param>
    /// <param name="cancellationToken">Stops between steps.</param>
    public static NetworkTraining Train(
        ISampleSource training,
        ISampleSource validation,
        IReadOnlyList<float> classWeights,
        NetworkOptions options,
        IProgress<EpochReport>? progress,
        CancellationToken cancellationToken)
    {
        var batch = options.BatchSize ?? Math.Clamp(training.Count / 8, 8, 256);
        var steps = (training.Count + batch - 1) / batch;
        var epochs = options.Epochs ?? Math.Clamp((StepsWanted + steps - 1) / steps, 12, 300);
        var layers = Initialize(training.Inputs, options, classWeights.Count);
        var best = Initialize(training.Inputs, options, classWeights.Count);
        var adam = new AdamOptimizer(layers);
        var runner = new ShardRunner(training, layers, [.. classWeights], batch, options);
        var checker = new Checker(validation, layers, [.. classWeights]);
        var order = Enumerable.Range(0, training.Count).ToArray();
        var random = new DeterministicRandom(options.Seed, 1);
        var patience = Math.Max(3, (int)Math.Ceiling(options.Patience * epochs));
        var bestReport = new EpochReport(-1, epochs, double.NaN, double.PositiveInfinity);
        var run = 0;
        for (; run < epochs && run - Math.Max(bestReport.Epoch, 0) <= patience; run++)
        {
            random.Shuffle<int>(order);
            double loss = 0;
            double weight = 0;
            for (var step = 0; step < steps; step++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var first = step * batch;
                var (batchLoss, batchWeight) = runner.Run(order.AsMemory(first, Math.Min(batch, order.Length - first)), run);
                var fraction = (run + ((double)step / steps)) / epochs;
                var rate = options.LearningRate * (0.05 + (0.95 * 0.5 * (1 + Math.Cos(Math.PI * fraction))));
                adam.Step(runner.Gradients, (float)(1 / batchWeight), (float)rate, (float)options.WeightDecay);
                loss += batchLoss;
                weight += batchWeight;
            }

            var report = new EpochReport(run, epochs, loss / weight, checker.Loss());
            progress?.Report(report);
            if (report.ValidationLoss < bestReport.ValidationLoss)
            {
                bestReport = report;
                Copy(layers, best);
            }
        }

        return bestReport.Epoch < 0
            ? throw new InvalidOperationException("Training diverged: the validation loss was never a number.")
            : new NetworkTraining(new PixelNetwork([.. best.Select(layer => layer.ToLayer())]), run, bestReport);
    }

    private static LayerParameters[] Initialize(int inputs, NetworkOptions options, int classes)
    {
        var random = new DeterministicRandom(options.Seed);
        var sizes = new[] { inputs }.Concat(options.Hidden).Append(classes).ToArray();
        var layers = new LayerParameters[sizes.Length - 1];
        for (var l = 0; l < layers.Length; l++)
        {
            layers[l] = new LayerParameters(sizes[l], sizes[l + 1]);
            layers[l].Initialize(random);
        }

        return layers;
    }

    private static void Copy(LayerParameters[] from, LayerParameters[] to)
    {
        for (var l = 0; l < from.Length; l++)
        {
            to[l].CopyFrom(from[l]);
        }
    }

    /// <summary>Runs one batch on the shards.</summary>
    private sealed class ShardRunner
    {
        private readonly ISampleSource _source;
        private readonly LayerParameters[] _layers;
        private readonly float[] _classWeights;
        private readonly NetworkPass[] _passes;
        private readonly ISampleReader[] _readers;
        private readonly double[] _losses = new double[Shards];
        private readonly double[] _weights = new double[Shards];
        private readonly ParallelOptions _parallel;
        private readonly float _smoothing;

        public ShardRunner(ISampleSource source, LayerParameters[] layers, float[] classWeights, int batch, NetworkOptions options)
        {
            _source = source;
            _layers = layers;
            _classWeights = classWeights;
            var rows = (batch + Shards - 1) / Shards;
            _passes = [.. Enumerable.Range(0, Shards).Select(_ => new NetworkPass(layers, rows))];
            _readers = [.. Enumerable.Range(0, Shards).Select(_ => source.CreateReader())];
            _parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Workers == 0 ? Environment.ProcessorCount : options.Workers };
            _smoothing = (float)options.LabelSmoothing;
        }

        /// <summary>Gradient of the last batch's summed loss.</summary>
        public LayerParameters[] Gradients => _passes[0].Gradients;

        public (double Loss, double Weight) Run(ReadOnlyMemory<int> batch, int epoch)
        {
            Parallel.For(0, Shards, _parallel, shard => RunShard(shard, batch.Span, epoch));
            for (var shard = 1; shard < Shards; shard++)
            {
                for (var l = 0; l < _layers.Length; l++)
                {
                    DenseKernels.Add(Gradients[l].Weights, _passes[shard].Gradients[l].Weights);
                    DenseKernels.Add(Gradients[l].Bias, _passes[shard].Gradients[l].Bias);
                }
            }

            return (_losses.Sum(), _weights.Sum());
        }

        private void RunShard(int shard, ReadOnlySpan<int> batch, int epoch)
        {
            var pass = _passes[shard];
            var first = shard * pass.MaximumRows;
            var rows = Math.Clamp(batch.Length - first, 0, pass.MaximumRows);
            _weights[shard] = 0;
            for (var row = 0; row < rows; row++)
            {
                var index = batch[first + row];
                _readers[shard].Fill(index, epoch, pass.Input.AsSpan(row * _source.Inputs, _source.Inputs));
                pass.Labels[row] = _source.Label(index);
                _weights[shard] += _classWeights[pass.Labels[row]];
            }

            pass.ClearGradients();
            _losses[shard] = pass.ForwardBackward(_layers, rows, _classWeights, _smoothing);
        }
    }

    /// <summary>Mean weighted loss over the validation samples.</summary>
    private sealed class Checker(ISampleSource source, LayerParameters[] layers, float[] classWeights)
    {
        private readonly NetworkPass _pass = new(layers, 1);
        private readonly ISampleReader _reader = source.CreateReader();

        public double Loss()
        {
            double loss = 0;
            double weight = 0;
            Span<float> probabilities = stackalloc float[classWeights.Length];
            for (var i = 0; i < source.Count; i++)
            {
                _reader.Fill(i, 0, _pass.Input);
                Softmax.FromLogits(_pass.Forward(layers, 1)[..classWeights.Length], classWeights.Length, probabilities);
                var label = source.Label(i);
                loss -= classWeights[label] * Math.Log(Math.Max(probabilities[label], 1e-30f));
                weight += classWeights[label];
            }

            return loss / weight;
        }
    }
}

/// <summary>One epoch of training.</summary>
/// <param name="Epoch">0-based.</param>
/// <param name="Epochs">Epochs at most.</param>
/// <param name="TrainingLoss">Mean weighted cross-entropy over the epoch's batches, in nats.</param>
/// <param name="ValidationLoss">The same after the epoch, on the validation samples.</param>
public sealed record EpochReport(int Epoch, int Epochs, double TrainingLoss, double ValidationLoss);

/// <summary>A trained network.</summary>
/// <param name="Network">The weights with the lowest validation loss.</param>
/// <param name="EpochsRun">Epochs until training stopped.</param>
/// <param name="Best">The epoch whose weights were kept.</param>
public sealed record NetworkTraining(PixelNetwork Network, int EpochsRun, EpochReport Best);
