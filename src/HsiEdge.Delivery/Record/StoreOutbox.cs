using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Record;

/// <summary>The waiting messages of one destination, as its link sees them.</summary>
internal sealed class StoreOutbox(StoreWriter writer, OutboxTable table) : IOutbox
{
    /// <inheritdoc/>
    public long PendingCount => table.PendingCount;

    /// <inheritdoc/>
    public long LastNumber => table.LastNumber;

    /// <inheritdoc/>
    public Task<IReadOnlyList<OutboxMessage>> PeekAsync(int limit, CancellationToken cancellationToken) =>
        writer.RunAsync(database => table.Peek(database, limit), durable: false, cancellationToken);

    /// <inheritdoc/>
    public Task WaitForMessagesAsync(CancellationToken cancellationToken) => table.WaitForMessagesAsync(cancellationToken);

    /// <inheritdoc/>
    public Task MarkSentAsync(IReadOnlyCollection<string> messageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(messageIds);
        return writer.RunAsync(database => table.Remove(database, messageIds), durable: true, cancellationToken);
    }
}
