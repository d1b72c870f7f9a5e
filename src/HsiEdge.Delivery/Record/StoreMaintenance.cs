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
    }
}
