namespace HsiEdge.Core.Record;

/// <summary>A message that waits in the store until the broker has it. Payload is final: what is stored is what is sent.</summary>
public sealed record OutboxMessage
{
    /// <summary>ULID; consumers drop duplicates by it (user property <c>id</c>).</summary>
    public required string Id { get; init; }

    /// <summary>Topic below <c>hsiedge/v1/&lt;site&gt;/&lt;cart&gt;/</c>, such as <c>result</c>.</summary>
    public required string Topic { get; init; }

    /// <summary>Bytes to send; empty clears a retained topic.</summary>
    public required byte[] Payload { get; init; }

    /// <summary>MIME type.</summary>
    public required string ContentType { get; init; }

    /// <summary>Whether the broker keeps it.</summary>
    public required bool Retain { get; init; }

    /// <summary>Higher goes first: alerts before the rest.</summary>
    public required MessagePriority Priority { get; init; }

    /// <summary>When it was made.</summary>
    public required DateTimeOffset CreatedUtc { get; init; }

    /// <summary>Which link sends it.</summary>
    public MessageDestination Destination { get; init; }

    /// <summary>Place in the order in which its destination's messages were stored; 0 before it is stored.</summary>
    public long Number { get; init; }

    /// <summary>MQTT 5 user properties.</summary>
    public IReadOnlyDictionary<string, string> UserProperties { get; init; } = new Dictionary<string, string>();
}

/// <summary>Order in which waiting messages are sent.</summary>
public enum MessagePriority
{
    /// <summary>Overlays: only the latest matters.</summary>
    Low = 0,

    /// <summary>Results and ledgers.</summary>
    Normal = 1,

    /// <summary>Alerts.</summary>
    High = 2,
}
