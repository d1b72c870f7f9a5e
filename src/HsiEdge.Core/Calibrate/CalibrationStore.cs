using System.Security.Cryptography;
using System.Text.Json;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// Keeps one calibration set in a folder: <c>calibration.json</c> and the ENVI images it names (white, dark, bad pixels). The images are
/// written under new names, then the document is replaced in one step: a power cut leaves the old set or the new one, never a mixture.
/// </summary>
public static class CalibrationStore
{
    /// <summary>Name of the document.</summary>
    public const string DocumentName = "calibration.json";

    /// <summary>Saves a set in place of the one in the folder, durably.</summary>
    /// <param name="folder">The folder; made when missing.</param>
    /// <param name="set">The set.</param>
    /// <exception cref="IOException">The disk is full or failed; the folder still holds the set it held.</exception>
    public static void Save(string folder, CalibrationSet set)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(set);
        Directory.CreateDirectory(folder);
        var tag = Guid.NewGuid().ToString("N")[..12];
        var written = new List<string>();
        try
        {
            var document = new CalibrationDocument
            {
                SchemaVersion = CalibrationDocument.CurrentSchemaVersion,
                Id = set.Id,
                CameraSerial = set.CameraSerial,
                ExposureMicroseconds = set.ExposureMicroseconds,
                WavelengthsNanometres = set.Wavelengths?.Nanometres.ToArray(),
                FwhmNanometres = set.Wavelengths is { FwhmNanometres.IsEmpty: false } axis ? axis.FwhmNanometres.ToArray() : null,
                TakenUtc = set.TakenUtc,
                PlanName = set.PlanName,
                SensorTemperatureCelsius = set.SensorTemperatureCelsius,
                Checks = set.Checks.Count == 0 ? null : [.. set.Checks.Select(c => new StoredCheck(c.Name, c.Value, c.Lowest, c.Highest, c.Advice))],
                White = WriteFrame(folder, $"white-{tag}", set.White, set.Wavelengths, written),
                Dark = set.Dark is { } dark ? WriteFrame(folder, $"dark-{tag}", dark, set.Wavelengths, written) : null,
                BadPixels = set.BadPixels is { } bad ? WriteBadPixels(folder, $"bad-pixels-{tag}", bad, set.White.Shape.Samples, written) : null,
            };
            AtomicFile.Write(Path.Combine(folder, DocumentName), JsonSerializer.SerializeToUtf8Bytes(document with { Sha256 = HashOf(document) }, HsiEdgeJson.Indented));
        }
        catch
        {
            Remove(written);
            throw;
        }

