using HsiEdge.Testing;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>Files of the repository and of the case under way.</summary>
internal static class ProductFiles
{
    /// <summary>A path within the repository.</summary>
    public static string Path(params ReadOnlySpan<string> parts) => System.IO.Path.Combine([SharedData.RepositoryRoot, .. parts]);

    /// <summary>Writes a file of the case: some microseconds in memory, as the readers are synchronous too.</summary>
    public static void Write(string path, byte[] bytes) => File.WriteAllBytes(path, bytes);

    /// <summary>A folder of this process for the files of its cases: under TMPDIR, which the parent removes.</summary>
    public static string Scratch() => Directory.CreateTempSubdirectory("case-").FullName;
}
