using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Onnx;

/// <summary>Checks that a network's layers fit one another and hold finite numbers, before anything is built of it.</summary>
internal static class NetworkShape
{
    public static void Require(PixelNetwork network)
    {
        ArgumentNullException.ThrowIfNull(network);
        if (network.Layers.Count == 0)
        {
            throw new ArgumentException("A network needs at least one layer.", nameof(network));
        }

        for (var i = 0; i < network.Layers.Count; i++)
        {
            var layer = network.Layers[i];
            if (i > 0 && layer.Inputs != network.Layers[i - 1].Outputs)
            {
                throw new ArgumentException($"Layer {i} takes {layer.Inputs} values but the one before gives {network.Layers[i - 1].Outputs}.", nameof(network));
            }

            if (layer.Weights.Length != layer.Inputs * layer.Outputs || layer.Bias.Length != layer.Outputs)
            {
                throw new ArgumentException(
                    $"Layer {i} has {layer.Weights.Length} weights and {layer.Bias.Length} biases for {layer.Inputs} → {layer.Outputs}.", nameof(network));
            }

            if (!layer.Weights.All(float.IsFinite) || !layer.Bias.All(float.IsFinite))
            {
                throw new ArgumentException($"Layer {i} holds a weight or bias that is not finite: the training diverged.", nameof(network));
            }
        }
    }
}
