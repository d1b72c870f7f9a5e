using HsiEdge.Core.Record;
using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>Waiting messages as LiteDB documents.</summary>
internal static class OutboxDocuments
{
    // Names, index entries and page slack of a document beside its payload, measured generously.
    private const int OverheadBytes = 512;

    /// <summary>Makes a waiting message's document.</summary>
    /// <param name="message">The message.</param>
    /// <param name="number">Grows with each message of this store.</param>
    /// <param name="run">Identifies the run of the program: monotonic times compare within one.</param>
    /// <param name="monotonicMilliseconds">Monotonic time of its recording within the run.</param>
    /// <param name="ageSeconds">Counted time (<see cref="AgeClock"/>) of its recording.</param>
    public static BsonDocument OfMessage(OutboxMessage message, long number, string run, long monotonicMilliseconds, long ageSeconds) => new()
    {
        ["_id"] = message.Id,
        ["k"] = OrderKey(message.Priority, number),
        ["o"] = message.Topic,
        ["d"] = message.Payload,
        ["y"] = message.ContentType,
        ["r"] = message.Retain,
        ["p"] = (int)message.Priority,
        ["t"] = message.CreatedUtc.ToUnixTimeMilliseconds(),
        ["u"] = new BsonDocument(message.UserProperties.ToDictionary(p => p.Key, p => new BsonValue(p.Value), StringComparer.Ordinal)),
        ["e"] = run,
        ["m"] = monotonicMilliseconds,
        ["a"] = ageSeconds,
    };

    /// <summary>Reads a waiting message.</summary>
    /// <exception cref="StoreFaultException">It is damaged.</exception>
    public static OutboxMessage ToMessage(BsonDocument document, MessageDestination destination) => DamagedDocument.Guard("message", document, () => new OutboxMessage
    {
        Id = document["_id"].AsString ?? throw new InvalidDataException("its id is no text"),
        Topic = document["o"].AsString ?? throw new InvalidDataException("its topic is no text"),
        Payload = document["d"].AsBinary ?? throw new InvalidDataException("its payload is no bytes"),
        ContentType = document["y"].AsString ?? throw new InvalidDataException("its content type is no text"),
        Retain = document["r"].AsBoolean,
        Priority = PriorityOf(document),
        Destination = destination,
        Number = NumberOf(document),
        CreatedUtc = DateTimeOffset.FromUnixTimeMilliseconds(document["t"].AsInt64),
        UserProperties = document["u"].AsDocument.ToDictionary(p => p.Key, p => p.Value.AsString, StringComparer.Ordinal),
    });

    /// <summary>Ascending order = highest priority first, oldest first within a priority.</summary>
    public static long OrderKey(MessagePriority priority, long number) => ((long)(MessagePriority.High - priority) << 56) | number;

    /// <summary>Number of a message within its priority.</summary>
    public static long NumberOf(BsonDocument document) => document["k"].AsInt64 & 0x00FF_FFFF_FFFF_FFFF;

    /// <summary>A message's priority.</summary>
    public static MessagePriority PriorityOf(BsonDocument document) => (MessagePriority)document["p"].AsInt32;

    /// <summary>What a message takes in the store, in bytes.</summary>
    public static long SizeOf(BsonDocument document) => (document["d"].AsBinary?.Length ?? 0) + OverheadBytes;
}
