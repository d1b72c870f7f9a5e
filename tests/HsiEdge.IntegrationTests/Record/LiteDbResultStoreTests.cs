using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

public sealed class LiteDbResultStoreTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly SampleRecords _samples;

    public LiteDbResultStoreTests() => _samples = new SampleRecords(_time);

    private StoreOptions Options => new() { DataFolder = _folder.File("data") };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_was_recorded_is_read_back_equal_after_reopening()
    {
        var raised = _samples.Raise();
        var record = _samples.Next(transitions: [raised]);
        await using (var store = await OpenAsync())
        {
            await store.RecordAsync(record, CancellationToken.None);
        }

        await using var again = await OpenAsync();
        var found = await again.FindAsync(record.Result.Id, CancellationToken.None);
        Assert.Equivalent(record.Result, found, strict: true);
        var maps = await again.ReadMapsAsync(record.Result.Id, CancellationToken.None);
        Assert.Equal(record.Maps.Classes.Values, maps!.Classes.Values);
        Assert.Equal(record.Maps.Probabilities.Values, maps.Probabilities.Values);
        Assert.Equal(SampleRecords.Classes, maps.ModelClasses);
        Assert.Equal(record.OverlayPng, await again.ReadOverlayAsync(record.Result.Id, CancellationToken.None));
        Assert.Equivalent(new[] { raised.After }, await again.ReadOpenAlertsAsync(CancellationToken.None), strict: true);
        var waiting = await again.PeekAsync(100, CancellationToken.None);
        Assert.Equivalent(record.Messages, waiting, strict: true);
        Assert.Equal(["alert/" + raised.After.Id, "result", "ledger", "overlay"], waiting.Select(m => m.Topic));
    }

    private Task<LiteDbResultStore> OpenAsync() => LiteDbResultStore.OpenAsync(Options, _time, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
}
