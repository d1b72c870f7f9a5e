using HsiEdge.ModelBuilder.Train;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class GradientTests
{
    private static readonly float[] ClassWeights = [1f, 0.5f, 2f];

    [Fact]
    public void Gradient_of_every_weight_agrees_with_finite_differences()
    {
        var random = new DeterministicRandom(3);
        var network = MakeNetwork(random, 11, 35, 9, 3);
        var labels = Enumerable.Range(0, 13).Select(_ => random.Next(3)).ToArray();
        var input = Enumerable.Range(0, 13 * 11).Select(_ => random.NextNormal()).ToArray();

        var (loss, gradient) = NetworkEvaluator.LossAndGradient(network, input, labels, ClassWeights);

        Assert.Equal(Loss(network, input, labels), loss, 1e-4);
        for (var l = 0; l < network.Layers.Count; l++)
        {
            Compare(network, input, labels, network.Layers[l].Weights, gradient.Layers[l].Weights);
            Compare(network, input, labels, network.Layers[l].Bias, gradient.Layers[l].Bias);
        }
    }

    private static void Compare(PixelNetwork network, float[] input, int[] labels, float[] values, float[] gradient)
    {
        var wrong = 0;
        for (var i = 0; i < values.Length; i++)
        {
            var kept = values[i];
            var step = 1e-3f;
            values[i] = kept + step;
            var above = Loss(network, input, labels);
            var upper = (double)values[i];
            values[i] = kept - step;
            var below = Loss(network, input, labels);
            var numeric = (above - below) / (upper - values[i]);
            values[i] = kept;

            // A ReLU that switches within the step makes the numeric slope wrong, not ours: rarely.
            wrong += Math.Abs(numeric - gradient[i]) > 1e-3 * Math.Max(1, Math.Abs(numeric)) ? 1 : 0;
        }

        Assert.InRange(wrong, 0, values.Length / 20);
    }

    // Written out in double precision, sharing nothing with the trainer.
    private static double Loss(PixelNetwork network, float[] input, int[] labels)
    {
        double loss = 0;
        for (var row = 0; row < labels.Length; row++)
        {
            var x = input.Skip(row * network.Inputs).Take(network.Inputs).Select(v => (double)v).ToArray();
            for (var l = 0; l < network.Layers.Count; l++)
            {
                var layer = network.Layers[l];
                var y = new double[layer.Outputs];
                for (var o = 0; o < y.Length; o++)
                {
                    y[o] = layer.Bias[o] + Enumerable.Range(0, layer.Inputs).Sum(i => layer.Weights[(o * layer.Inputs) + i] * x[i]);
                    y[o] = l < network.Layers.Count - 1 ? Math.Max(y[o], 0) : y[o];
                }

                x = y;
            }

            loss -= ClassWeights[labels[row]] * (x[labels[row]] - Math.Log(x.Sum(Math.Exp)));
        }

        return loss;
    }

    private static PixelNetwork MakeNetwork(DeterministicRandom random, params int[] sizes)
    {
        float[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => 0.5f * random.NextNormal())];
        return new PixelNetwork([.. Enumerable.Range(0, sizes.Length - 1)
            .Select(l => new DenseLayer(sizes[l], sizes[l + 1], Draw(sizes[l] * sizes[l + 1]), Draw(sizes[l + 1])))]);
    }
}
