namespace HsiEdge.Core.Envi;

/// <summary>Finds and opens the files of an ENVI image.</summary>
internal static class EnviDataFile
{
    /// <summary>A header of hundreds of bands is some 10 kB; a data file given by mistake must not be read whole.</summary>
    private const int LargestHeaderBytes = 64 << 20;

    /// <summary>Extensions in the order of preference; the empty one is the plain name (or <c>x.img</c> of <c>x.img.hdr</c>).</summary>
    private static readonly string[] Extensions =
        ["", ".img", ".dat", ".raw", ".bil", ".bip", ".bsq", ".bin", ".cube", ".hyspex", ".sli", ".lan"];

    public static byte[] ReadHeaderBytes(string headerPath)
    {
        if (Directory.Exists(headerPath))
        {
            throw new BadInputException($"{headerPath} is a folder; expected an ENVI header (.hdr).");
        }

        using var handle = Open(headerPath, "header");
        var length = RandomAccess.GetLength(handle);
        Span<byte> start = stackalloc byte[64];
        start = start[..RandomAccess.Read(handle, start, 0)];
        var text = start.StartsWith("\uFEFF"u8) ? start[3..] : start;
        if (text.TrimStart(" \t"u8) is var trimmed && (trimmed.Length < 4 || !trimmed[..4].SequenceEqual("ENVI"u8)) && (start.Contains((byte)0) || length > LargestHeaderBytes))
        {
            throw new BadInputException($"{headerPath} is no ENVI header: it does not begin with \"ENVI\". Give the header (.hdr), not the data file.");
        }

        if (length > LargestHeaderBytes)
        {
            throw new BadInputException($"{headerPath} holds {length} bytes; an ENVI header has at most {LargestHeaderBytes}. Give the header (.hdr), not the data file.");
        }

        var bytes = new byte[length];
        var read = 0;
        while (read < bytes.Length && RandomAccess.Read(handle, bytes.AsSpan(read), read) is var n and > 0)
        {
            read += n;
        }

        return read == bytes.Length ? bytes : bytes[..read];
    }

    /// <summary>The data file of a header.</summary>
    /// <param name="headerPath">The header.</param>
    /// <param name="neededBytes">Bytes that the header asks for: where several names fit, the size decides.</param>
    /// <param name="warnings">Receives a word where a choice was made.</param>
    public static string Find(string headerPath, long neededBytes, List<string> warnings)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(headerPath))!;
        var headerName = Path.GetFileName(headerPath);
        var stem = Path.GetFileNameWithoutExtension(headerPath);
        var files = Directory.EnumerateFiles(folder, "*", new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = FileAttributes.None })
            .Select(Path.GetFileName)
            .OfType<string>()
            .Where(file => file != headerName && file.StartsWith(stem, StringComparison.OrdinalIgnoreCase))
            .Order(StringComparer.Ordinal)
            .ToList();
        var found = new List<string>();
        foreach (var exactStem in (ReadOnlySpan<bool>)[true, false])
        {
            foreach (var extension in Extensions)
            {
                found.AddRange(files.Where(file =>
                    file.StartsWith(stem, StringComparison.Ordinal) == exactStem
                    && file.AsSpan(stem.Length).Equals(extension, StringComparison.OrdinalIgnoreCase)));
            }
        }

        if (found.Count == 0)
        {
            throw new BadInputException(
                $"{headerPath}: no data file beside it; looked for {stem} with the extensions {string.Join(' ', Extensions.Skip(1))} or none, in any case. Put it there or name it explicitly.");
        }

        var chosen = found.Find(file => new FileInfo(Path.Combine(folder, file)).Length == neededBytes)
            ?? found.Find(file => new FileInfo(Path.Combine(folder, file)).Length > neededBytes)
            ?? found[0];
        if (found.Count > 1)
        {
            warnings.Add($"{headerPath}: {string.Join(", ", found)} could be its data file; took {chosen}.");
        }

        return Path.Combine(folder, chosen);
    }

    /// <summary>Opens for reading; what goes wrong is told with the path.</summary>
    public static Microsoft.Win32.SafeHandles.SafeFileHandle Open(string path, string what)
    {
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BadInputException($"{path}: no such {what} file. Check the path.", e);
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException or NotSupportedException or ArgumentException)
        {
            throw new BadInputException($"{path}: the {what} file cannot be opened: {e.Message}", e);
        }
    }
}