        Remove(Directory.EnumerateFiles(folder).Where(f => IsOurs(Path.GetFileName(f)) && !f.Contains(tag, StringComparison.Ordinal)));
    }

    /// <summary>Whether a folder holds a set.</summary>
    /// <param name="folder">The folder.</param>
    public static bool Exists(string folder) => File.Exists(Path.Combine(folder, DocumentName));

    /// <summary>Loads the set of a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="BadInputException">There is none, or a file of it is missing, damaged or of another size.</exception>
    public static CalibrationSet Load(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, DocumentName);
        var document = ReadDocument(path);
        var white = ReadFrame(folder, document.White, path);
        try
        {
            return new CalibrationSet
            {
                Id = document.Id,
                CameraSerial = document.CameraSerial,
                ExposureMicroseconds = document.ExposureMicroseconds,
                Wavelengths = document.WavelengthsNanometres is { } centres ? new WavelengthAxis([.. centres], [.. document.FwhmNanometres ?? []]) : null,
                TakenUtc = document.TakenUtc,
                PlanName = document.PlanName,
                SensorTemperatureCelsius = document.SensorTemperatureCelsius,
                Checks = [.. (document.Checks ?? []).Select(c => new ReferenceCheck(c.Name, c.Value, c.Lowest, c.Highest, c.Advice))],
                White = white,
                Dark = document.Dark is { } dark ? ReadFrame(folder, dark, path) : null,
                BadPixels = document.BadPixels is { } bad ? Array.ConvertAll(ReadFrame(folder, bad, path).Values.ToArray(), v => v != 0) : null,
            };
        }
        catch (ArgumentException exception)
        {
            throw new BadInputException($"{path}: {exception.Message} Take new references.", exception);
        }
    }

    private static CalibrationDocument ReadDocument(string path)
    {
        try
        {
            var document = JsonSerializer.Deserialize<CalibrationDocument>(File.ReadAllBytes(path), HsiEdgeJson.Strict)
                ?? throw new BadInputException($"{path} holds null; expected a calibration set. Take new references.");
            if (document.Checks?.Any(c => c is null) == true)
            {
                throw new BadInputException($"{path}: \"checks\" holds null; expected objects with \"name\". Take new references.");
            }

            if (document.Sha256 is { } expected && HashOf(document with { Sha256 = null }) is var found && found != expected)
            {
                throw new BadInputException($"{path} is damaged: its SHA-256 is {found}, it says {expected}. Take new references.");
            }

            return document.SchemaVersion == CalibrationDocument.CurrentSchemaVersion
                ? document
                : throw new BadInputException(
                    $"{path} has schemaVersion {document.SchemaVersion}; this version reads {CalibrationDocument.CurrentSchemaVersion}. Take new references.");
        }
        // The latter at a number beyond the largest double: it reads as infinity, which has no hash.
        catch (Exception exception) when (exception is JsonException or ArgumentException)
        {
            throw new BadInputException($"{path} is no calibration set: {exception.Message} Take new references.", exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{path} does not exist; expected a calibration set. Take dark and white references.", exception);
        }
    }

    private static StoredImage WriteFrame(string folder, string name, ReferenceFrame frame, WavelengthAxis? wavelengths, List<string> written)
    {
        var header = Path.Combine(folder, name + ".hdr");
        written.AddRange([header, EnviWriter.DataPathFor(header)]);
        EnviWriter.WriteCube(header, frame.Shape, Interleave.Bip, frame.Values, wavelengths);
        return Stored(header);
    }

    private static StoredImage WriteBadPixels(string folder, string name, bool[] bad, int samples, List<string> written)
    {
        var header = Path.Combine(folder, name + ".hdr");
        written.AddRange([header, EnviWriter.DataPathFor(header)]);
        EnviWriter.WriteCube<byte>(header, new CubeShape(bad.Length / samples, samples, 1), Interleave.Bip, Array.ConvertAll(bad, b => b ? (byte)1 : (byte)0));
        return Stored(header);
    }

    private static StoredImage Stored(string header) => new(Path.GetFileName(header), Sha256(EnviWriter.DataPathFor(header)), Sha256(header));

    private static string HashOf(CalibrationDocument document) =>
        Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(document, HsiEdgeJson.Compact)));

    private static ReferenceFrame ReadFrame(string folder, StoredImage stored, string documentPath)
    {
        if (stored.Header != Path.GetFileName(stored.Header))
        {
            throw new BadInputException($"{documentPath} names {stored.Header}; expected a file of the same folder. Take new references.");
        }

        if (stored.HeaderSha256 is { } expected && File.Exists(Path.Combine(folder, stored.Header)) && Sha256(Path.Combine(folder, stored.Header)) is var found && found != expected)
        {
            throw new BadInputException(
                $"{Path.Combine(folder, stored.Header)} is damaged: its SHA-256 is {found}, {documentPath} says {expected}. Take new references.");
        }

        using var image = EnviImage.Open(Path.Combine(folder, stored.Header));
        var hash = Sha256(image.DataPath);
        if (hash != stored.DataSha256)
        {
            throw new BadInputException(
                $"{image.DataPath} is damaged: its SHA-256 is {hash}, {documentPath} says {stored.DataSha256}. Take new references.");
        }

        return ReferenceLoader.Read(image, [.. Enumerable.Range(0, image.Shape.Bands)], image.Shape.Lines);
    }

    private static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }

    private static bool IsOurs(string name) =>
        (name.StartsWith("white-", StringComparison.Ordinal) || name.StartsWith("dark-", StringComparison.Ordinal) || name.StartsWith("bad-pixels-", StringComparison.Ordinal)) &&
        (name.EndsWith(".hdr", StringComparison.Ordinal) || name.EndsWith(".img", StringComparison.Ordinal) || name.EndsWith(".tmp", StringComparison.Ordinal));

    private static void Remove(IEnumerable<string> files)
    {
        foreach (var file in files.ToList())
        {
            File.Delete(file);
        }
    }
}
