using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>What a power cut may leave of the store's files. The proof <c>tests/proofs/power-cut.sh</c> does the same under load, thousands of times.</summary>
public sealed class PowerCutTests : IDisposable
{
    private const int Images = 25;
    private readonly StoreFolder _folder = new();
    private readonly TemporaryFolder _images = new();

    public void Dispose()
    {
        _folder.Dispose();
        _images.Dispose();
    }

    [Fact]
    public async Task The_first_acknowledged_result_survives_every_cut_after_it_with_files_and_folder()
    {
        var recording = new RecordingDisk(LocalDisk.Instance);
        var record = _folder.Samples.Next();
        await using (var store = await OpenAsync(_folder, recording))
        {
            await store.RecordAsync(record, CancellationToken.None);
            await LeaveAsync(recording.Operations, async image =>
            {
                await using var found = await image.OpenAsync();
                Assert.NotNull(await found.FindAsync(record.Result.Id, CancellationToken.None));
                Assert.Single(await StoreFolder.RequireNothingHalfAsync(found));
                Assert.Equal(HealthState.Ok, image.Health.Snapshot().Items.Single(i => i.Component == "store").State);
            });
        }

        // The folder's own name, which is not among its files, is synced in the folder above.
        Assert.Contains(recording.Operations, o => o.Kind == DiskOperationKind.SyncFolder && o.Path == Path.GetDirectoryName(_folder.Options.DataFolder));
    }

    [Fact]
    public void Frames_of_an_emptied_log_never_come_back_under_those_that_follow()
    {
        var path = _images.File("results.wal");
        var recording = new RecordingDisk(LocalDisk.Instance);
        using (var file = ((IBlockDisk)recording).Open(path))
        {
            LogStream.Create(file);
            using var log = new LogStream(file, writable: true);
            Append(log, 10);
            log.WaitAndSync(10 * 8192, TimeSpan.FromSeconds(1));
            log.SetLength(0);
            Append(log, 8);
        }

        // Of all that was not synced only the last frame reached the disk, where the emptied log had its eighth.
        var synced = recording.Operations.ToList().FindLastIndex(o => o.Kind == DiskOperationKind.Sync);
        var last = recording.Operations[^1];
        File.WriteAllBytes(path, []);
        foreach (var operation in recording.Operations.Take(synced + 1).Append(last))
        {
            Do(path, operation);
        }

        using var crashed = DiskFile.OpenReadable(path);
        using var found = new LogStream(crashed, writable: false);
        Assert.Equal(0, found.Length);
        Assert.False(found.Tail.IsDamaged);
    }

    [Fact]
    public void Frames_of_a_transaction_taken_back_never_continue_what_follows()
    {
        var path = _images.File("results.wal");
        using (var file = DiskFile.OpenWritable(path))
        {
            LogStream.Create(file);
            using var log = new LogStream(file, writable: true);
            Append(log, 4);
            log.WaitAndSync(4 * 8192, TimeSpan.FromSeconds(1));
        }

        var before = File.ReadAllBytes(path);
        using (var file = DiskFile.OpenWritable(path))
        {
            using var log = new LogStream(file, writable: true);
            log.Settle(2 * 8192);
            Append(log, 1);
        }

        // The cut never reached the disk: the old fourth frame stands behind the new third.
        var after = File.ReadAllBytes(path);
        var image = before.ToArray();
        after.CopyTo(image, 0);
        File.WriteAllBytes(path, image);
        using var crashed = DiskFile.OpenReadable(path);
        using var found = new LogStream(crashed, writable: false);
        Assert.Equal(3 * 8192, found.Length);
    }

    [Fact]
    public void What_a_transaction_that_was_taken_back_said_of_a_page_is_forgotten_with_it()
    {
        var path = _images.File("results.wal");
        using (var file = DiskFile.OpenWritable(path))
        {
            LogStream.Create(file);
            using var log = new LogStream(file, writable: true);
            AppendPage(log, pageId: 0, transaction: 1, content: 1);
            AppendPage(log, pageId: 5, transaction: 2, content: 2);
            AppendPage(log, pageId: 0, transaction: 2, content: 2);
        }

        using var again = DiskFile.OpenWritable(path);
        using var settled = new LogStream(again, writable: true);
        settled.Settle(8192);
        var page = new byte[8192];
        Assert.True(settled.TryReadLatest(0, page));
        Assert.Equal(1, page[100]);
        Assert.False(settled.TryReadLatest(5, page));
    }

    private static void AppendPage(LogStream log, byte pageId, byte transaction, byte content)
    {
        // LiteDB's fields: page number at 0, transaction at 14, whether it ends its transaction at 18.
        var page = new byte[8192];
        (page[0], page[14], page[18], page[100]) = (pageId, transaction, pageId == 0 ? (byte)1 : (byte)0, content);
        log.Position = log.Length;
        log.Write(page, 0, page.Length);
    }

    private static void Append(LogStream log, int pages)
    {
        var page = new byte[8192];
        for (var i = 0; i < pages; i++)
        {
            Random.Shared.NextBytes(page);
            log.Position = log.Length;
            log.Write(page, 0, page.Length);
        }
    }

    private static void Do(string path, DiskOperation operation)
    {
        using var file = DiskFile.OpenWritable(path);
        if (operation.Kind == DiskOperationKind.Write)
        {
            file.Write(operation.Bytes, operation.Offset);
        }
        else if (operation.Kind == DiskOperationKind.SetLength)
        {
            file.SetLength(operation.Offset);
        }
    }

    private static Task<LiteDbResultStore> OpenAsync(StoreFolder folder, RecordingDisk disk) => LiteDbResultStore.OpenAsync(
        folder.Options, folder.Health, folder.Time, NullLogger<LiteDbResultStore>.Instance, disk, CancellationToken.None);

    private static async Task LeaveAsync(IReadOnlyList<DiskOperation> operations, Func<StoreFolder, Task> check)
    {
        var crashed = new CrashedDisk();
        foreach (var operation in operations)
        {
            crashed.Apply(operation);
        }

        for (var i = 0; i < Images; i++)
        {
            using var image = new StoreFolder();
            Directory.CreateDirectory(image.Options.DataFolder);
            crashed.Leave(image.Options.DataFolder, new Random(i));
            await check(image);
        }
    }
}
