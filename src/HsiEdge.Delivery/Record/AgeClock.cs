using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// The time by which things grow old: seconds counted by the monotonic clock while the box runs. What passes while it is off is taken from the
/// wall clock, at most a week at a time and never backwards, so that a clock that jumps by years lets nothing expire that was not nearly due.
/// </summary>
/// <param name="time">Source of both clocks.</param>
internal sealed class AgeClock(TimeProvider time)
{
    /// <summary>Most that one time switched off counts for.</summary>
    public static readonly TimeSpan LongestGap = TimeSpan.FromDays(7);

    private const string Key = "age";
    private long _atStamp;
    private long? _stamp;

    /// <summary>Counted seconds now.</summary>
    public long Seconds => _atStamp + (_stamp is { } stamp ? (long)time.GetElapsedTime(stamp).TotalSeconds : 0);

    /// <summary>Goes on from what the store knows; without effect when it is already counting.</summary>
    public void Load(LiteDatabase database)
    {
        if (_stamp is not null)
        {
            return;
        }

        if (database.GetCollection(StoreSchema.Meta).FindById(Key) is { } document)
        {
            var off = time.GetUtcNow() - DateTimeOffset.FromUnixTimeMilliseconds(document["w"].AsInt64);
            _atStamp = document["s"].AsInt64 + (long)Math.Clamp(off.TotalSeconds, 0, LongestGap.TotalSeconds);
        }

        _stamp = time.GetTimestamp();
    }

    /// <summary>Makes the count durable with the transaction under way.</summary>
    public void Save(LiteDatabase database) => StoreSchema.SetMeta(
        database, Key, document =>
        {
            document["s"] = Seconds;
            document["w"] = time.GetUtcNow().ToUnixTimeMilliseconds();
        });
}
