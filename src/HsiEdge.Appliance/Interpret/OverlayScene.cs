using System.Buffers;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using SkiaSharp;

namespace HsiEdge.Appliance.Interpret;

/// <summary>
/// The tissue in grey with the class colours blended in, one picture pixel a cube pixel. Grey is the mean over 1050–1350 nm, where light
/// reaches deepest, or over all bands of a cube that has none there; stretched between its 1st and 99th percentile.
/// Targets are coloured by their probability; other classes stay grey, so that a lesion is the only colour in the picture.
/// A model without targets shows every class.
/// </summary>
internal static class OverlayScene
{
    private const double WindowFirstNanometres = 1050;
    private const double WindowLastNanometres = 1350;
    private const int MostBands = 8;
    private const int TilePixels = 4096;
    private const int PercentileSamples = 65536;

    /// <summary>Paints the scene; the caller disposes the bitmap (RGBA, opaque).</summary>
    /// <param name="cube">The cube.</param>
    /// <param name="maps">Its maps.</param>
    /// <param name="classes">Classes in map order.</param>
    public static SKBitmap Paint(ISpectralCube cube, CubeMaps maps, IReadOnlyList<ModelClass> classes)
    {
        var pixels = checked((int)cube.Shape.PixelCount);
        var grey = ArrayPool<float>.Shared.Rent(pixels);
        try
        {
            ReadGrey(cube, grey.AsSpan(0, pixels));
            Stretch(grey.AsSpan(0, pixels), maps.Classes.Values);
            var bitmap = new SKBitmap(new SKImageInfo(cube.Shape.Samples, cube.Shape.Lines, SKColorType.Rgba8888, SKAlphaType.Opaque));
            Blend(grey.AsSpan(0, pixels), maps, classes, bitmap.GetPixelSpan());
            return bitmap;
        }
        finally
        {
            ArrayPool<float>.Shared.Return(grey);
        }
    }

    /// <summary>A mask of the pixels without data (alpha 255), or null when there are none; the caller disposes it.</summary>
    /// <param name="map">The class map.</param>
    public static SKBitmap? NoDataMask(ClassMap map)
    {
        if (!map.Values.AsSpan().Contains(ClassMap.NoData))
        {
            return null;
        }

        var mask = new SKBitmap(new SKImageInfo(map.Samples, map.Lines, SKColorType.Alpha8, SKAlphaType.Premul));
        var row = mask.RowBytes;
        var target = mask.GetPixelSpan();
        for (var line = 0; line < map.Lines; line++)
        {
            for (var sample = 0; sample < map.Samples; sample++)
            {
                target[(line * row) + sample] = map[line, sample] == ClassMap.NoData ? (byte)255 : (byte)0;
            }
        }

        return mask;
    }

    /// <summary>A class's colour; grey where the card's text is not a colour.</summary>
    /// <param name="modelClass">The class.</param>
    public static SKColor ColorOf(ModelClass modelClass) =>
        SKColor.TryParse(modelClass.Color, out var color) ? color.WithAlpha(255) : new SKColor(160, 160, 160);

