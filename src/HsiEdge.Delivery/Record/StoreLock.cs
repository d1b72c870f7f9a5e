using HsiEdge.Core;

namespace HsiEdge.Delivery.Record;

/// <summary>The right to write a store: one process has it at a time, and the kernel takes it back when that process ends.</summary>
internal static class StoreLock
{
    /// <summary>Makes the folder when it is absent and takes the lock.</summary>
    /// <exception cref="BadInputException">The folder cannot be used, or another process has the lock.</exception>
    public static FileStream Take(StorePaths paths, IBlockDisk disk)
    {
        try
        {
            StoreFiles.MakeFolder(paths, disk);
            FileLock.TryTakeExclusive(paths.SnapshotLock)?.Dispose();
            var held = FileLock.TryTakeExclusive(paths.WriterLock) ?? throw new BadInputException(
                $"Store:DataFolder {paths.Folder} is in use by another hsiedge process, which holds {paths.WriterLock}. " +
                "Stop that process, or give this one a folder of its own.");
            SnapshotEpoch.Settle(paths);
            return held;
        }
        catch (Exception exception) when (exception is UnauthorizedAccessException or IOException)
        {
            throw new BadInputException(
                $"Store:DataFolder {paths.Folder} cannot be written: {exception.Message} " +
                "Expected a folder that this user may write; mend its owner or mode, or set Store:DataFolder to another.", exception);
        }
    }
}
