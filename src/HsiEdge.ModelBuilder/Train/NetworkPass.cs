using HsiEdge.Inference.Kernels;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>Forward and backward pass over a small run of rows with buffers of its own; one pass serves one thread at a time.</summary>
internal sealed class NetworkPass
{
    private readonly float[][] _activations;
    private readonly float[][] _deltas;

    public NetworkPass(IReadOnlyList<LayerParameters> layers, int maximumRows)
    {
        MaximumRows = maximumRows;
        Gradients = [.. layers.Select(layer => new LayerParameters(layer.Inputs, layer.Outputs))];
        Input = new float[maximumRows * layers[0].Inputs];
        Labels = new int[maximumRows];
        _activations = [.. layers.Select(layer => new float[maximumRows * layer.Stride])];
        _deltas = [.. layers.Select(layer => new float[maximumRows * layer.Stride])];
    }

    public int MaximumRows { get; }

    /// <summary>rows × inputs, filled by the caller.</summary>
    public float[] Input { get; }

    /// <summary>Class of each row, filled by the caller.</summary>
    public int[] Labels { get; }

    /// <summary>Gradient of the summed loss since <see cref="ClearGradients"/>.</summary>
    public LayerParameters[] Gradients { get; }

    public void ClearGradients()
    {
        foreach (var gradient in Gradients)
        {
            gradient.Clear();
        }
    }

    /// <summary>Logits of the rows in <see cref="Input"/>: rows × the last layer's stride.</summary>
    public ReadOnlySpan<float> Forward(IReadOnlyList<LayerParameters> layers, int rows)
    {
        for (var l = 0; l < layers.Count; l++)
        {
            var layer = layers[l];
            var input = l == 0 ? Input : _activations[l - 1];
            var stride = l == 0 ? layer.Inputs : layers[l - 1].Stride;
            DenseKernels.Forward(layer, input, stride, rows, _activations[l], relu: l < layers.Count - 1);
        }

        return _activations[^1];
    }

    /// <summary>Adds the gradient of Σ weight·cross-entropy of the rows and gives that sum.</summary>
    /// <param name="layers">The network.</param>
    /// <param name="rows">Rows in <see cref="Input"/> and <see cref="Labels"/>.</param>
    /// <param name="classWeights">Weight of each class.</param>
    /// <param name="smoothing">Share of each label that is spread evenly over all classes, 0…1 (Szegedy et al., CVPR 2016).</param>
    public double ForwardBackward(IReadOnlyList<LayerParameters> layers, int rows, ReadOnlySpan<float> classWeights, float smoothing = 0)
    {
        var logits = Forward(layers, rows);
        var last = layers[^1];
        double loss = 0;
        for (var row = 0; row < rows; row++)
        {
            var delta = _deltas[^1].AsSpan(row * last.Stride, last.Stride);
            var label = Labels[row];
            var weight = classWeights[label];
            Softmax.FromLogits(logits.Slice(row * last.Stride, last.Outputs), last.Outputs, delta);
            for (var c = 0; c < last.Outputs; c++)
            {
                var wanted = (smoothing / last.Outputs) + (c == label ? 1 - smoothing : 0);
                loss -= weight * wanted * Math.Log(Math.Max(delta[c], 1e-30f));
                delta[c] = weight * (delta[c] - wanted);
            }
        }

        for (var l = layers.Count - 1; l >= 0; l--)
        {
            var input = l == 0 ? Input : _activations[l - 1];
            var stride = l == 0 ? layers[l].Inputs : layers[l - 1].Stride;
            DenseKernels.AddGradient(Gradients[l], input, stride, rows, _deltas[l]);
            if (l > 0)
            {
                DenseKernels.Backward(layers[l], _deltas[l], input, stride, rows, _deltas[l - 1]);
            }
        }

        return loss;
    }
}
