using HsiEdge.Core.Infer;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Quantize;

/// <summary>Chooses 8-bit encodings so that all but one value in 10,000 at each open end lie within the codes.</summary>
public static class Calibrator
{
    /// <summary>Share of values within the range at each end: the 99.99 percentile.</summary>
    public const double Percentile = 0.9999;

    // More spectra than this do not move a percentile; evenly spaced ones are taken.
    private const int MaximumSpectra = 20_000;

    /// <summary>Encoding of values that may have any sign, such as the model's input.</summary>
    /// <param name="values">Sample of the values; not empty, finite.</param>
    public static InputEncoding Encode(ReadOnlySpan<float> values)
    {
        var sorted = Sorted(values);
        return Between(Math.Min(At(sorted, 1 - Percentile), 0), Math.Max(At(sorted, Percentile), 0));
    }

    /// <summary>Encodings of every layer's output: unsigned after a ReLU, of any sign for the logits.</summary>
    /// <param name="network">The network.</param>
    /// <param name="inputs">spectra × bands as the model will see them.</param>
    public static IReadOnlyList<InputEncoding> LayerOutputs(PixelNetwork network, ReadOnlySpan<float> inputs)
    {
        var spectra = NetworkForward.SpectraOf(network, inputs);
        ArgumentOutOfRangeException.ThrowIfZero(spectra);
        var taken = Math.Min(spectra, MaximumSpectra);
        var collected = network.Layers.Select(l => new float[taken * l.Outputs]).ToArray();
        var outputs = NetworkForward.MakeOutputs(network);
        for (var i = 0; i < taken; i++)
        {
            var spectrum = (int)((long)i * spectra / taken);
            NetworkForward.Run(network, inputs.Slice(spectrum * network.Inputs, network.Inputs), outputs);
            for (var layer = 0; layer < outputs.Length; layer++)
            {
                outputs[layer].CopyTo(collected[layer], i * outputs[layer].Length);
            }
        }

        return [.. collected.Select(values => Encode(values))];
    }

    private static InputEncoding Between(float low, float high)
    {
        // The scale is a float32 in the model: the card must hold that very number.
        var scale = (high - low) / 255f;
        return float.IsNormal(scale) ? new InputEncoding(scale, (int)Math.Clamp(Math.Round(-low / scale), 0, 255)) : new InputEncoding(1, 0);
    }

    private static float[] Sorted(ReadOnlySpan<float> values)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("No values to calibrate on.", nameof(values));
        }

        var sorted = values.ToArray();
        Array.Sort(sorted);

        // NaN sorts first.
        return float.IsFinite(sorted[0]) && float.IsFinite(sorted[^1])
            ? sorted
            : throw new ArgumentException("A value to calibrate on is not finite.", nameof(values));
    }

    private static float At(float[] sorted, double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
}
