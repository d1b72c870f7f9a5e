using HsiEdge.Core.Record;
using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>
/// The waiting messages in the store. What takes a database runs on the store's thread, inside the transaction of the work it belongs to.
/// </summary>
/// <param name="destination">Whose messages: each destination has a collection of its own.</param>
internal sealed class OutboxTable(MessageDestination destination = MessageDestination.Topics)
{
    private readonly string _collection = destination == MessageDestination.Topics ? ResultDocuments.Outbox : ResultDocuments.SparkplugOutbox;
    private readonly Lock _gate = new();
    private TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _pending;
    private long _nextNumber;

    /// <summary>Number of messages waiting.</summary>
    public long PendingCount => Interlocked.Read(ref _pending);

    /// <summary>Number of the message stored last.</summary>
    public long LastNumber => Interlocked.Read(ref _nextNumber) - 1;

    /// <summary>Waiting messages, highest priority first, oldest first within a priority.</summary>
    public IReadOnlyList<OutboxMessage> Peek(LiteDatabase database, int limit) =>
        [.. database.GetCollection(_collection).Query().OrderBy("k").Limit(limit).ToList().Select(d => OutboxDocuments.ToMessage(d, destination))];

    /// <summary>Completes when messages are waiting; returns at once when some already are.</summary>
    public Task WaitForMessagesAsync(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            return PendingCount > 0 ? Task.CompletedTask : _waiting.Task.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Adds messages. Of a retained low-priority topic only the latest matters: a waiting older one is replaced, so that an outage does not pile up pictures.</summary>
    /// <returns>How many were given.</returns>
    public int Add(LiteDatabase database, IReadOnlyList<OutboxMessage> messages)
    {
        var outbox = database.GetCollection(_collection);
        var removed = 0;
        foreach (var message in messages)
        {
            if (message is { Retain: true, Priority: MessagePriority.Low })
            {
                var key = OutboxDocuments.OrderKey(MessagePriority.Low, 0);
                var older = outbox.Query().Where("k >= @0", new BsonValue(key)).ToList().Where(d => d["o"].AsString == message.Topic).ToList();
                removed += older.Count(d => outbox.Delete(d["_id"]));
            }

            removed += outbox.Upsert(OutboxDocuments.OfMessage(message, _nextNumber++)) ? 0 : 1;
        }

        Announce(messages.Count - removed);
        return messages.Count;
    }

    /// <summary>Removes messages.</summary>
    /// <returns>How many were there.</returns>
    public int Remove(LiteDatabase database, IReadOnlyCollection<string> messageIds)
    {
        var removed = messageIds.Count(id => database.GetCollection(_collection).Delete(id));
        Announce(-removed);
        return removed;
    }

    /// <summary>Counts anew what waits: after each opening of the database.</summary>
    public void Recount(LiteDatabase database)
    {
        var outbox = database.GetCollection(_collection);
        Interlocked.Exchange(ref _pending, outbox.LongCount());
        // Never back: a number given once in this process is not given again, also when its transaction failed.
        Interlocked.Exchange(ref _nextNumber, Math.Max(_nextNumber, 1 + Enum.GetValues<MessagePriority>().Max(priority => LargestNumber(outbox, priority))));
        Announce(0);
    }

    private static long LargestNumber(ILiteCollection<BsonDocument> outbox, MessagePriority priority)
    {
        var last = outbox.Query()
            .Where("k < @0", new BsonValue(OutboxDocuments.OrderKey(priority - 1, 0)))
            .OrderByDescending("k").Limit(1).ToList();
        return last.Count == 0 ? 0 : OutboxDocuments.NumberOf(last[0]);
    }

    // On the store's thread, before the commit: a read that it wakes queues behind the transaction, and a failed one leads to a recount.
    private void Announce(long change)
    {
        lock (_gate)
        {
            if (Interlocked.Add(ref _pending, change) > 0)
            {
                _waiting.TrySetResult();
            }
            else if (_waiting.Task.IsCompleted)
            {
                _waiting = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }
    }
}
