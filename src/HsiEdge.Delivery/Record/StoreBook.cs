using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>Keeps the shelf: every result and lost capture with its number, age and size, and their sums. Belongs to the store's thread; the sums may be read from any.</summary>
/// <param name="time">Source of the time.</param>
internal sealed class StoreBook(TimeProvider time)
{
    private StoreUsage _usage = StoreUsage.None;
    private long _nextNumber = 1;

    /// <summary>What lies in the store.</summary>
    public StoreUsage Usage => Volatile.Read(ref _usage);

    /// <summary>Results and lost captures ever taken in.</summary>
    public long Taken => Interlocked.Read(ref _nextNumber) - 1;

    /// <summary>By what things grow old.</summary>
    public AgeClock Age { get; } = new(time);

    /// <summary>Reads the shelf after the store was opened, and adds what a program of the version before has recorded without it.</summary>
    public void Load(LiteDatabase database)
    {
        MigrationToShelf.EnsureIndexes(database);
        Age.Load(database);
        Recount(database);
        if (Usage.Results != database.GetCollection(ResultDocuments.Results).LongCount())
        {
            database.BeginTrans();
            MigrationToShelf.Shelve(database, MigrationToShelf.AgeOrigin(database, time), _nextNumber, Age.Seconds);
            database.Commit();
            Recount(database);
        }
    }

    /// <summary>Enters what the transaction under way adds.</summary>
    public void Add(LiteDatabase database, string id, bool lost, string? caseId, int findings, long resultBytes, long mapBytes)
    {
        var shelf = database.GetCollection(ShelfEntry.Collection);
        var entry = new ShelfEntry(id, lost, Interlocked.Increment(ref _nextNumber) - 1, Age.Seconds, caseId, findings, resultBytes, mapBytes);
        var usage = shelf.FindById(id) is { } known ? Usage.With(ShelfEntry.Of(known), -1) : Usage;
        shelf.Upsert(entry.ToDocument());
        Age.Save(database);
        Volatile.Write(ref _usage, usage.With(entry, 1));
    }

    /// <summary>Notes that an entry's maps are gone.</summary>
    public void DropMaps(LiteDatabase database, string id)
    {
        var shelf = database.GetCollection(ShelfEntry.Collection);
        if (shelf.FindById(id) is { } document)
        {
            var before = ShelfEntry.Of(document);
            document["m"] = 0L;
            shelf.Update(document);
            Volatile.Write(ref _usage, Usage.With(before, -1).With(before with { MapBytes = 0 }, 1));
        }
    }

    /// <summary>Notes that an entry is gone.</summary>
    public void Drop(LiteDatabase database, string id)
    {
        var shelf = database.GetCollection(ShelfEntry.Collection);
        if (shelf.FindById(id) is { } document)
        {
            shelf.Delete(id);
            Volatile.Write(ref _usage, Usage.With(ShelfEntry.Of(document), -1));
        }
    }

    /// <summary>Adds the shelf up.</summary>
    public static (StoreUsage Usage, long LastNumber) Sum(LiteDatabase database)
    {
        var usage = StoreUsage.None;
        var last = 0L;
        foreach (var entry in database.GetCollection(ShelfEntry.Collection).FindAll().Select(ShelfEntry.Of))
        {
            usage = usage.With(entry, 1);
            last = Math.Max(last, entry.Number);
        }

        return (usage, last);
    }

    private void Recount(LiteDatabase database)
    {
        var (usage, last) = Sum(database);
        Volatile.Write(ref _usage, usage);
        Interlocked.Exchange(ref _nextNumber, last + 1);
    }
}
