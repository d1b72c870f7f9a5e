using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>The waiting messages of one destination, as its link sees them.</summary>
internal sealed class StoreOutbox(StoreWriter writer, OutboxTable table) : IOutbox
{
    /// <inheritdoc/>
    public long PendingCount => table.PendingCount;

    /// <inheritdoc/>
    public long PendingBytes => table.PendingBytes;

    /// <inheritdoc/>
    public OutboxDrops Drops => table.Drops;

    /// <inheritdoc/>
    public long LastNumber => table.LastNumber;

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutboxMessage>> PeekAsync(int limit, CancellationToken cancellationToken) =>
        writer.RunAsync(database => table.Peek(database, limit), durable: false, cancellationToken);

    /// <inheritdoc/>
    public Task<OutboxPage> ReadAsync(OutboxPosition after, int limit, MessagePriority atLeast, CancellationToken cancellationToken) =>
        writer.RunAsync(database => table.Read(database, after, limit, atLeast), durable: false, cancellationToken);

    /// <inheritdoc/>
    public Task WaitForMessagesAsync(OutboxPosition after, CancellationToken cancellationToken) => table.WaitForMessagesAsync(after, cancellationToken);

    /// <inheritdoc/>
    public Task MarkSentAsync(IReadOnlyCollection<string> messageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messageIds);
        return writer.RunAsync(database => table.Remove(database, messageIds), durable: true, cancellationToken);
    }
}
