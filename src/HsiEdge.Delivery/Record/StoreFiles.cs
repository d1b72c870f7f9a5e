using HsiEdge.Core.Record;
using LiteDB.Engine;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Makes, replaces and opens the store's files: data (<see cref="DataStream"/>), its checksums (<see cref="PageSums"/>) and log
/// (<see cref="LogStream"/>). Each step is durable before the next that relies on it.
/// </summary>
internal static class StoreFiles
{
    private const string NewSuffix = ".new";

    /// <summary>Makes the store's folder, durably.</summary>
    public static void MakeFolder(StorePaths paths, IBlockDisk disk)
    {
        var folder = paths.Folder;
        var made = new Stack<string>();
        while (Path.GetDirectoryName(folder) is { } parent && !Directory.Exists(folder))
        {
            made.Push(parent);
            folder = parent;
        }

        disk.MakeFolder(paths.Folder);
        foreach (var parent in made)
        {
            disk.SyncFolder(parent);
        }
    }

    /// <summary>Makes the files that a new store needs, finishes what a power cut interrupted, and mends what can be mended.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="disk">Where they are.</param>
    /// <param name="damage">Takes each damage: file and what was found.</param>
    /// <exception cref="StoreFaultException">The data file is gone although there was one.</exception>
    public static void Prepare(StorePaths paths, IBlockDisk disk, Action<string, string> damage)
    {
        if (disk.Exists(paths.Replacing))
        {
            FinishReplacing(paths, disk);
        }

        if (!disk.Exists(paths.Data))
        {
            RequireNoRemains(paths, disk);
            using (var log = disk.Open(paths.Log))
            {
                LogStream.Create(log);
            }

            Build(paths, disk, static _ => { });
            Swap(paths, disk);
        }

        FinishSwap(paths, disk);
        if (!disk.Exists(paths.Log))
        {
            using (var log = disk.Open(paths.Log))
            {
                LogStream.Create(log);
            }

            disk.SyncFolder(paths.Folder);
            damage(paths.Log, "it was missing; what had not yet been copied into the data file is lost");
        }
    }

    /// <summary>Writes a new data file with its checksums beside the store's, complete and synced; <see cref="Swap"/> puts them in their place.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="disk">Where they are.</param>
    /// <param name="fill">Puts documents into the new data file; checkpoints now and then when there are many.</param>
    public static void Build(StorePaths paths, IBlockDisk disk, Action<LiteEngine> fill)
    {
        using var data = disk.Open(paths.Data + NewSuffix);
        using var sumFile = disk.Open(paths.Sums + NewSuffix);
        data.SetLength(0);
        var stream = new DataStream(data, paths.Data + NewSuffix, PageSums.Fresh(sumFile), log: null) { IsCheckpoint = true };
        using (var engine = new LiteEngine(new EngineSettings { DataStream = stream, LogStream = new MemoryStream() }))
        {
            // Checkpoints are the store's to time (readers), and dates stay UTC.
            engine.Pragma("CHECKPOINT", 0);
            engine.Pragma("UTC_DATE", value: true);
            fill(engine);
            engine.Checkpoint();
        }

        stream.Flush();
        FileOwner.FollowFolder(paths.Data + NewSuffix);
        FileOwner.FollowFolder(paths.Sums + NewSuffix);
    }

    /// <summary>Puts what <see cref="Build"/> wrote in the place of the store's data file. The log has to be empty; a power cut leaves the old or the new.</summary>
    public static void Swap(StorePaths paths, IBlockDisk disk)
    {
        disk.SyncFolder(paths.Folder);
        disk.Move(paths.Data + NewSuffix, paths.Data);
        disk.SyncFolder(paths.Folder);
        disk.Move(paths.Sums + NewSuffix, paths.Sums);
        disk.SyncFolder(paths.Folder);
    }

    /// <summary>
    /// Puts what <see cref="Build"/> wrote in the place of the store's data file and of all that its log holds. A power cut leaves the old store or
    /// the new one: once the file <see cref="StorePaths.Replacing"/> is there, the next opening goes on where this was cut short.
    /// </summary>
    public static void Replace(StorePaths paths, IBlockDisk disk)
    {
        disk.SyncFolder(paths.Folder);
        using (var marker = disk.Open(paths.Replacing))
        {
            marker.FlushToDisk();
        }

        disk.SyncFolder(paths.Folder);
        FinishReplacing(paths, disk);
    }

