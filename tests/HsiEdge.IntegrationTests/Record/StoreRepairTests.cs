using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>A damaged store goes on with what is whole. The proofs <c>corruption.sh</c> and <c>io-faults.sh</c> do the same thousands of times.</summary>
public sealed class StoreRepairTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_damaged_page_costs_what_lay_in_it_and_the_rest_goes_on_without_a_person()
    {
        var ids = await FillAsync(6);
        var pages = new FileInfo(_folder.File("results.db")).Length / 8192;
        var repaired = 0;
        for (var page = 0; page < pages; page += 7)
        {
            using var copy = _folder.Copy();
            Flip(copy.File("results.db"), (page * 8192) + 100);
            await using var store = await copy.OpenAsync();
            var found = await ReadAsync(store);
            if (!File.Exists(copy.File("results.damage")))
            {
                // A page that nobody reads.
                Assert.Equal(ids.Count, found.Count);
                continue;
            }

            repaired++;
            Assert.Subset(ids.ToHashSet(StringComparer.Ordinal), found.ToHashSet(StringComparer.Ordinal));
            var finding = await File.ReadAllTextAsync(copy.File("results.damage"));
            Assert.All(ids.Except(found), lost => Assert.Contains(lost, finding, StringComparison.Ordinal));
            Assert.True(File.Exists(copy.File("results.db.damaged")), "The damaged file was not set aside.");
            var record = copy.Samples.Next();
            await store.RecordAsync(record, CancellationToken.None);
            Assert.NotNull(await store.FindAsync(record.Result.Id, CancellationToken.None));
            var item = copy.Health.Snapshot().Items.Single(i => i.Component == "store");
            Assert.Equal(HealthState.Warning, item.State);
            Assert.Contains("was repaired", item.Reason, StringComparison.Ordinal);
        }

        Assert.True(repaired > 2, $"Only {repaired} damaged pages were met: the test proves too little.");
    }

    [Fact]
    public async Task A_power_cut_during_the_repair_leaves_the_old_store_or_the_new_one()
    {
        var ids = await FillAsync(4);
        var recording = new RecordingDisk(LocalDisk.Instance);
        using var before = _folder.Copy();
        StoreRepair.Run(new StorePaths(_folder.Options.DataFolder), recording);
        var operations = recording.Operations;
        for (var cut = 0; cut <= operations.Count; cut++)
        {
            var crashed = CrashedDisk.Of(before.Options.DataFolder);
            foreach (var operation in operations.Take(cut))
            {
                crashed.Apply(operation);
            }

            using var image = new StoreFolder();
            Directory.CreateDirectory(image.Options.DataFolder);
            crashed.Leave(image.Options.DataFolder, new Random(cut));
            await using var store = await image.OpenAsync();
            Assert.Equal(ids.Order(), (await StoreFolder.RequireNothingHalfAsync(store)).Order());
        }
    }

    [Fact]
    public async Task A_transaction_that_is_synced_stays_acknowledged_though_the_mark_cannot_be_written()
    {
        var first = _folder.Samples.Next();
        await using var store = await _folder.OpenAsync();
        await store.RecordAsync(first, CancellationToken.None);
        var begin = _folder.Disk.Operations;
        await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
        var ofOne = _folder.Disk.Operations - begin;

        // The same again: its last operation is the mark.
        _folder.Disk.FailAt(_folder.Disk.Operations + ofOne - 1, DiskFault.InputOutput, persistent: false);
        var marked = _folder.Samples.Next();
        var refused = await Xunit.Record.ExceptionAsync(() => store.RecordAsync(marked, CancellationToken.None));
        Assert.Null(refused);
        var next = _folder.Samples.Next();
        await Xunit.Record.ExceptionAsync(() => store.RecordAsync(next, CancellationToken.None));
        await store.WriteValueAsync("goes", "on", CancellationToken.None);
        Assert.NotNull(await store.FindAsync(marked.Result.Id, CancellationToken.None));
    }

    private static async Task<List<string>> ReadAsync(LiteDbResultStore store)
    {
        // The first round meets the damage, the second reads what the repair kept.
        for (var round = 0; ; round++)
        {
            try
            {
                var results = await store.ListAsync(new ResultQuery(int.MaxValue), CancellationToken.None);
                foreach (var result in round < 2 ? results : [])
                {
                    await store.ReadMapsAsync(result.Id, CancellationToken.None);
                    await store.ReadOverlayAsync(result.Id, CancellationToken.None);
                }

                return [.. results.Select(r => r.Id)];
            }
            catch (StoreFaultException) when (round < 2)
            {
                // The damage, or maps of which a piece is lost, which say so.
            }
        }
    }

    private static void Flip(string path, long offset)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ 0x10));
    }

    private async Task<List<string>> FillAsync(int count)
    {
        var ids = new List<string>();
        await using var store = await _folder.OpenAsync();
        for (var i = 0; i < count; i++)
        {
            var record = _folder.Samples.Next(60, 60);
            await store.RecordAsync(record, CancellationToken.None);
            ids.Add(record.Result.Id);
        }

        return ids;
    }
}
