using System.Diagnostics;
using HsiEdge.Core;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>The data file written anew: smaller, equal, and never lost on the way.</summary>
public sealed class CompactionTests : IDisposable
{
    private readonly StoreFolder _folder = new();

    public CompactionTests() => _folder.Options.ReclaimFreeMebibytes = 0;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_compaction_gives_the_free_pages_back_and_changes_no_document()
    {
        await FillAsync(_folder, 30, removed: 24);
        var before = Digests(_folder);
        var (old, young) = StoreMaintenance.Compact(_folder.Options, _folder.Time, NullLogger.Instance, progress: null);
        Assert.True(young < old / 2, $"{old} bytes became {young}.");
        Assert.Equal(young, new FileInfo(_folder.File("results.db")).Length);
        Assert.Equal(before, Digests(_folder));
        await using var store = await _folder.OpenAsync();
        Assert.Equal((30, 6), (store.Usage.Results, store.Usage.Maps));
        await store.RecordAsync(_folder.Samples.Next(), CancellationToken.None);
        Assert.Equal(31, (await store.ListAsync(new ResultQuery(100), CancellationToken.None)).Count);
    }

    [Fact]
    public async Task Wherever_a_compaction_breaks_off_the_store_is_whole_afterwards()
    {
        await FillAsync(_folder, 6, removed: 3);
        var before = Digests(_folder);
        var broken = 0;
        for (var operation = 0; ; operation += operation < 20 ? 1 : 7)
        {
            using var copy = _folder.Copy();
            var disk = new FaultyDisk();
            disk.FailAt(operation, DiskFault.NoSpace, persistent: true);
            try
            {
                StoreMaintenance.Compact(copy.Options, disk, copy.Time, NullLogger.Instance, progress: null);
            }
            catch (Exception exception) when (exception is StoreFaultException or AggregateException)
            {
                broken++;
                Assert.Equal(before, Digests(copy));
                await using var store = await copy.OpenAsync();
                Assert.Equal((6, 3), (store.Usage.Results, store.Usage.Maps));
                Assert.DoesNotContain(Directory.GetFiles(copy.Options.DataFolder), f => f.EndsWith(".new", StringComparison.Ordinal));
                continue;
            }

            break;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"broken off at {broken} places");
        Assert.True(broken > 20, $"It was broken off at {broken} places only.");
    }

    [Fact]
    public async Task A_compaction_killed_at_any_moment_loses_nothing()
    {
        await FillAsync(_folder, 40, removed: 20);
        var before = Digests(_folder);
        var random = new Random(11);
        for (var kill = 0; kill < 10; kill++)
        {
            using var copy = _folder.Copy();
            var program = Path.Combine(AppContext.BaseDirectory, "HsiEdge.StoreVictim.dll");
            using var process = Process.Start(new ProcessStartInfo("dotnet", [program, copy.Options.DataFolder, "compact"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
            Assert.Equal("compacting", await process.StandardOutput.ReadLineAsync());
            await Task.Delay(random.Next(0, 250));
            process.Kill();
            await process.WaitForExitAsync();
            Assert.Equal(before, Digests(copy));
        }
    }

    [Fact]
    public async Task A_store_in_use_is_not_compacted()
    {
        await using var store = await _folder.OpenAsync();
        var refused = Assert.Throws<BadInputException>(() => StoreMaintenance.Compact(_folder.Options, _folder.Time, NullLogger.Instance, progress: null));
        Assert.Contains("is in use by another hsiedge process", refused.Message, StringComparison.Ordinal);
    }

    private static async Task FillAsync(StoreFolder folder, int results, int removed)
    {
        folder.Options.MaximumMapAgeDays = 1;
        await using var store = await folder.OpenAsync();
        for (var i = 0; i < results; i++)
        {
            if (i == removed)
            {
                folder.Time.Advance(TimeSpan.FromDays(2));
            }

            await store.RecordAsync(folder.Samples.Next(160, 160, transitions: i % 3 == 0 ? [folder.Samples.Raise()] : []), CancellationToken.None);
        }

        var keeper = folder.KeeperOf(store);
        for (var i = 0; i < 40 && store.Usage.Maps > results - removed; i++)
        {
            await store.RecordLedgerAsync(folder.Samples.Next().Ledger, [], CancellationToken.None);
            await keeper.LookAsync(CancellationToken.None);
        }

        Assert.Equal(results - removed, store.Usage.Maps);
    }

    private static string Digests(StoreFolder folder)
    {
        using var copy = folder.Copy();
        using var session = StoreSession.Open(StorePaths.Of(copy.Options), LocalDisk.Instance, keepLogLength: null, (file, what) => Assert.Fail($"{file}: {what}"));
        return string.Join('\n', session.Database.GetCollectionNames().Order(StringComparer.Ordinal).Select(c => $"{c} {Convert.ToHexString(StoreCopy.Digest(session.Database, c))}"));
    }
}
