using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>The store's three files: what is missing, stale or flipped in them is found, and what can be mended is.</summary>
public sealed class StoreFilesTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_last_acknowledged_result_garbled_in_the_log_is_told_from_one_that_was_never_finished()
    {
        await using var store = await _folder.OpenAsync();
        await WriteAsync(store, 2);
        using var copy = _folder.Copy();
        Flip(copy.File("results.wal"), new FileInfo(copy.File("results.wal")).Length - 5000);
        await using var damaged = await copy.OpenAsync();
        Assert.Single(await damaged.ListAsync(new ResultQuery(), CancellationToken.None));
        RequireWarning(copy, "results.wal", "pages were lost");
    }

    [Fact]
    public async Task An_unfinished_end_is_dropped_without_alarm()
    {
        await using var store = await _folder.OpenAsync();
        await WriteAsync(store, 2);
        using var copy = _folder.Copy();
        await using (var file = new FileStream(copy.File("results.wal"), FileMode.Append))
        {
            await file.WriteAsync(new byte[20_000]);
        }

        await using var reopened = await copy.OpenAsync();
        Assert.Equal(2, (await reopened.ListAsync(new ResultQuery(), CancellationToken.None)).Count);
        Assert.Equal(HealthState.Ok, StoreHealth(copy).State);
    }

    [Fact]
    public async Task A_log_whose_head_is_damaged_is_read_by_its_mark()
    {
        await using var store = await _folder.OpenAsync();
        await WriteAsync(store, 2);
        using var copy = _folder.Copy();
        Flip(copy.File("results.wal"), 9);
        await using var mended = await copy.OpenAsync();
        Assert.Equal(2, (await mended.ListAsync(new ResultQuery(), CancellationToken.None)).Count);
        RequireWarning(copy, "results.wal", "mended");
    }

    [Fact]
    public async Task A_damaged_mark_is_said_since_an_end_may_be_missing()
    {
        await using var store = await _folder.OpenAsync();
        await WriteAsync(store, 2);
        using var copy = _folder.Copy();
        Flip(copy.File("results.wal"), 520);
        Flip(copy.File("results.wal"), new FileInfo(copy.File("results.wal")).Length - 5000);
        await using var damaged = await copy.OpenAsync();
        Assert.Single(await damaged.ListAsync(new ResultQuery(), CancellationToken.None));
        RequireWarning(copy, "results.wal", "its mark was damaged");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    [InlineData("garbled head")]
    public async Task A_log_that_is_gone_is_said_and_the_store_goes_on(string how)
    {
        await using var store = await _folder.OpenAsync();
        await WriteAsync(store, 2);
        using var copy = _folder.Copy();
        var path = copy.File("results.wal");
        switch (how)
        {
            case "missing":
                File.Delete(path);
                break;
            case "empty":
                await File.WriteAllBytesAsync(path, []);
                break;
            default:
                Flip(path, 3);
                Flip(path, 515);
                break;
        }

        await using (var damaged = await copy.OpenAsync())
        {
            await WriteAsync(damaged, 1, copy);
            RequireWarning(copy, "results.wal", "is lost");
        }

        // Also after a restart, until a person has dealt with it.
        await using var again = await copy.OpenAsync();
        await WriteAsync(again, 1, copy);
        RequireWarning(copy, "results.wal", "is lost");
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("empty")]
    public async Task A_data_file_that_is_gone_is_never_replaced_by_an_empty_store(string how)
    {
        await using (var store = await _folder.OpenAsync())
        {
            await WriteAsync(store, 2);
        }

        if (how == "missing")
        {
            File.Delete(_folder.File("results.db"));
        }
        else
        {
            await File.WriteAllBytesAsync(_folder.File("results.db"), []);
        }

        var fault = await Assert.ThrowsAsync<StoreFaultException>(_folder.OpenAsync);
        Assert.Contains("results.db", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bit_flipped_in_any_page_of_the_data_file_is_found_when_the_page_is_read()
    {
        await using (var store = await _folder.OpenAsync())
        {
            await WriteAsync(store, 3);
        }

        var pages = new FileInfo(_folder.File("results.db")).Length / 8192;
        var random = new Random(5);
        for (var page = 0; page < pages; page++)
        {
            // Whatever meets the damage first, opening or reading, says which page it is; the store has then repaired itself.
            using var copy = _folder.Copy();
            Flip(copy.File("results.db"), (page * 8192L) + random.Next(8192), 1 << random.Next(8));
            await using var store = await copy.OpenAsync();
            var results = await ListAsync(store);
            if (!File.Exists(copy.File("results.damage")))
            {
                Assert.Equal(3, results.Count);
                continue;
            }

            Assert.Contains($"page {page} is not as it was written", await File.ReadAllTextAsync(copy.File("results.damage")), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("missing")]
    [InlineData("flipped in its head")]
    [InlineData("flipped in a block")]
    [InlineData("cut")]
    public async Task Damaged_checksums_are_made_anew_and_said(string how)
    {
        await using (var store = await _folder.OpenAsync())
        {
            await WriteAsync(store, 2);
        }

        var path = _folder.File("results.sum");
        switch (how)
        {
            case "missing":
                File.Delete(path);
                break;
            case "cut":
                await File.WriteAllBytesAsync(path, (await File.ReadAllBytesAsync(path))[..600]);
                break;
            default:
                Flip(path, how == "flipped in a block" ? 700 : 20);
                break;
        }

        await using var mended = await _folder.OpenAsync();
        Assert.Equal(2, (await StoreFolder.RequireNothingHalfAsync(mended)).Count);
        RequireWarning(_folder, "results.sum", "made anew");
    }

    private static HealthItem StoreHealth(StoreFolder folder) => folder.Health.Snapshot().Items.Single(i => i.Component == "store");

    private static void RequireWarning(StoreFolder folder, string file, string what)
    {
        var item = StoreHealth(folder);
        Assert.Equal(HealthState.Warning, item.State);
        Assert.Contains(file, item.Reason, StringComparison.Ordinal);
        Assert.Contains(what, item.Reason, StringComparison.Ordinal);
    }

    private static async Task<IReadOnlyList<CaptureResult>> ListAsync(LiteDbResultStore store)
    {
        try
        {
            return await store.ListAsync(new ResultQuery(), CancellationToken.None);
        }
        catch (StoreFaultException)
        {
            // It met the damage; the next reading finds the repaired store.
            return await store.ListAsync(new ResultQuery(), CancellationToken.None);
        }
    }

    private static void Flip(string path, long offset, int bits = 0x10)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.ReadWrite);
        file.Position = offset;
        var value = file.ReadByte();
        file.Position = offset;
        file.WriteByte((byte)(value ^ bits));
    }

    private async Task WriteAsync(LiteDbResultStore store, int count, StoreFolder? folder = null)
    {
        for (var i = 0; i < count; i++)
        {
            await store.RecordAsync((folder ?? _folder).Samples.Next(), CancellationToken.None);
        }
    }
}
