using HsiEdge.Core.Record;
using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// The waiting messages in the store. What takes a database runs on the store's thread, inside the transaction of the work it belongs to. Above the
/// caps the oldest of the lowest priority go first, alerts last; what they told of stays in the store (docs/decisions/0018-outbox.md).
/// </summary>
internal sealed class OutboxTable
{
    private const int DroppedAtOnce = 256;
    private const long LargestPageBytes = 4 * 1024 * 1024;

    private readonly MessageDestination _destination;
    private readonly string _collection;
    private readonly long _maximumBytes;
    private readonly long _maximumAgeSeconds;
    private readonly AgeClock _age;
    private readonly TimeProvider _time;
    private readonly string _run = Guid.NewGuid().ToString("N");
    private readonly Lock _gate = new();
    private readonly List<(long After, TaskCompletionSource Done)> _waiting = [];
    private readonly HashSet<string> _damaged = new(StringComparer.Ordinal);
    private long _pending;
    private long _bytes;
    private long _lastNumber;
    private OutboxDrops _drops = OutboxDrops.None;

    /// <summary>Makes the table.</summary>
    /// <param name="options">The caps.</param>
    /// <param name="age">By what messages grow old.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="destination">Whose messages: each destination has a collection of its own, and the caps hold for each.</param>
    public OutboxTable(StoreOptions options, AgeClock age, TimeProvider time, MessageDestination destination = MessageDestination.Topics)
    {
        (_age, _time, _destination) = (age, time, destination);
        _collection = destination == MessageDestination.Topics ? ResultDocuments.Outbox : ResultDocuments.SparkplugOutbox;
        _maximumBytes = options.MaximumOutboxMebibytes * 1024L * 1024L;
        _maximumAgeSeconds = options.MaximumOutboxAgeDays * 86_400L;
    }

    /// <summary>Number of messages waiting.</summary>
    public long PendingCount => Interlocked.Read(ref _pending);

    /// <summary>Number of the message stored last.</summary>
    public long LastNumber => Interlocked.Read(ref _lastNumber);

    /// <summary>What they take, in bytes.</summary>
    public long PendingBytes => Interlocked.Read(ref _bytes);

    /// <summary>Messages given up since the program started.</summary>
    public OutboxDrops Drops
    {
        get
        {
            lock (_gate)
            {
                return _drops;
            }
        }
    }

    private long MonotonicMilliseconds => (long)_time.GetElapsedTime(0).TotalMilliseconds;

    /// <summary>All waiting messages up to a limit, highest priority first, oldest first within a priority.</summary>
    public IReadOnlyList<OutboxMessage> Peek(LiteDatabase database, int limit)
    {
        var messages = new List<OutboxMessage>();
        var page = new OutboxPage([], OutboxPosition.Start, Last: false);
        while (!page.Last && messages.Count < limit)
        {
            page = Read(database, page.Next, limit - messages.Count, MessagePriority.Low);
            messages.AddRange(page.Messages.Select(m => m.Message));
        }

        return messages;
    }

    /// <summary>Reads on from a position. A message that cannot be read is passed over and counted; it holds up no other.</summary>
    public OutboxPage Read(LiteDatabase database, OutboxPosition after, int limit, MessagePriority atLeast)
    {
        var messages = new List<WaitingMessage>();
        var next = after with { Seen = _lastNumber };
        var (left, bytes) = (limit, 0L);
        for (var priority = MessagePriority.High; priority >= atLeast; priority--)
        {
            foreach (var document in From(database, priority, after.Of(priority)).Limit(left).ToEnumerable())
            {
                // One that cannot be read counts as well: else the page would look like the last one.
                left--;
                if (TryRead(document) is { } waiting)
                {
                    messages.Add(waiting);
                }

                next = next.After(priority, OutboxDocuments.NumberOf(document));
                bytes += OutboxDocuments.SizeOf(document);
                if (left == 0 || bytes > LargestPageBytes)
                {
                    return new OutboxPage(messages, next, Last: false);
                }
            }
        }

        return new OutboxPage(messages, next, Last: true);
    }

