using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Infer;

namespace HsiEdge.Tests.Interpret;

/// <summary>Class maps drawn as text: '.' no data, '-' wall, 'A' and 'B' two target classes.</summary>
internal static class MapsOf
{
    public static readonly ModelClass[] Classes = [new("wall", "#808080", false), new("A", "#FF0000", true), new("B", "#00FF00", true)];

    public static CubeMaps Drawing(params string[] lines) => Values(lines.Length, lines[0].Length, [.. lines.SelectMany(l => l).Select(c => (byte)".-AB".IndexOf(c, StringComparison.Ordinal))]);

    /// <summary>Probability of a pixel's class is 0.5 + its index modulo 7 divided by 20; the others share the rest.</summary>
    public static CubeMaps Values(int lines, int samples, byte[] values)
    {
        var probabilities = new ProbabilityMap(lines, samples, 3);
        for (var i = 0; i < values.Length; i++)
        {
            for (var c = 0; c < 3; c++)
            {
                var own = ProbabilityAt(i);
                probabilities.Values[(i * 3) + c] = values[i] == 0 ? float.NaN : c == values[i] - 1 ? own : (1 - own) / 2;
            }
        }

        return new CubeMaps(new ClassMap(lines, samples, values), probabilities, new PixelCounts(values.Length, 0, 0, 0, 0), CalibrationFlags.None);
    }

    public static float ProbabilityAt(int pixel) => 0.5f + (pixel % 7 / 20f);
}
