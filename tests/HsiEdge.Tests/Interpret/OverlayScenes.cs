using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;

namespace HsiEdge.Tests.Interpret;

/// <summary>A drawn scene for the overlay's tests: folded tissue, elliptic lesions, a specular spot without data.</summary>
internal sealed class OverlayScenes : IDisposable
{
    public OverlayScenes(int lines = 128, int samples = 160, bool targets = true, bool specular = true, CalibrationFlags flags = CalibrationFlags.None)
    {
        Classes = targets
            ? [new("mucosa", "#4C9F70", false), new("muscle", "#3B6FB6", false), new("lesion", "#E5383B", true)]
            : [new("grass", "#55A630", false), new("trees", "#1B4332", false), new("roof", "#E07A5F", false), new("panel", "#3A86FF", false), new("sand", "#F2CC8F", false)];
        var pixels = lines * samples;
        var counts = new ushort[pixels * Bands];
        var classMap = new byte[pixels];
        var probabilities = new float[pixels * Classes.Count];
        for (var i = 0; i < pixels; i++)
        {
            var (x, y) = ((i % samples) / (double)samples, (i / samples) / (double)lines);
            var hash = (((uint)i * 2654435761u) >> 16) % 1000 / 1000.0;
            var light = 1.1 - (1.1 * (((x - 0.5) * (x - 0.5)) + ((y - 0.5) * (y - 0.5))));
            var folds = 1 + (0.16 * Math.Sin((22 * y) + (5 * Math.Sin(4 * x))));
            var lesion = Ellipse(x, y, 0.62, 0.42, 0.16, 0.12, hash);
            var small = Ellipse(x, y, 0.2, 0.75, 0.05, 0.05, hash);
            var p = Math.Max(lesion, small);
            Fill(probabilities.AsSpan(i * Classes.Count, Classes.Count), targets, p, x, y, hash);
            var spot = specular && Math.Pow((x - 0.4) / 0.03, 2) + Math.Pow((y - 0.25) / 0.05, 2) < 1;
            classMap[i] = spot ? ClassMap.NoData : (byte)(1 + ArgMax(probabilities.AsSpan(i * Classes.Count, Classes.Count)));
            if (spot)
            {
                probabilities.AsSpan(i * Classes.Count, Classes.Count).Fill(float.NaN);
            }

            for (var b = 0; b < Bands; b++)
            {
                var value = spot ? 65535 : 9000 * light * folds * (1 - (0.1 * p)) * (0.96 + (0.08 * hash)) * (1 - (0.02 * b));
                counts[(i * Bands) + b] = (ushort)Math.Min(value, 65535);
            }
        }

        Cube = new RawCube(
            new CubeShape(lines, samples, Bands), Interleave.Bip, WavelengthAxis.Linear(1000, 1350, Bands), counts, 65535);
        var missing = classMap.Count(c => c == ClassMap.NoData);
        Maps = new CubeMaps(
            new ClassMap(lines, samples, classMap), new ProbabilityMap(lines, samples, Classes.Count, probabilities),
            new PixelCounts(pixels - missing, missing, 0, 0, 0), flags);
        Findings = targets
            ? [Finding(1, lines, samples, 0.62, 0.42, 0.16, 0.12), Finding(2, lines, samples, 0.2, 0.75, 0.05, 0.05)]
            : [];
    }

    public const int Bands = 8;

    public IReadOnlyList<ModelClass> Classes { get; }

    public RawCube Cube { get; }

    public CubeMaps Maps { get; }

    public IReadOnlyList<Finding> Findings { get; }

    public void Dispose() => Cube.Dispose();

    private static double Ellipse(double x, double y, double cx, double cy, double rx, double ry, double noise)
    {
        var distance = Math.Sqrt(Math.Pow((x - cx) / rx, 2) + Math.Pow((y - cy) / ry, 2));
        return Math.Clamp(1.55 - distance + (0.2 * (noise - 0.5)), 0.02 + (0.1 * noise), 0.97);
    }

    private static void Fill(Span<float> probabilities, bool targets, double lesion, double x, double y, double noise)
    {
        if (targets)
        {
            (probabilities[0], probabilities[1], probabilities[2]) = ((float)((1 - lesion) * 0.8), (float)((1 - lesion) * 0.2), (float)lesion);
            return;
        }

        var main = Math.Clamp((int)(x * 3) + (y > 0.5 ? 2 : 0), 0, 4);
        probabilities.Fill((float)(0.05 + (0.05 * noise)));
        probabilities[main] = 1 - (4 * probabilities[0]);
        if (main == 0)
        {
            probabilities[1..].Fill(0.05f);
            probabilities[0] = 0.8f;
        }
    }

    private static int ArgMax(Span<float> values)
    {
        var best = 0;
        for (var i = 1; i < values.Length; i++)
        {
            best = values[i] > values[best] ? i : best;
        }

        return best;
    }

    private static Finding Finding(int index, int lines, int samples, double cx, double cy, double rx, double ry)
    {
        var contour = Enumerable.Range(0, 90)
            .Select(k => k * Math.PI / 45)
            .Select(a => new PixelPoint(Math.Round((cy + (ry * Math.Sin(a))) * lines), Math.Round((cx + (rx * Math.Cos(a))) * samples)))
            .Distinct()
            .ToArray();
        var pixels = (int)(Math.PI * rx * ry * lines * samples);
        return new Finding(index, "lesion", pixels, pixels * 0.25 * 0.25, 0.87, 0.97, new PixelPoint(cy * lines, cx * samples), contour);
    }
}
