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

    /// <summary>Completes when messages are waiting; returns at once when some already are.</summary>
    Task WaitForMessagesAsync(CancellationToken cancellationToken);

    /// <summary>Removes messages that the broker acknowledged.</summary>
    Task MarkSentAsync(IReadOnlyCollection<string> messageIds, CancellationToken cancellationToken);
}
