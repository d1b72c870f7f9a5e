namespace HsiEdge.Proofs.Fuzz;

/// <summary>
/// The kept inputs of a target, <c>corpus/TARGET/NAME</c> beside the program: a file for an input of one part, a folder with a file a part (in the order of their names) for
/// more. Those named <c>defect-…</c> once did harm.
/// </summary>
internal static class FuzzCorpus
{
    /// <summary>Reads them.</summary>
    /// <param name="target">Its name.</param>
    /// <param name="kinds">Parts of its inputs.</param>
    public static IEnumerable<FuzzInput> Read(string target, IReadOnlyList<PartKind> kinds)
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "corpus", target);
        if (!Directory.Exists(folder))
        {
            yield break;
        }

        foreach (var entry in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            string[] files = Directory.Exists(entry) ? [.. Directory.EnumerateFiles(entry).Order(StringComparer.Ordinal)] : [entry];
            yield return files.Length == kinds.Count
                ? new FuzzInput([.. files.Select(File.ReadAllBytes)])
                : throw new InvalidDataException($"{entry} has {files.Length} parts; expected {kinds.Count}.");
        }
    }
}
