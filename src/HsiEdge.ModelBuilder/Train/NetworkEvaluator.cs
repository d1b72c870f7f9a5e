using HsiEdge.Inference.Kernels;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>Runs a network in floating point.</summary>
public static class NetworkEvaluator
{
    /// <summary>Probabilities of each sample.</summary>
    /// <param name="network">The network.</param>
    /// <param name="source">Samples.</param>
    /// <returns>samples × classes, class fastest.</returns>
    public static float[] Probabilities(PixelNetwork network, ISampleSource source)
    {
        var layers = network.Layers.Select(LayerParameters.FromLayer).ToArray();
        var pass = new NetworkPass(layers, 1);
        var reader = source.CreateReader();
        var probabilities = new float[source.Count * network.Outputs];
        for (var i = 0; i < source.Count; i++)
        {
            reader.Fill(i, 0, pass.Input);
            Softmax.FromLogits(pass.Forward(layers, 1)[..network.Outputs], network.Outputs, probabilities.AsSpan(i * network.Outputs, network.Outputs));
        }

        return probabilities;
    }

    /// <summary>Summed weighted cross-entropy of some rows and its gradient, for proofs.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">rows × inputs.</param>
    /// <param name="labels">Class of each row.</param>
    /// <param name="classWeights">Weight of each class.</param>
    /// <returns>The loss, and a network that holds the gradients in place of the weights.</returns>
    public static (double Loss, PixelNetwork Gradient) LossAndGradient(PixelNetwork network, float[] input, int[] labels, float[] classWeights)
    {
        var layers = network.Layers.Select(LayerParameters.FromLayer).ToArray();
        var pass = new NetworkPass(layers, labels.Length);
        input.CopyTo(pass.Input, 0);
        labels.CopyTo(pass.Labels, 0);
        var loss = pass.ForwardBackward(layers, labels.Length, classWeights);
        return (loss, new PixelNetwork([.. pass.Gradients.Select(gradient => gradient.ToLayer())]));
    }
}
