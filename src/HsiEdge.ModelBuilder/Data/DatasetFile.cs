using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>Finds and reads a <c>dataset.json</c>, or takes a CSV file in its place.</summary>
internal static class DatasetFile
{
    /// <summary>Reads what <c>--data</c> names.</summary>
    /// <param name="path">Folder with a <c>dataset.json</c>, such a file itself, or a CSV file.</param>
    /// <returns>The document, the folder its paths are relative to, and how messages call it.</returns>
    public static (DatasetDocument Document, string Folder, string File) Load(string path)
    {
        if (!Directory.Exists(path) && !File.Exists(path))
        {
            throw new BadInputException($"--data {path}: no such file or folder.");
        }

        if (path.EndsWith(".csv", StringComparison.OrdinalIgnoreCase) && !Directory.Exists(path))
        {
            var item = new DatasetItem { Patient = Path.GetFileNameWithoutExtension(path), Spectra = Path.GetFileName(path) };
            return (new DatasetDocument { Name = NameOfTable(path), Items = [item] }, Folder(path), path);
        }

        var file = Directory.Exists(path) ? Path.Combine(path, DatasetDocument.FileName) : path;
        if (!File.Exists(file))
        {
            throw new BadInputException(
                $"--data {path}: the folder has no {DatasetDocument.FileName}. Write one that lists the labelled cubes or tables (docs/training.md), or name a CSV file of spectra.");
        }

        var document = Parse(file);
        var name = document.Name ?? new DirectoryInfo(Folder(file)).Name;
        Check(file, document);
        return (document with { Name = name }, Folder(file), file);
    }

    private static string Folder(string file) => Path.GetDirectoryName(Path.GetFullPath(file))!;

    /// <summary>A table's own name says little where files are called alike; its folder's name goes before it.</summary>
    private static string NameOfTable(string path) => $"{new DirectoryInfo(Folder(path)).Name}/{Path.GetFileNameWithoutExtension(path)}";

    private static DatasetDocument Parse(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            return JsonSerializer.Deserialize<DatasetDocument>(stream, HsiEdgeJson.Strict)
                ?? throw new BadInputException($"{file}: holds null, expected an object with \"items\".");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{file}: cannot be read: {error.Message}", error);
        }
        catch (JsonException error)
        {
            throw new BadInputException($"{file}: {error.Message} See docs/training.md for the keys.", error);
        }
    }

    private static void Check(string file, DatasetDocument document)
    {
        if (document.Items.Count == 0)
        {
            throw new BadInputException($"{file}: \"items\" is empty; expected at least one labelled cube or table.");
        }

        if (document.Classes?.Any(c => c is null) == true)
        {
            throw new BadInputException($"{file}: \"classes\" holds null; expected objects with \"name\".");
        }

        var twice = document.Classes?.GroupBy(c => c.Name, StringComparer.Ordinal).FirstOrDefault(group => group.Count() > 1);
        if (twice is not null)
        {
            throw new BadInputException($"{file}: \"classes\" names \"{twice.Key}\" twice.");
        }

        for (var i = 0; i < document.Items.Count; i++)
        {
            if (document.Items[i] is null)
            {
                throw new BadInputException($"{file}: items[{i}] is null; expected a labelled cube or table.");
            }

            CheckItem($"{file}: items[{i}]", document.Items[i]);
        }
    }

    private static void CheckItem(string where, DatasetItem item)
    {
        if (item.Patient.Trim().Length == 0)
        {
            throw new BadInputException($"{where}: \"patient\" is empty; expected a pseudonym.");
        }

        if ((item.Cube is null) == (item.Spectra is null))
        {
            throw new BadInputException($"{where}: expected either \"cube\" with \"labels\", or \"spectra\"; found {(item.Cube is null ? "neither" : "both")}.");
        }

        if (item.Cube is not null && item.Labels is null)
        {
            throw new BadInputException($"{where}: the cube {item.Cube} has no \"labels\"; expected the header of an ENVI Classification image.");
        }

        if (item.Cube is not null && item.Table is not null)
        {
            throw new BadInputException($"{where}: \"table\" belongs to \"spectra\", not to a cube.");
        }

        if (item.Spectra is not null && (item.Labels ?? item.White ?? item.Dark) is not null)
        {
            throw new BadInputException($"{where}: \"labels\", \"white\" and \"dark\" belong to a cube, not to the table {item.Spectra}.");
        }

        if (item.Dark is not null && item.White is null)
        {
            throw new BadInputException($"{where}: a dark reference without a white one gives no reflectance; name \"white\" too.");
        }
    }
}
