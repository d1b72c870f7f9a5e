using HsiEdge.Core.Record;
using LiteDB;

namespace HsiEdge.Delivery.Record;

/// <summary>Waiting messages as LiteDB documents.</summary>
internal static class OutboxDocuments
{
    /// <summary>Makes a waiting message's document.</summary>
    /// <param name="message">The message.</param>
    /// <param name="number">Grows with each message of this store.</param>
    public static BsonDocument OfMessage(OutboxMessage message, long number) => new()
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
    };

    /// <summary>Reads a waiting message.</summary>
    public static OutboxMessage ToMessage(BsonDocument document, MessageDestination destination) => new()
    {
        Id = document["_id"].AsString,
        Topic = document["o"].AsString,
        Payload = document["d"].AsBinary,
        ContentType = document["y"].AsString,
        Retain = document["r"].AsBoolean,
        Priority = (MessagePriority)document["p"].AsInt32,
        Destination = destination,
        Number = NumberOf(document),
        CreatedUtc = DateTimeOffset.FromUnixTimeMilliseconds(document["t"].AsInt64),
        UserProperties = document["u"].AsDocument.ToDictionary(p => p.Key, p => p.Value.AsString, StringComparer.Ordinal),
    };

    /// <summary>Ascending order = highest priority first, oldest first within a priority.</summary>
    public static long OrderKey(MessagePriority priority, long number) => ((long)(MessagePriority.High - priority) << 56) | number;

    /// <summary>Number of a message within its priority.</summary>
    public static long NumberOf(BsonDocument document) => document["k"].AsInt64 & 0x00FF_FFFF_FFFF_FFFF;
}
