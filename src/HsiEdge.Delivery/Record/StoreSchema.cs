using HsiEdge.Core.Record;
using LiteDB;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// Which form the store's documents have. A store of an older version is migrated when it is opened, in one transaction: it lies in the log until it is
/// complete, and the data file stays as it was, so a crash in the middle leaves the old version. A store of the next version is used as it is, its
/// additions left alone; one from further ahead is refused.
/// </summary>
internal static class StoreSchema
{
    /// <summary>The version that this program writes.</summary>
    public const int Current = 2;

    /// <summary>The oldest version that it reads: nothing said its version then.</summary>
    public const int Oldest = 1;

    /// <summary>Documents about the store itself.</summary>
    public const string Meta = "meta";

    private const string Key = "schema";

    private static readonly IReadOnlyList<IStoreMigration> Migrations = [new MigrationToShelf()];

    /// <summary>The store's version; null when there is nothing in it yet.</summary>
    public static int? VersionOf(LiteDatabase database) =>
        database.GetCollection(Meta).FindById(Key) is { } document ? document["v"].AsInt32
            : database.GetCollectionNames().Any() ? Oldest : null;

    /// <summary>Reads the version and refuses what this program cannot use; nothing is written.</summary>
    /// <exception cref="StoreFaultException">It is from further ahead than one version.</exception>
    public static int? RequireKnown(LiteDatabase database, string folder)
    {
        var version = VersionOf(database);
        return version is > Current + 1 or < Oldest
            ? throw new StoreFaultException(
                $"The result store in {folder} is of schema version {version}; this program writes {Current} and can also use {Current + 1}. Nothing was changed. " +
                $"Install the program that wrote it, or have that program go back: hsiedge store migrate --to {Current + 1}.")
            : version;
    }

    /// <summary>Brings the store to a version, in one transaction.</summary>
    /// <returns>The version before; null when there was nothing in it.</returns>
    public static int? Bring(LiteDatabase database, int target, TimeProvider time, ILogger logger)
    {
        var found = VersionOf(database);
        if (found is { } version && (version == target || (version > Current && target == Current)))
        {
            return found;
        }

        database.BeginTrans();
        try
        {
            foreach (var step in Migrations.Where(m => m.To > (found ?? target) && m.To <= target).OrderBy(m => m.To))
            {
                step.Up(database, time);
            }

            foreach (var step in Migrations.Where(m => m.To <= (found ?? target) && m.To > target).OrderByDescending(m => m.To))
            {
                step.Down(database);
            }

            Stamp(database, target);
            database.Commit();
        }
        catch
        {
            database.Rollback();
            throw;
        }

        if (found is not null)
        {
            StoreLog.Migrated(logger, found.Value, target);
        }

        return found;
    }

    /// <summary>Changes one document of <see cref="Meta"/> and leaves alone what it does not know in it.</summary>
    public static void SetMeta(LiteDatabase database, string key, Action<BsonDocument> change)
    {
        var meta = database.GetCollection(Meta);
        var document = meta.FindById(key) ?? new BsonDocument { ["_id"] = key };
        change(document);
        meta.Upsert(document);
    }

    /// <summary>Writes the version.</summary>
    public static void Stamp(LiteDatabase database, int version)
    {
        if (version == Oldest)
        {
            // As that program left it: it knows of no version.
            database.GetCollection(Meta).DeleteAll();
            return;
        }

        SetMeta(database, Key, document => document["v"] = version);
    }
}

/// <summary>One step between two versions. It runs within a transaction; what it does not know it leaves alone.</summary>
internal interface IStoreMigration
{
    /// <summary>The version it leads to.</summary>
    int To { get; }

    /// <summary>From the version before.</summary>
    void Up(LiteDatabase database, TimeProvider time);

    /// <summary>Back to the version before.</summary>
    void Down(LiteDatabase database);
}
