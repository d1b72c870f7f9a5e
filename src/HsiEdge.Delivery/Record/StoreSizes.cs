namespace HsiEdge.Delivery.Record;

/// <summary>Bytes of the files of a data folder.</summary>
/// <param name="Data">Data file, with the pages in it that are free.</param>
/// <param name="Log">Write-ahead log.</param>
/// <param name="Raw">Raw cubes.</param>
/// <param name="RawCubes">Number of raw cubes.</param>
/// <param name="Calibration">References.</param>
public sealed record StoreSizes(long Data, long Log, long Raw, long RawCubes, long Calibration)
{
    /// <summary>All of them.</summary>
    public long Bytes => Data + Log + Raw + Calibration;

    /// <summary>Looks at a data folder.</summary>
    internal static StoreSizes Of(StorePaths paths)
    {
        var raw = new RawShelf(paths.Raw).List();
        return new StoreSizes(Length(paths.Data), Length(paths.Log), raw.Sum(r => r.Bytes), raw.Count, Folder(Path.Combine(paths.Folder, "calibration")));
    }

    private static long Length(string path) => new FileInfo(path) is { Exists: true } file ? file.Length : 0;

    private static long Folder(string path) => !Directory.Exists(path) ? 0 : new DirectoryInfo(path).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
}
