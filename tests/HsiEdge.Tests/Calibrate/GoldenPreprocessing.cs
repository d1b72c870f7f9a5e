using System.Globalization;
using System.Text.Json;
using HsiEdge.Core.Calibrate;
using HsiEdge.Testing;

namespace HsiEdge.Tests.Calibrate;

/// <summary>Tecator spectra and the preprocessing models that an independent tool (mdatools for R and the web) made of them.</summary>
internal static class GoldenPreprocessing
{
    /// <summary>Bands of the Tecator instrument: 850–1048 nm by 2 nm.</summary>
    public const int Bands = 100;

    /// <summary>Spectra of a table in the decimal-comma dialect: rows × columns, without name and property.</summary>
    public static double[][] Table(string file) =>
        [.. File.ReadLines(SharedData.Path("preprocessing-golden", file))
            .Skip(1)
            .Where(line => line.Length > 0)
            .Select(line => line.Split(';').Skip(2).Select(Number).ToArray())];

    /// <summary>Reads a model's parameters: spikes, Savitzky–Golay, crop, SNV, extended MSC, center and scale in this order.</summary>
    public static GoldenModel Model(string file)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(SharedData.Path("preprocessing-golden", file)));
        var root = json.RootElement;
        int[] expectedMethods = [5, 1, 4, 0, 3, 2];
        var methods = Values(root, "ml").Select(v => (int)v).ToArray();
        if (!methods.SequenceEqual(expectedMethods))
        {
            throw new InvalidDataException($"{file} holds methods {string.Join(',', methods)}.");
        }

        var values = Values(root, "mp_new");
        var lengths = Values(root, "mpl_new").Select(v => (int)v).ToArray();
        var blocks = new List<double[]>();
        var start = 0;
        foreach (var length in lengths)
        {
            blocks.Add(values[start..(start + length)]);
            start += length;
        }

        var p = Values(root, "mp");
        var kept = (int)p[6] - (int)p[5];
        var degree = (int)blocks[4][1] - 2;
        return new GoldenModel(
            new RemoveSpikesStep((int)p[0], p[1]),
            new SavitzkyGolayStep((int)p[2], (int)p[3], (int)p[4]),
            blocks[1],
            new CropStep((int)p[5], kept),
            new MscStep(blocks[4][(2 + kept)..(2 + (2 * kept))], degree),
            blocks[5][..kept],
            blocks[5][kept..(2 * kept)]);
    }

    /// <summary>Applies a chain to each row.</summary>
    public static T[][] Apply<T>(IReadOnlyList<PreprocessingStep> steps, double[][] rows)
        where T : unmanaged, System.Numerics.IFloatingPointIeee754<T>
    {
        var chain = new PreprocessingChain<T>(steps, rows[0].Length);
        var tile = rows.SelectMany(row => row).Select(T.CreateChecked).ToArray();
        chain.Apply(tile, rows.Length, new T[chain.ScratchLength]);
        return [.. Enumerable.Range(0, rows.Length).Select(i => tile.AsSpan(i * chain.OutputBands, chain.OutputBands).ToArray())];
    }

    private static double Number(string text) => double.Parse(text.Replace(',', '.'), CultureInfo.InvariantCulture);

    private static double[] Values(JsonElement root, string name) =>
        [.. root.GetProperty(name).GetProperty("data").EnumerateArray().Select(v => v.GetDouble())];
}

/// <summary>Parameters of one golden model.</summary>
internal sealed record GoldenModel(
    RemoveSpikesStep Spikes, SavitzkyGolayStep Smoothing, double[] SmoothingWeights, CropStep Crop, MscStep Msc, double[] Center, double[] Scale)
{
    /// <summary>Steps up to and with SNV: what the MSC reference is the mean of.</summary>
    public PreprocessingStep[] UpToSnv => [Spikes, Smoothing, Crop, new SnvStep()];

    /// <summary>Steps up to and with MSC: what center and scale are statistics of.</summary>
    public PreprocessingStep[] UpToMsc => [.. UpToSnv, Msc];

    /// <summary>Everything.</summary>
    public PreprocessingStep[] All => [.. UpToMsc, new CenterStep(Center), new ScaleStep(Scale)];
}
