using HsiEdge.Core;
using HsiEdge.Core.Record;
using LiteDB;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Record;

/// <summary>Work on a store whose service is stopped.</summary>
public static class StoreMaintenance
{
    /// <summary>The oldest schema version that can be gone back to.</summary>
    public const int OldestVersion = StoreSchema.Oldest;

    /// <summary>The schema version that this program writes.</summary>
    public const int CurrentVersion = StoreSchema.Current;

    /// <summary>Brings a store to a schema version, all of it or nothing.</summary>
    /// <param name="options">The service's options.</param>
    /// <param name="target">The version, <see cref="OldestVersion"/>…<see cref="CurrentVersion"/>.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logger">Log.</param>
    /// <returns>The version before.</returns>
    /// <exception cref="BadInputException">There is no store, it is in use, or only a newer program can do this.</exception>
    /// <exception cref="StoreFaultException">The disk or the database failed; the store is of the version it was.</exception>
    public static int Migrate(StoreOptions options, int target, TimeProvider time, ILogger logger)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(target, OldestVersion);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(target, CurrentVersion);
        return Hold(options, paths =>
        {
            var damage = new DamageList(paths, LocalDisk.Instance, time);
            damage.Load();
            using var session = StoreSession.Open(paths, LocalDisk.Instance, keepLogLength: null, damage.Note);
            if (StoreSchema.VersionOf(session.Database) is int found and > CurrentVersion)
            {
                throw new BadInputException(
                    $"The result store in {paths.Folder} is of schema version {found}, which only a newer program can bring to {target}. Nothing was changed.");
            }

            var before = StoreSchema.Bring(session.Database, target, time, logger);
            session.Transact(static _ => true);
            if (!session.TryCheckpoint())
            {
                throw new IOException($"{paths.SnapshotLock} is held by a reader.");
            }

            if (target == OldestVersion)
            {
                session.Dispose();
                StoreFiles.GoBackToFirstVersion(paths, LocalDisk.Instance);
            }

            return before ?? target;
        });
    }

    /// <summary>Writes the store anew without the pages that are free, and puts the new file in the old one's place: the disk gets them back. A crash leaves the old file or the new one.</summary>
    /// <param name="options">The service's options.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logger">Log.</param>
    /// <param name="progress">Receives the share done, 0…1, or null.</param>
    /// <returns>Bytes of the data file before and after.</returns>
    /// <exception cref="BadInputException">There is no store, it is in use, or the disk has no room for the copy.</exception>
    /// <exception cref="StoreFaultException">The disk or the database failed; the store is as it was.</exception>
    public static (long Before, long After) Compact(StoreOptions options, TimeProvider time, ILogger logger, IProgress<double>? progress) =>
        Compact(options, LocalDisk.Instance, time, logger, progress);

    /// <summary>As the other, on a disk of the caller's.</summary>
    internal static (long Before, long After) Compact(StoreOptions options, IBlockDisk disk, TimeProvider time, ILogger logger, IProgress<double>? progress) =>
        Hold(options, paths =>
        {
            var damage = new DamageList(paths, disk, time);
            damage.Load();
            long before;
            using (var session = StoreSession.Open(paths, disk, keepLogLength: null, damage.Note))
            {
                if (StoreSchema.VersionOf(session.Database) < CurrentVersion)
                {
                    StoreSchema.Bring(session.Database, CurrentVersion, time, logger);
                }

                session.Transact(static _ => true);
                if (!session.TryCheckpoint())
                {
                    throw new IOException($"{paths.SnapshotLock} is held by a reader.");
                }

                before = session.DataLength;
                RequireRoom(paths, StoreBook.Sum(session.Database).Usage);
                StoreFiles.Build(paths, disk, engine => StoreCopy.Copy(session.Database, engine, progress));
            }

            // A reader that opened between the two renames would find checksums of the other file.
            using var held = FileLock.TryTakeExclusive(paths.SnapshotLock) ?? throw new IOException($"{paths.SnapshotLock} is held by a reader.");
            StoreFiles.Swap(paths, disk);
            var after = new FileInfo(paths.Data).Length;
            StoreLog.Compacted(logger, paths.Data, before, after);
            return (before, after);
        });

    private static void RequireRoom(StorePaths paths, StoreUsage usage)
    {
        var needed = RoomPlan.InData(usage) + (16L << 20);
        var free = new DriveInfo(paths.Folder).AvailableFreeSpace;
        if (free < needed)
        {
            throw new BadInputException(
                $"The disk of {paths.Folder} has {free >> 20} MiB free; a compaction needs about {needed >> 20} for the copy. Nothing was changed. Free some (raw cubes, other programs' files), or leave it: results use the free pages again.");
        }
    }

    /// <summary>Makes a new store of what is whole in a damaged one; the files as they were are set aside, and the list of damage is begun anew.</summary>
    /// <param name="options">The service's options.</param>
    /// <exception cref="BadInputException">There is no store, or it is in use.</exception>
    /// <exception cref="StoreFaultException">The disk failed; the store is as it was.</exception>
    public static RepairReport Repair(StoreOptions options) => Hold(options, paths =>
    {
        using var held = FileLock.TryTakeExclusive(paths.SnapshotLock) ?? throw new BadInputException($"{paths.SnapshotLock} is held by a reader. Try again when it is done.");
        StoreFiles.Prepare(paths, LocalDisk.Instance, static (_, _) => { });
        OpenFiles.Open(paths, LocalDisk.Instance, keepLogLength: null, static (_, _) => { }).Dispose();
        var report = StoreRepair.Run(paths, LocalDisk.Instance);
        LocalDisk.Instance.Delete(paths.Damage);
        LocalDisk.Instance.SyncFolder(paths.Folder);
        return report;
    });

    private static T Hold<T>(StoreOptions options, Func<StorePaths, T> work)
    {
        var paths = StorePaths.Of(options);
        if (!File.Exists(paths.Data))
        {
            throw new BadInputException(
                $"Store:DataFolder {paths.Folder} holds no result store ({Path.GetFileName(paths.Data)} is missing). Set Store:DataFolder to the folder that the service uses.");
        }

        using var held = StoreLock.Take(paths, LocalDisk.Instance);
        try
        {
            return work(paths);
        }
        catch (Exception exception) when (exception is IOException or LiteException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new StoreFaultException($"The result store in {paths.Folder} failed: {exception.Message} It is as it was; free or replace the disk and try again.", exception);
        }
        finally
        {
            foreach (var path in new[] { paths.Data, paths.Sums, paths.Log, paths.Damage, paths.WriterLock, paths.SnapshotLock })
            {
                FileOwner.FollowFolder(path);
            }
        }
    }
}