    /// <summary>Opens the checksums, or takes them from the data where there are none.</summary>
    /// <param name="paths">The files.</param>
    /// <param name="disk">Where they are.</param>
    /// <param name="data">The data file.</param>
    /// <param name="log">The log: its version, and the pages that a checkpoint cut short may have left half.</param>
    /// <param name="damage">Takes each damage: file and what was found.</param>
    public static (PageSums Sums, IBlockFile File) OpenSums(StorePaths paths, IBlockDisk disk, IBlockFile data, LogStream log, Action<string, string> damage)
    {
        var isFirstVersion = log.Version == 1;

        // A version without checksums may have written since: whatever they say is no longer known to be so.
        if (isFirstVersion || !disk.Exists(paths.Sums))
        {
            using (var fresh = disk.Open(paths.Sums + NewSuffix))
            {
                var taken = PageSums.Fresh(fresh);
                taken.TakeFrom(data);
                taken.Flush();
            }

            disk.Move(paths.Sums + NewSuffix, paths.Sums);
            disk.SyncFolder(paths.Folder);
            if (!isFirstVersion)
            {
                damage(paths.Sums, "it was missing and was made anew from the data file as it is");
            }
        }

        var file = disk.Open(paths.Sums);
        try
        {
            var sums = PageSums.Load(file);
            if (sums.DamagedBlocks.Count > 0)
            {
                var blocks = sums.DamagedBlocks.Where(b => !IsExplained(b, sums, log)).ToList();
                sums.TakeFrom(data);
                sums.Flush();
                if (blocks.Count > 0)
                {
                    damage(paths.Sums, $"block {string.Join(", ", blocks)} was damaged and was made anew from the data file as it is");
                }
            }

            return (sums, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Leaves the files as the first version knows them: no checksums, and its own kind of log. The log has to be empty.</summary>
    public static void GoBackToFirstVersion(StorePaths paths, IBlockDisk disk)
    {
        using (var log = disk.Open(paths.Log))
        {
            LogStream.CreateFirstVersion(log);
        }

        disk.Delete(paths.Sums);
        disk.SyncFolder(paths.Folder);
    }

    /// <summary>Copies a damaged file to a name of its own, durably, so that what follows destroys no evidence.</summary>
    /// <returns>The copy's path.</returns>
    public static string SetAside(string path, IBlockDisk disk, IBlockFile file)
    {
        var aside = path + ".damaged";
        for (var i = 2; disk.Exists(aside); i++)
        {
            aside = $"{path}.damaged-{i}";
        }

        using (var copy = disk.Open(aside))
        {
            var buffer = new byte[1 << 20];
            for (long offset = 0; offset < file.Length;)
            {
                var read = file.Read(buffer, offset);
                copy.Write(buffer.AsSpan(0, read), offset);
                offset += read;
            }

            copy.FlushToDisk();
        }

        disk.SyncFolder(Path.GetDirectoryName(path)!);
        return aside;
    }

    // A block is a sector and never torn; but one that a checkpoint cut short was about to add may be missing. The log has all of its pages.
    private static bool IsExplained(long block, PageSums sums, LogStream log)
    {
        var (first, end) = sums.PagesOf(block);
        for (var page = first; page < end; page++)
        {
            if (!log.Covers((uint)page))
            {
                return false;
            }
        }

        return block > 0;
    }

    // Before the first data file there can be a log, but nothing in it; and never checksums under their final name.
    private static void RequireNoRemains(StorePaths paths, IBlockDisk disk)
    {
        var remains = disk.Exists(paths.Sums) ? paths.Sums : null;
        if (remains is null && disk.Exists(paths.Log))
        {
            using var log = disk.Open(paths.Log);
            remains = log.Length > LogFormat.HeadBytes ? paths.Log : null;
        }

        if (remains is not null)
        {
            throw new StoreFaultException(
                $"{paths.Data} is missing, although {remains} says that there was one. Put the file back from a backup together with {remains}; " +
                $"or move all of {paths.Folder}/results.* away to begin an empty store.");
        }
    }

    private static void FinishReplacing(StorePaths paths, IBlockDisk disk)
    {
        // The log first: over the new data file the old one would bring back old pages.
        using (var log = disk.Open(paths.Log))
        {
            LogStream.Create(log);
        }

        if (disk.Exists(paths.Data + NewSuffix))
        {
            disk.Move(paths.Data + NewSuffix, paths.Data);
            disk.SyncFolder(paths.Folder);
        }

        if (disk.Exists(paths.Sums + NewSuffix))
        {
            disk.Move(paths.Sums + NewSuffix, paths.Sums);
            disk.SyncFolder(paths.Folder);
        }

        disk.Delete(paths.Replacing);
        disk.SyncFolder(paths.Folder);
    }

    private static void FinishSwap(StorePaths paths, IBlockDisk disk)
    {
        if (!disk.Exists(paths.Sums + NewSuffix) && !disk.Exists(paths.Data + NewSuffix))
        {
            return;
        }

        if (disk.Exists(paths.Sums + NewSuffix) && Belongs(paths, disk))
        {
            disk.Move(paths.Sums + NewSuffix, paths.Sums);
        }

        disk.Delete(paths.Sums + NewSuffix);
        disk.Delete(paths.Data + NewSuffix);
        disk.SyncFolder(paths.Folder);
    }

    private static bool Belongs(StorePaths paths, IBlockDisk disk)
    {
        using var data = disk.Open(paths.Data);
        using var sums = disk.Open(paths.Sums + NewSuffix);
        var page = new byte[PageStream.PageBytes];
        var loaded = PageSums.Load(sums);
        return loaded.DamagedBlocks.Count == 0 && loaded.Pages > 0 && data.Read(page, 0) == page.Length && LitePage.Created(page) == loaded.Created;
    }
}
