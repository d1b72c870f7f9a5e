namespace HsiEdge.Delivery.Record;

/// <summary>The files of a store.</summary>
/// <param name="Folder">Absolute path of the data folder.</param>
internal sealed record StorePaths(string Folder)
{
    /// <summary>LiteDB data file.</summary>
    public string Data => Path.Combine(Folder, "results.db");

    /// <summary>Checksums of the data file's pages: <see cref="PageSums"/>.</summary>
    public string Sums => Path.Combine(Folder, "results.sum");

    /// <summary>What was found damaged: <see cref="DamageList"/>.</summary>
    public string Damage => Path.Combine(Folder, "results.damage");

    /// <summary>Stands while a repaired store takes the place of the damaged one: <see cref="StoreFiles.Replace"/>.</summary>
    public string Replacing => Path.Combine(Folder, "results.replacing");

    /// <summary>Framed write-ahead log: <see cref="LogStream"/>.</summary>
    public string Log => Path.Combine(Folder, "results.wal");

    /// <summary>Folder of the raw cubes.</summary>
    public string Raw => Path.Combine(Folder, "raw");

    /// <summary>Held exclusively by the one process that writes.</summary>
    public string WriterLock => Path.Combine(Folder, "results.lock");

    /// <summary>Held shared by readers and exclusively while a checkpoint rewrites the data file.</summary>
    public string SnapshotLock => Path.Combine(Folder, "results.snapshot.lock");

    /// <summary>Path of the options' folder, absolute.</summary>
    public static StorePaths Of(StoreOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (string.IsNullOrWhiteSpace(options.DataFolder))
        {
            throw new Core.BadInputException("Store:DataFolder is empty; expected the path of a folder, such as /var/lib/hsiedge.");
        }

        return new StorePaths(Path.GetFullPath(options.DataFolder));
    }
}

/// <summary>Advisory locks on files (flock): the kernel lets go of them when the process ends, however it ends.</summary>
internal static class FileLock
{
    /// <summary>Takes a lock without waiting; null when another holds it.</summary>
    public static FileStream? TryTakeExclusive(string path) => TryTake(() => new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));

    /// <summary>Takes a shared lock on an existing file without waiting; null when another holds it exclusively.</summary>
    public static FileStream? TryTakeShared(string path) => TryTake(() => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read));

    private static FileStream? TryTake(Func<FileStream> open)
    {
        try
        {
            return open();
        }
        catch (IOException exception) when (exception is not (FileNotFoundException or DirectoryNotFoundException) && IsHeldByAnother(exception))
        {
            return null;
        }
    }

    // EWOULDBLOCK, which .NET reports as a sharing violation with the platform's number.
    private static bool IsHeldByAnother(IOException exception) => exception.HResult is 11 or unchecked((int)0x80070020);
}
