using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>Messages of two links in one store: one transaction, two orders.</summary>
public sealed class DestinationTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly SampleRecords _samples = new(TimeProvider.System);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Each_destination_has_an_order_of_its_own_that_outlives_the_process()
    {
        var ids = new UlidGenerator(TimeProvider.System);
        var record = _samples.Next(8, 8);
        List<OutboxMessage> metrics = [.. Enumerable.Range(0, 3).Select(i => Metric(ids.Next(), (byte)i))];
        await using (var store = await OpenAsync())
        {
            await store.RecordAsync(record with { Messages = [metrics[0], .. record.Messages, metrics[1], metrics[2]] }, CancellationToken.None);
            Assert.Equal((3, 3), (store.PendingCount, store.Sparkplug.PendingCount));
            Assert.Equal(3, store.Sparkplug.LastNumber);
            await store.Sparkplug.MarkSentAsync([metrics[0].Id], CancellationToken.None);
            Assert.Equal((3, 2), (store.PendingCount, store.Sparkplug.PendingCount));
        }

        await using var again = await OpenAsync();
        Assert.Equal((3, 2), (again.PendingCount, again.Sparkplug.PendingCount));
        var waiting = await again.Sparkplug.PeekAsync(10, CancellationToken.None);
        Assert.Equal([metrics[1].Id, metrics[2].Id], waiting.Select(m => m.Id));
        Assert.Equal([2L, 3L], waiting.Select(m => m.Number));
        Assert.All(waiting, m => Assert.Equal(MessageDestination.Sparkplug, m.Destination));
        Assert.All(await again.PeekAsync(10, CancellationToken.None), m => Assert.Equal(MessageDestination.Topics, m.Destination));
        await again.Sparkplug.MarkSentAsync([metrics[1].Id, metrics[2].Id], CancellationToken.None);
        await again.RecordLedgerAsync(ledger: null, [Metric(ids.Next(), 9)], CancellationToken.None);
        Assert.Equal(4, Assert.Single(await again.Sparkplug.PeekAsync(10, CancellationToken.None)).Number);
    }

    private static OutboxMessage Metric(string id, byte content) => new()
    {
        Id = id,
        Topic = "NDATA",
        Payload = [content],
        ContentType = "application/octet-stream",
        Retain = false,
        Priority = MessagePriority.Normal,
        CreatedUtc = DateTimeOffset.UnixEpoch,
        Destination = MessageDestination.Sparkplug,
    };

    private Task<LiteDbResultStore> OpenAsync() =>
        LiteDbResultStore.OpenAsync(new StoreOptions { DataFolder = _folder.Path }, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
}
