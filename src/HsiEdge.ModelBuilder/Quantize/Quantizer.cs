using HsiEdge.Core.Infer;
using HsiEdge.Inference.Kernels;
using HsiEdge.Inference.Runtime;
using HsiEdge.ModelBuilder.Onnx;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Quantize;

/// <summary>Makes the static INT8 form of a trained network and measures what that changed, on the runtime that the appliance uses.</summary>
public static class Quantizer
{
    private const int TilePixels = 4096;

    /// <summary>Quantizes a network.</summary>
    /// <param name="network">The trained network.</param>
    /// <param name="input">Encoding of its input, from <see cref="Calibrator.Encode"/>.</param>
    /// <param name="calibrationInputs">spectra × bands, preprocessed: typical inputs, usually the training spectra.</param>
    /// <param name="heldOutInputs">spectra × bands, preprocessed: inputs to measure on, not used in calibration.</param>
    public static QuantizedModel Quantize(PixelNetwork network, InputEncoding input, ReadOnlySpan<float> calibrationInputs, ReadOnlySpan<float> heldOutInputs)
    {
        NetworkShape.Require(network);
        var centred = CentreLogits(network);
        var onnx = QuantizedModelBuilder.Build(centred, input, Calibrator.LayerOutputs(centred, calibrationInputs));
        return new QuantizedModel(onnx, input, Measure(network, onnx, input, heldOutInputs));
    }

    /// <summary>Compares a quantized model with its network.</summary>
    /// <param name="network">The network.</param>
    /// <param name="onnx">The quantized model.</param>
    /// <param name="input">Encoding of its input.</param>
    /// <param name="inputs">spectra × bands, preprocessed.</param>
    public static QuantizationReport Measure(PixelNetwork network, byte[] onnx, InputEncoding input, ReadOnlySpan<float> inputs)
    {
        var spectra = NetworkForward.SpectraOf(network, inputs);
        ArgumentOutOfRangeException.ThrowIfZero(spectra);
        var classes = network.Outputs;
        var expected = new float[spectra * classes];
        Softmax.FromLogits(NetworkForward.Logits(network, inputs), classes, expected);
        var actual = Classify(onnx, input, inputs, spectra, classes);
        var flips = 0L;
        var largest = 0f;
        for (var i = 0; i < spectra; i++)
        {
            var wanted = expected.AsSpan(i * classes, classes);
            var found = actual.AsSpan(i * classes, classes);
            flips += ArgMax(wanted) == ArgMax(found) ? 0 : 1;
            for (var c = 0; c < classes; c++)
            {
                largest = MathF.Max(largest, MathF.Abs(wanted[c] - found[c]));
            }
        }

        return new QuantizationReport((double)flips / spectra, largest, spectra);
    }

    /// <summary>
    /// The same classifier with logits that sum to zero for every spectrum: each output less the mean of all. Softmax does not see the difference,
    /// but the logits' range, and so their step in 8 bits, becomes smaller.
    /// </summary>
    /// <param name="network">The network.</param>
    internal static PixelNetwork CentreLogits(PixelNetwork network)
    {
        var last = network.Layers[^1];
        var weights = new float[last.Weights.Length];
        for (var k = 0; k < last.Inputs; k++)
        {
            var mean = Enumerable.Range(0, last.Outputs).Average(o => (double)last.Weights[(o * last.Inputs) + k]);
            for (var o = 0; o < last.Outputs; o++)
            {
                weights[(o * last.Inputs) + k] = (float)(last.Weights[(o * last.Inputs) + k] - mean);
            }
        }

        var meanBias = last.Bias.Average(b => (double)b);
        var layer = last with { Weights = weights, Bias = [.. last.Bias.Select(b => (float)(b - meanBias))] };
        return new PixelNetwork([.. network.Layers.SkipLast(1), layer]);
    }

    private static float[] Classify(byte[] onnx, InputEncoding input, ReadOnlySpan<float> inputs, int spectra, int classes)
    {
        using var session = PixelSession.Open(onnx, "the quantized model");
        session.Contract.RequireFit(inputs.Length / spectra, classes, "the quantized model");
        using var classifier = session.CreateClassifier(input, Math.Min(spectra, TilePixels));
        var bands = session.Contract.Bands;
        var probabilities = new float[spectra * classes];
        for (var start = 0; start < spectra; start += TilePixels)
        {
            var count = Math.Min(TilePixels, spectra - start);
            classifier.Classify(inputs.Slice(start * bands, count * bands), count, probabilities.AsSpan(start * classes, count * classes));
        }

        return probabilities;
    }

    private static int ArgMax(ReadOnlySpan<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }
}
