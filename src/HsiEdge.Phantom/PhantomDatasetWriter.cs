using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Infer;

namespace HsiEdge.Phantom;

/// <summary>
/// Writes labelled synthetic data as a folder that training reads: for each view of each patient the raw cube, its white and dark references, the labels and the thickness
/// of the mucosa, all ENVI; and <c>dataset.json</c>, which is written last.
/// </summary>
public static class PhantomDatasetWriter
{
    /// <summary>Name of the list of items.</summary>
    public const string DatasetFileName = "dataset.json";

    /// <summary>Writes a data set. A folder that already holds one is refused: data is never mixed.</summary>
    /// <param name="directory">Folder; made when missing.</param>
    /// <param name="options">Seed, size, bands and separation; <see cref="PhantomOptions.Patient"/> and <see cref="PhantomOptions.View"/> are the first ones written.</param>
    /// <param name="patients">Number of patients, ≥ 1.</param>
    /// <param name="viewsPerPatient">Cubes of each patient, ≥ 1.</param>
    /// <param name="progress">Receives the share done, 0…1, or null.</param>
    /// <param name="cancellationToken">Stops between cubes; what is written stays, without <c>dataset.json</c>.</param>
    /// <exception cref="BadInputException">An option is outside its range, or the folder cannot be used.</exception>
    public static void Write(
        string directory, PhantomOptions options, int patients, int viewsPerPatient = 1, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(patients, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(viewsPerPatient, 1);
        PhantomGenerator.Validate(options);
        var list = Path.Combine(directory, DatasetFileName);
        Prepare(directory, list);
        var items = new List<Item>();
        for (var n = 0; n < patients * viewsPerPatient; n++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var (patient, view) = Math.DivRem(n, viewsPerPatient);
            using var cube = PhantomGenerator.Generate(options with { Patient = options.Patient + patient, View = options.View + view });
            items.Add(WriteCube(directory, cube, viewsPerPatient == 1 ? cube.Patient.Name : $"{cube.Patient.Name}_{view + 1}"));
            progress?.Report((n + 1.0) / (patients * viewsPerPatient));
        }

        var document = new Document(
            $"phantom-{options.Separation.Name}-{options.Seed}",
            $"Synthetic: digital tissue with assumed differences between wall and lesion ('{options.Separation.Name}'), seed {options.Seed}. No patient, no tissue, no light was involved.",
            Synthetic: true,
            PhantomCube.Classes,
            items);
        AtomicFile.Write(list, JsonSerializer.SerializeToUtf8Bytes(document, HsiEdgeJson.Indented));
    }

    private static void Prepare(string directory, string list)
    {
        try
        {
            Directory.CreateDirectory(directory);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The folder {directory} cannot be made: {e.Message} Choose another.", e);
        }

        if (File.Exists(list))
        {
            throw new BadInputException($"{list} exists already; choose an empty folder, or remove the old data set.");
        }
    }

    private static Item WriteCube(string directory, PhantomCube cube, string name)
    {
        var item = new Item(cube.Patient.Name, $"{name}.hdr", $"{name}_labels.hdr", $"{name}_white.hdr", $"{name}_dark.hdr");
        var keys = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["synthetic"] = "{cube of a phantom; research use only}",
            ["sensor type"] = cube.Camera.Model,
            ["serial number"] = cube.Camera.Serial,
            ["pixel size"] = $"{{{cube.PixelPitchMillimetres}, {cube.PixelPitchMillimetres}, units=Millimeters}}",
        };
        EnviWriter.WriteRaw(Path.Combine(directory, item.Cube), cube.Raw, keys);
        WriteReference(Path.Combine(directory, item.White), cube.White, cube.Raw.Wavelengths);
        WriteReference(Path.Combine(directory, item.Dark), cube.Dark, cube.Raw.Wavelengths);
        var (lines, samples) = (cube.Raw.Shape.Lines, cube.Raw.Shape.Samples);
        EnviWriter.WriteFloatBands(Path.Combine(directory, $"{name}_thickness.hdr"), lines, samples, ["mucosa thickness in mm"], cube.ThicknessMillimetres);
        EnviWriter.WriteClassification(
            Path.Combine(directory, item.Labels),
            lines,
            samples,
            cube.Labels,
            ["unlabelled", .. PhantomCube.Classes.Select(c => c.Name)],
            ["#000000", .. PhantomCube.Classes.Select(c => c.Color)]);
        return item;
    }

    /// <summary>References are averages; as 16-bit counts they lose at most half a count.</summary>
    private static void WriteReference(string headerPath, ReferenceFrame reference, WavelengthAxis wavelengths)
    {
        var shape = reference.Shape;
        var values = new ushort[shape.ValueCount];
        for (var pixel = 0; pixel < (int)shape.PixelCount; pixel++)
        {
            var spectrum = reference.Spectrum(pixel / shape.Samples, pixel % shape.Samples);
            for (var band = 0; band < spectrum.Length; band++)
            {
                values[(pixel * spectrum.Length) + band] = (ushort)(spectrum[band] + 0.5f);
            }
        }

        EnviWriter.WriteCube<ushort>(headerPath, shape, Interleave.Bip, values, wavelengths);
    }

    private sealed record Document(string Name, string Description, bool Synthetic, IReadOnlyList<ModelClass> Classes, IReadOnlyList<Item> Items);

    private sealed record Item(string Patient, string Cube, string Labels, string White, string Dark);
}
