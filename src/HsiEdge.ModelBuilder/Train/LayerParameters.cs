namespace HsiEdge.ModelBuilder.Train;

/// <summary>One dense layer as the trainer holds it: outputs padded to whole vectors, output fastest, so that a kernel streams through rows.</summary>
internal sealed class LayerParameters
{
    /// <summary>Outputs are padded to a multiple of this; padding stays zero.</summary>
    public const int Lanes = 8;

    public LayerParameters(int inputs, int outputs)
    {
        Inputs = inputs;
        Outputs = outputs;
        Stride = (outputs + Lanes - 1) / Lanes * Lanes;
        Weights = new float[inputs * Stride];
        Bias = new float[Stride];
    }

    public int Inputs { get; }

    public int Outputs { get; }

    /// <summary>Outputs with padding.</summary>
    public int Stride { get; }

    /// <summary>inputs × stride.</summary>
    public float[] Weights { get; }

    /// <summary>One an output, padded.</summary>
    public float[] Bias { get; }

    /// <summary>He et al. 2015: uniform within ±√(6/inputs), bias 0.</summary>
    public void Initialize(DeterministicRandom random)
    {
        var limit = Math.Sqrt(6.0 / Inputs);
        for (var i = 0; i < Inputs; i++)
        {
            for (var o = 0; o < Outputs; o++)
            {
                Weights[(i * Stride) + o] = (float)(limit * random.NextSymmetric());
            }
        }
    }

    public void CopyFrom(LayerParameters other)
    {
        other.Weights.CopyTo(Weights, 0);
        other.Bias.CopyTo(Bias, 0);
    }

    public void Clear()
    {
        Array.Clear(Weights);
        Array.Clear(Bias);
    }

    public DenseLayer ToLayer()
    {
        var weights = new float[Inputs * Outputs];
        for (var i = 0; i < Inputs; i++)
        {
            for (var o = 0; o < Outputs; o++)
            {
                weights[(o * Inputs) + i] = Weights[(i * Stride) + o];
            }
        }

        return new DenseLayer(Inputs, Outputs, weights, Bias.AsSpan(0, Outputs).ToArray());
    }

    public static LayerParameters FromLayer(DenseLayer layer)
    {
        var parameters = new LayerParameters(layer.Inputs, layer.Outputs);
        for (var i = 0; i < layer.Inputs; i++)
        {
            for (var o = 0; o < layer.Outputs; o++)
            {
                parameters.Weights[(i * parameters.Stride) + o] = layer.Weights[(o * layer.Inputs) + i];
            }
        }

        layer.Bias.CopyTo(parameters.Bias, 0);
        return parameters;
    }
}
