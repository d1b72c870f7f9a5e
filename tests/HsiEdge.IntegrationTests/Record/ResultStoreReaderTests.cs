using System.Security.Cryptography;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>Reading beside the running service and from a stopped one, without touching the files.</summary>
public sealed class ResultStoreReaderTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_running_store_is_read_as_it_was_when_the_reader_opened()
    {
        await using var store = await _folder.OpenAsync();
        var seen = _folder.Samples.Next();
        await store.RecordAsync(seen, CancellationToken.None);
        await using var reader = await ResultStoreReader.OpenAsync(_folder.Options);
        var later = _folder.Samples.Next();
        await store.RecordAsync(later, CancellationToken.None);
        var listed = Assert.Single(await reader.ListAsync(new ResultQuery(), CancellationToken.None));
        Assert.Equivalent(seen.Result, listed, strict: true);
        Assert.Equal(seen.Maps.Probabilities.Values, (await reader.ReadMapsAsync(seen.Result.Id, CancellationToken.None))!.Probabilities.Values);
        Assert.Equal(seen.OverlayPng, await reader.ReadOverlayAsync(seen.Result.Id, CancellationToken.None));
        Assert.Null(await reader.FindAsync(later.Result.Id, CancellationToken.None));
        Assert.Equal(3, await reader.CountPendingMessagesAsync(CancellationToken.None));
    }

    [Fact]
    public async Task Checkpoints_wait_for_the_reader_and_the_writer_does_not()
    {
        _folder.Options.CheckpointMebibytes = 1;
        await using var store = await _folder.OpenAsync();
        var first = _folder.Samples.Next(160, 160);
        await store.RecordAsync(first, CancellationToken.None);
        var log = new FileInfo(_folder.File("results.wal"));
        await using (var reader = await ResultStoreReader.OpenAsync(_folder.Options))
        {
            for (var i = 0; i < 14; i++)
            {
                await store.RecordAsync(_folder.Samples.Next(160, 160), CancellationToken.None);
            }

            log.Refresh();
            Assert.True(log.Length > 1024 * 1024, $"The log holds {log.Length} bytes: a checkpoint did not wait.");
            Assert.Single(await reader.ListAsync(new ResultQuery(100), CancellationToken.None));
            Assert.NotNull(await reader.ReadMapsAsync(first.Result.Id, CancellationToken.None));
        }

        await store.WriteValueAsync("after", "reader", CancellationToken.None);
        await store.ReadValueAsync("after", CancellationToken.None);
        log.Refresh();
        Assert.True(log.Length < 1024 * 1024, $"The log still holds {log.Length} bytes after the reader is gone.");
    }

    [Fact]
    public async Task A_reader_that_stays_open_for_ever_does_not_let_the_log_grow_beyond_64_MiB_and_still_reads_true()
    {
        await using var store = await _folder.OpenAsync();
        var first = _folder.Samples.Next(160, 160);
        await store.RecordAsync(first, CancellationToken.None);
        var log = new FileInfo(_folder.File("results.wal"));
        var largest = 0L;
        await using var reader = await ResultStoreReader.OpenAsync(_folder.Options);
        Assert.Single(await reader.ListAsync(new ResultQuery(100), CancellationToken.None));
        var records = new List<ResultRecord> { first };
        for (var i = 0; i < 90; i++)
        {
            var record = _folder.Samples.Next(480, 320, overlayBytes: 150_000);
            records.Add(record);
            await store.RecordAsync(record, CancellationToken.None);
            log.Refresh();
            largest = Math.Max(largest, log.Length);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"the log took {largest / 1048576.0:0.0} MiB at most; the data file {new FileInfo(_folder.File("results.db")).Length >> 20} MiB");
        Assert.InRange(largest, 40L << 20, 64L << 20);
        Assert.Equal(91, (await reader.ListAsync(new ResultQuery(1000), CancellationToken.None)).Count);
        foreach (var record in records)
        {
            Assert.Equal(record.Maps.Probabilities.Values, (await reader.ReadMapsAsync(record.Result.Id, CancellationToken.None))!.Probabilities.Values);
        }
    }

    [Fact]
    public async Task What_is_read_while_the_service_rewrites_the_store_is_read_again_or_not_given_out()
    {
        await using var store = await _folder.OpenAsync();
        var record = _folder.Samples.Next(160, 160);
        await store.RecordAsync(record, CancellationToken.None);
        await using var reader = await ResultStoreReader.OpenAsync(_folder.Options);
        var rewritings = 0;
        var found = await reader.ReadAsync(
            database =>
            {
                if (rewritings++ == 0)
                {
                    SnapshotEpoch.Begin(StorePaths.Of(_folder.Options)).Dispose();
                    throw new IOException("a page of another time");
                }

                return StoreQueries.Find(database, record.Result.Id);
            },
            CancellationToken.None);
        Assert.Equal((record.Result.Id, 2), (found!.Id, rewritings));
        var fault = await Assert.ThrowsAsync<StoreFaultException>(() => reader.ReadAsync(
            _ =>
            {
                SnapshotEpoch.Begin(StorePaths.Of(_folder.Options)).Dispose();
                return 0;
            },
            CancellationToken.None));
        Assert.Contains("rewrote the result store", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failed_transaction_is_taken_back_though_a_reader_is_open()
    {
        await using var store = await _folder.OpenAsync();
        await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
        await using var reader = await ResultStoreReader.OpenAsync(_folder.Options);
        _folder.Disk.Suffix = "results.wal";
        _folder.Disk.FailFlush = true;
        await Assert.ThrowsAsync<StoreFaultException>(() => store.RecordAsync(_folder.Samples.Next(), CancellationToken.None));
        _folder.Disk.FailFlush = false;
        await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
        Assert.Equal(2, (await store.ListAsync(new ResultQuery(10), CancellationToken.None)).Count);
        Assert.Equal(2, (await reader.ListAsync(new ResultQuery(10), CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Readers_beside_a_busy_writer_always_see_whole_results()
    {
        _folder.Options.CheckpointMebibytes = 1;
        await using var store = await _folder.OpenAsync();
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync();
        var least = 0;
        for (var i = 0; i < 25; i++)
        {
            await using var reader = await ResultStoreReader.OpenAsync(_folder.Options);
            var results = await reader.ListAsync(new ResultQuery(10_000), CancellationToken.None);
            Assert.Empty(reader.DamagedResultIds);
            Assert.True(results.Count >= least, $"{results.Count} results after {least}.");
            least = results.Count;
            foreach (var result in results.Take(3))
            {
                Assert.NotNull(await reader.ReadMapsAsync(result.Id, CancellationToken.None));
            }

            await Task.Delay(10);
        }

        await stop.CancelAsync();
        await writing;
        Assert.True(least > 0);

        async Task WriteAsync()
        {
            while (!stop.IsCancellationRequested)
            {
                await store.RecordAsync(_folder.Samples.Next(100, 100), CancellationToken.None);
            }
        }
    }

    [Fact]
    public async Task A_store_left_by_a_power_cut_is_read_and_not_changed()
    {
        await using var store = await _folder.OpenAsync();
        var record = _folder.Samples.Next();
        await store.RecordAsync(record, CancellationToken.None);
        using var copy = _folder.Copy();
        await File.AppendAllTextAsync(copy.File("results.wal"), "half a page of a transaction that was never acknowledged");
        var before = Digest(copy);
        await using (var reader = await ResultStoreReader.OpenAsync(copy.Options))
        {
            Assert.NotNull(await reader.FindAsync(record.Result.Id, CancellationToken.None));
        }

        Assert.Equal(before, Digest(copy));
    }

    [Fact]
    public async Task A_folder_without_a_store_is_refused_with_what_to_do()
    {
        Directory.CreateDirectory(_folder.Options.DataFolder);
        var exception = await Assert.ThrowsAsync<BadInputException>(() => ResultStoreReader.OpenAsync(_folder.Options));
        Assert.Contains(_folder.Options.DataFolder, exception.Message, StringComparison.Ordinal);
        Assert.Contains("Run the service once", exception.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Options.DataFolder));
    }

    private static string Digest(StoreFolder folder) => string.Join('\n', Directory.GetFiles(folder.Options.DataFolder).Order()
        .Select(f => $"{Path.GetFileName(f)} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(f)))}"));
}
