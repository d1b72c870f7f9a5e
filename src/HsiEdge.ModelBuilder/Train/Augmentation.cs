using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// Light changes of a spectrum that a tissue's class does not depend on: how bright it is lit, a slow tilt over the bands, noise.
/// </summary>
/// <param name="Gain">Reflectance is multiplied by 1 ± this.</param>
/// <param name="Tilt">The factor changes by ± this from the first band to the last.</param>
/// <param name="Noise">Standard deviation of noise at each band, as a share of the spectrum's mean absolute value.</param>
public sealed record Augmentation(double Gain, double Tilt, double Noise)
{
    /// <summary>The default.</summary>
    public static Augmentation Light { get; } = new(0.1, 0.04, 0.005);

    /// <summary>No changes.</summary>
    public static Augmentation None { get; } = new(0, 0, 0);

    /// <summary>Changes a spectrum in place.</summary>
    /// <param name="spectrum">One value a band.</param>
    /// <param name="quantity">Reflectance or absorbance; a gain of reflectance is an offset of absorbance.</param>
    /// <param name="random">Source of the changes.</param>
    public void Apply(Span<float> spectrum, SpectralQuantity quantity, DeterministicRandom random)
    {
        if (this == None)
        {
            return;
        }

        var gain = (float)(Gain * random.NextSymmetric());
        var tilt = (float)(Tilt * random.NextSymmetric());
        float level = 0;
        foreach (var value in spectrum)
        {
            level += Math.Abs(value);
        }

        var noise = (float)(Noise * level / spectrum.Length);
        var step = 1f / Math.Max(1, spectrum.Length - 1);
        for (var b = 0; b < spectrum.Length; b++)
        {
            var change = gain + (tilt * ((b * step) - 0.5f));
            var changed = quantity == SpectralQuantity.Absorbance
                ? spectrum[b] - (change * 0.4342945f)
                : spectrum[b] * (1 + change);
            spectrum[b] = changed + (noise * random.NextNormal());
        }
    }
}
