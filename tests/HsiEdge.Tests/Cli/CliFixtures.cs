using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.ModelBuilder.Pack;
using HsiEdge.Testing;
using HsiEdge.Tests.Infer;

namespace HsiEdge.Tests.Cli;

/// <summary>Inputs of the verbs: a real cube, a bundle that fits its wavelengths, one that does not.</summary>
internal static class CliFixtures
{
    public const int Bands = 12;

    /// <summary>31 × 20 × 72 float reflectance, 368–1043 nm, recorded.</summary>
    public static string Cube { get; } = SharedData.Path("muufl-gulfport", "classdemo.hdr");

    /// <summary>A bundle of random weights on 420–1000 nm: it fits <see cref="Cube"/> and means nothing.</summary>
    public static string PackFitting(TemporaryFolder folder, string name = "fits.hsimodel", bool targets = true)
    {
        var card = SampleModels.Card(Bands, 3) with { Name = "sample-vnir", WavelengthsNanometres = [.. WavelengthAxis.Linear(420, 1000, Bands).Nanometres] };
        card = targets ? card : card with { Classes = [.. card.Classes.Select(c => c with { Target = false })] };
        BundlePacker.Pack(folder.File(name), card, SampleModels.Quantize(SampleModels.Network(1, Bands, 8, 3), 500), SampleModels.Spectra(13, 16, Bands));
        return folder.File(name);
    }

    /// <summary>Raw counts with references around them: raw = dark + (white − dark)·R.</summary>
    public static (string Raw, string White, string Dark) WriteRawScene(TemporaryFolder folder)
    {
        var axis = WavelengthAxis.Linear(400, 1020, 16);
        Write("raw.hdr", 24, (line, sample, band) => 100 + (4000 * (0.2 + (0.6 * ((line + sample + band) % 17) / 17.0))));
        Write("white.hdr", 6, (_, _, _) => 4100);
        Write("dark.hdr", 3, (_, _, _) => 100);
        return (folder.File("raw.hdr"), folder.File("white.hdr"), folder.File("dark.hdr"));

        void Write(string name, int lines, Func<int, int, int, double> value)
        {
            const int samples = 18;
            var values = new ushort[lines * samples * axis.Count];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (ushort)value(i / axis.Count / samples, i / axis.Count % samples, i % axis.Count);
            }

            using var cube = new RawCube(new CubeShape(lines, samples, axis.Count), Interleave.Bip, axis, values, 65535);
            EnviWriter.WriteRaw(folder.File(name), cube);
        }
    }

    /// <summary>Everything in a folder, hidden and partial files too.</summary>
    public static IReadOnlyList<string> Entries(string folder) =>
        [.. Directory.EnumerateFileSystemEntries(folder).Select(e => Path.GetFileName(e)).Order(StringComparer.Ordinal)];
}
