namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// A per-pixel classifier: dense layers with ReLU between them, logits at the end. As ONNX each layer is a 1×1 convolution.
/// </summary>
/// <param name="Layers">From the input bands to the class logits; neighbours' sizes fit.</param>
public sealed record PixelNetwork(IReadOnlyList<DenseLayer> Layers)
{
    /// <summary>Number of input values (bands).</summary>
    public int Inputs => Layers[0].Inputs;

    /// <summary>Number of classes.</summary>
    public int Outputs => Layers[^1].Outputs;
}

/// <summary>y = W·x + b.</summary>
/// <param name="Inputs">Length of x.</param>
/// <param name="Outputs">Length of y.</param>
/// <param name="Weights">outputs × inputs, input fastest.</param>
/// <param name="Bias">One an output.</param>
public sealed record DenseLayer(int Inputs, int Outputs, float[] Weights, float[] Bias);
