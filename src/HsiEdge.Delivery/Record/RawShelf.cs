using HsiEdge.Core.Envi;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>The raw cubes that lie beside the store: <c>raw/&lt;result id&gt;.hdr</c> and <c>.img</c>.</summary>
/// <param name="folder">Absolute path; it need not exist.</param>
internal sealed class RawShelf(string folder)
{
    /// <summary>Every cube with its bytes, in the order of its id.</summary>
    public IReadOnlyList<(string Id, long Bytes)> List() => !Directory.Exists(folder) ? [] :
    [
        .. new DirectoryInfo(folder).EnumerateFiles().Where(f => UlidGenerator.IsUlid(IdOf(f)))
            .GroupBy(IdOf, StringComparer.Ordinal).Select(g => (g.Key, g.Sum(f => f.Length))).OrderBy(c => c.Key, StringComparer.Ordinal),
    ];

    /// <summary>Removes a cube. Header first: what is left by a crash between the two is no cube, and is swept as an orphan.</summary>
    public void Remove(string id)
    {
        var header = Path.Combine(folder, id + ".hdr");
        File.Delete(header);
        File.Delete(EnviWriter.DataPathFor(header));
    }

    /// <summary>Names of what a kill leaves behind: cubes without their result, pieces of cubes, unfinished files. True only while nothing captures.</summary>
    /// <param name="hasResult">Whether the store has a result.</param>
    public IReadOnlyList<string> Orphans(Func<string, bool> hasResult) => !Directory.Exists(folder) ? [] :
    [
        .. new DirectoryInfo(folder).EnumerateFiles()
            .Where(f => f.Extension == ".tmp" || (UlidGenerator.IsUlid(IdOf(f)) && (!hasResult(IdOf(f)) || !File.Exists(Path.Combine(folder, IdOf(f) + ".hdr")))))
            .Select(f => f.Name).Order(StringComparer.Ordinal),
    ];

    private static string IdOf(FileInfo file) => Path.GetFileNameWithoutExtension(file.Name);
}
