using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Quantize;

/// <summary>A network computed plainly in C#, sums in double precision: the reference that quantization is measured against.</summary>
public static class NetworkForward
{
    /// <summary>Output of every layer for one spectrum, after its ReLU where it has one.</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">One value a band.</param>
    /// <param name="outputs">Receives each layer's output; arrays of the layers' sizes.</param>
    public static void Run(PixelNetwork network, ReadOnlySpan<float> input, IReadOnlyList<float[]> outputs)
    {
        var current = input;
        for (var i = 0; i < network.Layers.Count; i++)
        {
            var layer = network.Layers[i];
            var rectified = i < network.Layers.Count - 1;
            var result = outputs[i];
            for (var output = 0; output < layer.Outputs; output++)
            {
                var row = layer.Weights.AsSpan(output * layer.Inputs, layer.Inputs);
                double sum = layer.Bias[output];
                for (var k = 0; k < row.Length; k++)
                {
                    sum += (double)row[k] * current[k];
                }

                result[output] = (float)(rectified ? Math.Max(sum, 0) : sum);
            }

            current = result;
        }
    }

    /// <summary>Buffers for <see cref="Run"/>.</summary>
    /// <param name="network">The network.</param>
    public static float[][] MakeOutputs(PixelNetwork network) => [.. network.Layers.Select(l => new float[l.Outputs])];

    /// <summary>Logits of many spectra.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputs">spectra × bands, band fastest.</param>
    /// <returns>spectra × classes, class fastest.</returns>
    public static float[] Logits(PixelNetwork network, ReadOnlySpan<float> inputs)
    {
        var spectra = SpectraOf(network, inputs);
        var logits = new float[spectra * network.Outputs];
        var outputs = MakeOutputs(network);
        for (var i = 0; i < spectra; i++)
        {
            Run(network, inputs.Slice(i * network.Inputs, network.Inputs), outputs);
            outputs[^1].CopyTo(logits, i * network.Outputs);
        }

        return logits;
    }

    internal static int SpectraOf(PixelNetwork network, ReadOnlySpan<float> inputs) =>
        inputs.Length % network.Inputs == 0
            ? inputs.Length / network.Inputs
            : throw new ArgumentException($"{inputs.Length} values are no whole number of spectra of {network.Inputs} bands.", nameof(inputs));
}
