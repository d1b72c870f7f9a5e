namespace HsiEdge.Core.Record;

/// <summary>The store's waiting messages, as the publisher sees them.</summary>
public interface IOutbox
{
    /// <summary>Number of messages waiting.</summary>
    long PendingCount { get; }

    /// <summary><see cref="OutboxMessage.Number"/> of the message stored last; 0 when there was none.</summary>
    long LastNumber { get; }

    /// <summary>Waiting messages, highest priority first, oldest first within a priority.</summary>
    /// <param name="limit">At most this many.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<IReadOnlyList<OutboxMessage>> PeekAsync(int limit, CancellationToken cancellationToken);

    /// <summary>What they take, in bytes.</summary>
    long PendingBytes { get; }

    /// <summary>Messages given up since the program started.</summary>
    OutboxDrops Drops { get; }

    /// <summary>Reads waiting messages without removing them.</summary>
    /// <param name="after">Where to go on.</param>
    /// <param name="limit">At most this many; fewer when they are large.</param>
    /// <param name="atLeast">Lowest priority to read.</param>
    /// <param name="cancellationToken">Stops the read.</param>
    Task<OutboxPage> ReadAsync(OutboxPosition after, int limit, MessagePriority atLeast, CancellationToken cancellationToken);

    /// <summary>Completes when messages were added that a read at this position had not seen; returns at once when some already were.</summary>
    Task WaitForMessagesAsync(OutboxPosition after, CancellationToken cancellationToken);

    /// <summary>Removes messages that the broker acknowledged.</summary>
    Task MarkSentAsync(IReadOnlyCollection<string> messageIds, CancellationToken cancellationToken);
}