    private static void ReadGrey(ISpectralCube cube, Span<float> grey)
    {
        var bands = cube.Shape.Bands;
        Span<int> chosen = stackalloc int[MostBands];
        chosen = chosen[..ChooseBands(cube.Wavelengths, chosen)];
        var sign = cube.Quantity == SpectralQuantity.Absorbance ? -1f : 1f;
        var tile = ArrayPool<float>.Shared.Rent(Math.Min(TilePixels, grey.Length) * bands);
        try
        {
            for (var first = 0; first < grey.Length; first += TilePixels)
            {
                var count = Math.Min(TilePixels, grey.Length - first);
                cube.ReadPixels(first, count, tile.AsSpan(0, count * bands));
                for (var i = 0; i < count; i++)
                {
                    var sum = 0f;
                    foreach (var band in chosen)
                    {
                        sum += tile[(i * bands) + band];
                    }

                    grey[first + i] = sign * sum / chosen.Length;
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(tile);
        }
    }

    private static int ChooseBands(WavelengthAxis axis, Span<int> chosen)
    {
        var (first, last) = (0, axis.Count - 1);
        while (first < axis.Count && axis[first] < WindowFirstNanometres)
        {
            first++;
        }

        while (last >= 0 && axis[last] > WindowLastNanometres)
        {
            last--;
        }

        if (first > last)
        {
            (first, last) = (0, axis.Count - 1);
        }

        var count = Math.Min(chosen.Length, last - first + 1);
        for (var i = 0; i < count; i++)
        {
            chosen[i] = count == 1 ? first : first + (int)Math.Round((last - first) * (double)i / (count - 1));
        }

        return count;
    }

    /// <summary>Maps grey values to 0…1; a value that is not finite stays NaN.</summary>
    private static void Stretch(Span<float> grey, ReadOnlySpan<byte> classes)
    {
        var samples = ArrayPool<float>.Shared.Rent(PercentileSamples);
        try
        {
            var step = 1 + ((grey.Length - 1) / PercentileSamples);
            var count = Collect(grey, classes, step, samples, withDataOnly: true);
            count = count > 0 ? count : Collect(grey, classes, step, samples, withDataOnly: false);
            samples.AsSpan(0, count).Sort();
            var low = count == 0 ? 0 : samples[(int)(0.01 * (count - 1))];
            var high = count == 0 ? 1 : samples[(int)(0.99 * (count - 1))];
            var gain = high > low ? 1f / (high - low) : 0f;
            for (var i = 0; i < grey.Length; i++)
            {
                grey[i] = float.IsFinite(grey[i]) ? (gain == 0f ? 0.5f : Math.Clamp((grey[i] - low) * gain, 0f, 1f)) : float.NaN;
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(samples);
        }
    }

    private static int Collect(ReadOnlySpan<float> grey, ReadOnlySpan<byte> classes, int step, Span<float> samples, bool withDataOnly)
    {
        var count = 0;
        for (var i = 0; i < grey.Length; i += step)
        {
            if (float.IsFinite(grey[i]) && (!withDataOnly || classes[i] != ClassMap.NoData))
            {
                samples[count++] = grey[i];
            }
        }

        return count;
    }

    private static void Blend(ReadOnlySpan<float> grey, CubeMaps maps, IReadOnlyList<ModelClass> classes, Span<byte> rgba)
    {
        var hasTargets = classes.Any(c => c.Target);
        var colors = classes.Select(ColorOf).ToArray();
        var shown = classes.Select(c => c.Target || !hasTargets).ToArray();
        var probabilities = maps.Probabilities.Values.AsSpan();
        for (var i = 0; i < grey.Length; i++)
        {
            var hasData = maps.Classes.Values[i] != ClassMap.NoData;
            var level = float.IsNaN(grey[i]) ? 14f : (18f + (200f * grey[i])) * (hasData ? 1f : 0.6f);
            var (red, green, blue) = (level, level, level);
            if (hasData)
            {
                var spectrum = probabilities.Slice(i * classes.Count, classes.Count);
                var (strength, r, g, b) = Mix(spectrum, colors, shown);
                var alpha = hasTargets ? TargetOpacity(strength) : 0.7f * strength;

                // Shaded by the tissue beneath, so that its relief stays visible under the colour.
                var shade = 0.78f + (0.22f * level / 218f);
                red += alpha * ((r * shade) - red);
                green += alpha * ((g * shade) - green);
                blue += alpha * ((b * shade) - blue);
            }

            rgba[i * 4] = (byte)red;
            rgba[(i * 4) + 1] = (byte)green;
            rgba[(i * 4) + 2] = (byte)blue;
            rgba[(i * 4) + 3] = 255;
        }
    }

    /// <summary>Colour of the shown classes weighted by their probabilities' squares (the likely one keeps its hue), and their summed probability.</summary>
    private static (float Strength, float R, float G, float B) Mix(ReadOnlySpan<float> probabilities, SKColor[] colors, bool[] shown)
    {
        float strength = 0, weights = 0, red = 0, green = 0, blue = 0;
        for (var c = 0; c < probabilities.Length; c++)
        {
            var p = probabilities[c];
            if (!shown[c] || !(p > 0))
            {
                continue;
            }

            strength += p;
            var weight = p * p;
            weights += weight;
            red += weight * colors[c].Red;
            green += weight * colors[c].Green;
            blue += weight * colors[c].Blue;
        }

        return weights > 0 ? (Math.Min(strength, 1f), red / weights, green / weights, blue / weights) : (0, 0, 0, 0);
    }

    /// <summary>Nothing below a probability of 0.2, then a smooth rise: noise stays grey, a lesion stands out.</summary>
    private static float TargetOpacity(float probability)
    {
        var t = Math.Clamp((probability - 0.2f) / 0.6f, 0f, 1f);
        return 0.72f * t * t * (3f - (2f * t));
    }
}
