namespace HsiEdge.Testing;

/// <summary>Finds the recorded data that lies beside the repository (<c>../shared/data</c>).</summary>
public static class SharedData
{
    /// <summary>Root of the repository: the folder of HsiEdge.sln.</summary>
    public static string RepositoryRoot { get; } = FindRoot();

    /// <summary>Absolute path below the data folder.</summary>
    /// <param name="parts">Folders and file below <c>../shared/data</c>.</param>
    /// <exception cref="DirectoryNotFoundException">The data folder is not beside the repository: the test fails, it is not skipped.</exception>
    public static string Path(params string[] parts)
    {
        var root = System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot, "..", "shared", "data"));
        if (!Directory.Exists(root))
        {
            throw new DirectoryNotFoundException($"The recorded data is expected in {root}.");
        }

        return System.IO.Path.Combine([root, .. parts]);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(folder.FullName, "HsiEdge.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No HsiEdge.sln above {AppContext.BaseDirectory}.");
    }
}
