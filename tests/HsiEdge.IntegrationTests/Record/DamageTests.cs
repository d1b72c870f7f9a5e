using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>Power cuts in the middle of a write, full disks, dying disks, flipped bytes.</summary>
public sealed class DamageTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_log_cut_or_garbled_anywhere_leaves_whole_results_only()
    {
        var order = new List<string>();
        await using var store = await _folder.OpenAsync();
        for (var i = 0; i < 6; i++)
        {
            var record = _folder.Samples.Next(40, 40);
            order.Add(record.Result.Id);
            await store.RecordAsync(record, CancellationToken.None);
        }

        var random = new Random(7);
        var counts = new HashSet<int>();
        for (var cut = 0; cut < 40; cut++)
        {
            using var copy = _folder.Copy();
            TearLog(copy.File("results.wal"), random, garble: cut % 2 == 1);
            await using var torn = await copy.OpenAsync();
            var present = await StoreFolder.RequireNothingHalfAsync(torn);
            Assert.Equal(order.Take(present.Count).Order(), present.Order());
            counts.Add(present.Count);
            var more = copy.Samples.Next();
            await torn.RecordAsync(more, CancellationToken.None);
            Assert.NotNull(await torn.FindAsync(more.Result.Id, CancellationToken.None));
        }

        Assert.True(counts.Count > 3, "The cuts hit too few transactions to prove anything.");
    }

    [Fact]
    public async Task Damage_in_the_middle_of_the_log_is_set_aside_and_reported()
    {
        await using var store = await _folder.OpenAsync();
        for (var i = 0; i < 3; i++)
        {
            await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
        }

        using var copy = _folder.Copy();
        var bytes = await File.ReadAllBytesAsync(copy.File("results.wal"));
        bytes[bytes.Length / 2] ^= 0x40;
        await File.WriteAllBytesAsync(copy.File("results.wal"), bytes);
        await using var damaged = await copy.OpenAsync();
        Assert.Equal(bytes, await File.ReadAllBytesAsync(copy.File("results.wal.damaged")));
        var item = copy.Health.Snapshot().Items.Single(i => i.Component == "store");
        Assert.Equal(HealthState.Warning, item.State);
        Assert.Contains("results.wal.damaged", item.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(5_000)]
    [InlineData(30_000)]
    public async Task A_full_disk_fails_the_write_whole_and_the_store_goes_on_when_there_is_room_again(long bytesLeft)
    {
        await using var store = await _folder.OpenAsync();
        var before = _folder.Samples.Next();
        await store.RecordAsync(before, CancellationToken.None);
        _folder.Disk.Budget = bytesLeft;
        var failed = _folder.Samples.Next(60, 60);
        var fault = await Assert.ThrowsAsync<StoreFaultException>(() => store.RecordAsync(failed, CancellationToken.None));
        Assert.Contains("No space left on device", fault.Message, StringComparison.Ordinal);
        Assert.Equal(HealthState.Failed, _folder.Health.Snapshot().Items.Single(i => i.Component == "store").State);
        Assert.Equal([before.Result.Id], (await store.ListAsync(new ResultQuery(), CancellationToken.None)).Select(r => r.Id));
        await Assert.ThrowsAsync<StoreFaultException>(() => store.RecordAsync(failed, CancellationToken.None));
        _folder.Disk.Budget = long.MaxValue;
        var after = _folder.Samples.Next();
        await store.RecordAsync(after, CancellationToken.None);
        await RequireExactlyAsync(store, before, after);
        Assert.Equal(HealthState.Ok, _folder.Health.Snapshot().Items.Single(i => i.Component == "store").State);
        using var copy = _folder.Copy();
        await using var elsewhere = await copy.OpenAsync();
        await RequireExactlyAsync(elsewhere, before, after);
    }

    [Fact]
    public async Task A_disk_that_cannot_sync_acknowledges_nothing_and_nothing_comes_back_later()
    {
        await using var store = await _folder.OpenAsync();
        var before = _folder.Samples.Next();
        await store.RecordAsync(before, CancellationToken.None);
        _folder.Disk.FailFlush = true;
        var failed = _folder.Samples.Next();
        await Assert.ThrowsAsync<StoreFaultException>(() => store.RecordAsync(failed, CancellationToken.None));
        _folder.Disk.FailFlush = false;
        await RequireExactlyAsync(store, before);
        await store.RecordAsync(failed, CancellationToken.None);
        await RequireExactlyAsync(store, before, failed);
    }

    [Fact]
    public async Task A_checkpoint_that_fails_loses_nothing()
    {
        _folder.Options.CheckpointMebibytes = 1;
        var ids = new List<string>();
        await using (var store = await _folder.OpenAsync())
        {
            _folder.Disk.Suffix = "results.db";
            _folder.Disk.Budget = 100_000;
            for (var i = 0; i < 14; i++)
            {
                var record = _folder.Samples.Next(160, 160);
                await store.RecordAsync(record, CancellationToken.None);
                ids.Add(record.Result.Id);
            }

            var item = _folder.Health.Snapshot().Items.Single(i => i.Component == "store");
            Assert.Equal(HealthState.Warning, item.State);
            Assert.Contains("No space left on device", item.Reason, StringComparison.Ordinal);
            _folder.Disk.Budget = long.MaxValue;
            await store.WriteValueAsync("room", "again", CancellationToken.None);
            await store.WriteValueAsync("and", "once more", CancellationToken.None);
            Assert.Equal(HealthState.Ok, _folder.Health.Snapshot().Items.Single(i => i.Component == "store").State);
        }

        await using var again = await _folder.OpenAsync();
        Assert.Equal(ids.Order(), (await StoreFolder.RequireNothingHalfAsync(again)).Order());
        Assert.True(new FileInfo(_folder.File("results.wal")).Length <= 4096, "The log was not copied into the data file in the end.");
    }

    private static async Task RequireExactlyAsync(HsiEdge.Delivery.Record.LiteDbResultStore store, params ResultRecord[] records)
    {
        var present = await StoreFolder.RequireNothingHalfAsync(store);
        Assert.Equal(records.Select(r => r.Result.Id).Order(), present.Order());
    }

    // A cut ends the file early; garbling leaves its length but not what was written, as a disk that lost its cache may.
    private static void TearLog(string path, Random random, bool garble)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        var from = random.NextInt64(0, file.Length);
        if (!garble)
        {
            file.SetLength(from);
            return;
        }

        file.Position = from;
        var junk = new byte[file.Length - from];
        if (random.Next(2) == 0)
        {
            random.NextBytes(junk);
        }

        file.Write(junk);
    }
}