    /// <summary>Completes when messages were added that a read at this position had not seen.</summary>
    public async Task WaitForMessagesAsync(OutboxPosition after, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            if (_lastNumber > after.Seen)
            {
                return;
            }

            _waiting.Add((after.Seen, done));
        }

        try
        {
            await done.Task.WaitAsync(cancellationToken);
        }
        finally
        {
            lock (_gate)
            {
                _waiting.RemoveAll(w => w.Done == done);
            }
        }
    }

    /// <summary>Adds messages. Of a retained low-priority topic only the latest matters: a waiting older one is replaced, so that an outage does not pile up pictures.</summary>
    /// <returns>What had to go; <see cref="Count"/> it once the transaction is on the disk.</returns>
    public OutboxDrops Add(LiteDatabase database, IReadOnlyList<OutboxMessage> messages)
    {
        if (messages.Count == 0)
        {
            return OutboxDrops.None;
        }

        var outbox = Table(database);
        var superseded = 0;
        foreach (var message in messages)
        {
            if (message is { Retain: true, Priority: MessagePriority.Low })
            {
                var older = From(database, MessagePriority.Low, 0).ToList().Where(d => d["o"].AsString == message.Topic).ToList();
                superseded += older.Count(d => Delete(outbox, d));
            }

            var document = OutboxDocuments.OfMessage(message, _lastNumber + 1, _run, MonotonicMilliseconds, _age.Seconds);
            if (outbox.FindById(message.Id) is { } known)
            {
                Delete(outbox, known);
            }

            outbox.Insert(document);
            Change(1, OutboxDocuments.SizeOf(document));
            _lastNumber++;
        }

        var aged = DropAged(database);
        var drops = new OutboxDrops(DropBeyondSize(database), aged, superseded);
        SaveTotals(database);
        Announce();
        return drops;
    }

    /// <summary>Counts what a transaction gave up.</summary>
    public void Count(OutboxDrops drops)
    {
        lock (_gate)
        {
            _drops = new OutboxDrops(_drops.Size + drops.Size, _drops.Age + drops.Age, _drops.Superseded + drops.Superseded, _drops.Damaged + drops.Damaged);
        }
    }

    /// <summary>Removes messages.</summary>
    /// <returns>How many were there.</returns>
    public int Remove(LiteDatabase database, IReadOnlyCollection<string> messageIds)
    {
        var outbox = Table(database);
        var removed = messageIds.Count(id => outbox.FindById(id) is { } document && Delete(outbox, document));
        SaveTotals(database);
        return removed;
    }

    /// <summary>Takes up what waits: after each opening of the database. A failed transaction is taken back so, too.</summary>
    public void Load(LiteDatabase database)
    {
        var count = Table(database).LongCount();
        if (database.GetCollection(StoreSchema.Meta).FindById(_collection) is { } totals && totals["n"].AsInt64 == count)
        {
            Interlocked.Exchange(ref _bytes, totals["b"].AsInt64);
        }
        else
        {
            // A program that knew no totals has been here.
            Interlocked.Exchange(ref _bytes, Table(database).FindAll().Sum(OutboxDocuments.SizeOf));
        }

        Interlocked.Exchange(ref _pending, count);

        // Never back within a run: readers remember numbers.
        _lastNumber = Math.Max(_lastNumber, Enum.GetValues<MessagePriority>().Max(priority => LargestNumber(database, priority)));
        Announce();
    }

    private ILiteCollection<BsonDocument> Table(LiteDatabase database) => database.GetCollection(_collection);

    private ILiteQueryable<BsonDocument> From(LiteDatabase database, MessagePriority priority, long after) => Table(database).Query()
        .Where("k BETWEEN @0 AND @1", new BsonValue(OutboxDocuments.OrderKey(priority, after + 1)), new BsonValue(OutboxDocuments.OrderKey(priority - 1, 0) - 1))
        .OrderBy("k");

    private long LargestNumber(LiteDatabase database, MessagePriority priority)
    {
        var last = Table(database).Query()
            .Where("k < @0", new BsonValue(OutboxDocuments.OrderKey(priority - 1, 0)))
            .OrderByDescending("k").Limit(1).ToList();
        return last.Count == 0 ? 0 : OutboxDocuments.NumberOf(last[0]);
    }

    private WaitingMessage? TryRead(BsonDocument document)
    {
        try
        {
            return DamagedDocument.Guard("message", document, () => ToWaiting(document));
        }
        catch (StoreFaultException)
        {
            if (_damaged.Add(document["_id"].ToString()))
            {
                Count(OutboxDrops.None with { Damaged = 1 });
            }

            return null;
        }
    }

    private WaitingMessage ToWaiting(BsonDocument document)
    {
        var thisRun = document["e"].IsString && document["e"].AsString == _run;
        var milliseconds = thisRun ? Math.Max(0, MonotonicMilliseconds - document["m"].AsInt64) : AgeSecondsOf(document) * 1000;
        var born = _time.GetTimestamp() - (long)(milliseconds / 1000.0 * _time.TimestampFrequency);
        return new WaitingMessage(OutboxDocuments.ToMessage(document, _destination), born, EarlierRun: !thisRun);
    }

    // A message of a program that counted no age: as old as the wall clock says.
    private long AgeSecondsOf(BsonDocument document) => document["a"].IsInt64
        ? Math.Max(0, _age.Seconds - document["a"].AsInt64)
        : Math.Max(0, (_time.GetUtcNow().ToUnixTimeMilliseconds() - document["t"].AsInt64) / 1000);

    private int DropAged(LiteDatabase database)
    {
        if (_maximumAgeSeconds == 0)
        {
            return 0;
        }

        var dropped = 0;
        for (var priority = MessagePriority.Low; priority <= MessagePriority.High; priority++)
        {
            if (From(database, priority, 0).Limit(1).ToList().Any(IsAged))
            {
                dropped += From(database, priority, 0).Limit(DroppedAtOnce).ToList().TakeWhile(IsAged).Count(d => Delete(Table(database), d));
            }
        }

        return dropped;
    }

    private bool IsAged(BsonDocument document) => document["a"].IsInt64 && AgeSecondsOf(document) > _maximumAgeSeconds;

    // At most so many a transaction; the rest goes with the next messages.
    private int DropBeyondSize(LiteDatabase database)
    {
        var dropped = 0;
        var priority = MessagePriority.Low;
        while (PendingBytes > _maximumBytes && dropped < DroppedAtOnce && priority <= MessagePriority.High)
        {
            var oldest = From(database, priority, 0).Limit(8).ToList();
            dropped += oldest.TakeWhile(_ => PendingBytes > _maximumBytes).Count(d => Delete(Table(database), d));
            priority += oldest.Count == 0 ? 1 : 0;
        }

        return dropped;
    }

    private bool Delete(ILiteCollection<BsonDocument> outbox, BsonDocument document)
    {
        if (!outbox.Delete(document["_id"]))
        {
            return false;
        }

        Change(-1, -OutboxDocuments.SizeOf(document));
        return true;
    }

    private void Change(long messages, long bytes)
    {
        Interlocked.Add(ref _pending, messages);
        Interlocked.Add(ref _bytes, bytes);
    }

    private void SaveTotals(LiteDatabase database) => StoreSchema.SetMeta(
        database, _collection, document =>
        {
            document["n"] = PendingCount;
            document["b"] = PendingBytes;
        });

    // On the store's thread, before the commit: a read that it wakes queues behind the transaction and finds nothing new should that have failed.
    private void Announce()
    {
        lock (_gate)
        {
            foreach (var (after, done) in _waiting)
            {
                if (_lastNumber > after)
                {
                    done.TrySetResult();
                }
            }
        }
    }
}
