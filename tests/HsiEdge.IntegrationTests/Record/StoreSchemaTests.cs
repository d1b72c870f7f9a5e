using System.Diagnostics;
using System.IO.Compression;
using System.Security.Cryptography;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using LiteDB;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>A store of the first release (eight synthetic results, two of them only in its log) goes forwards and back, and loses nothing on the way.</summary>
public sealed class StoreSchemaTests : IDisposable
{
    private static readonly string[] Kept =
        [ResultDocuments.Results, ResultDocuments.Maps, ResultDocuments.MapChunks, ResultDocuments.Overlays, ResultDocuments.Ledgers, ResultDocuments.Alerts, ResultDocuments.Values];

    private readonly StoreFolder _folder = new();

    public StoreSchemaTests()
    {
        ZipFile.ExtractToDirectory(Path.Combine(AppContext.BaseDirectory, "Record", "store-v1.zip"), _folder.Options.DataFolder);
        _folder.Options.MaximumMapAgeDays = 0;
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_store_of_version_1_is_migrated_with_every_document_bit_for_bit_and_goes_back_the_same()
    {
        var before = Digests(_folder);
        Assert.Equal((8, 8, 1), (before.Results, before.Maps, before.OpenAlerts));
        await using (var store = await _folder.OpenAsync())
        {
            var results = await store.ListAsync(new ResultQuery(100), CancellationToken.None);
            Assert.Equal(8, results.Count);
            foreach (var result in results)
            {
                Assert.NotNull(await store.ReadMapsAsync(result.Id, CancellationToken.None));
                Assert.NotNull(await store.ReadOverlayAsync(result.Id, CancellationToken.None));
                Assert.Equal(result.Id, (await store.ReadLedgerAsync(result.Id, CancellationToken.None))!.CaptureId);
            }

            Assert.Equal("case-2", await store.ReadValueAsync("case", CancellationToken.None));
            Assert.Equal((8, 8, 1), (store.Usage.Results, store.Usage.Maps, store.Usage.LostCaptures));
        }

        Assert.Equal(before.Of, Digests(_folder).Of);
        Assert.Equal(2, StoreMaintenance.Migrate(_folder.Options, 1, _folder.Time, NullLogger.Instance));
        var back = Digests(_folder);
        Assert.Equal(before.Of, back.Of);
        Assert.Equal(before.Transitions, back.Transitions);
        Assert.Equal(1, StoreMaintenance.Migrate(_folder.Options, 2, _folder.Time, NullLogger.Instance));
        Assert.Equal(before.Of, Digests(_folder).Of);
    }

    [Fact]
    public async Task A_store_of_the_next_version_is_used_and_its_additions_are_left_alone()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        Change(_folder, database =>
        {
            StoreSchema.SetMeta(database, "schema", d =>
            {
                d["v"] = StoreSchema.Current + 1;
                d["by"] = "a later program";
            });
            database.GetCollection("later").Insert(new BsonDocument { ["_id"] = "x", ["d"] = 7 });
            var shelf = database.GetCollection(ShelfEntry.Collection);
            foreach (var entry in shelf.FindAll().ToList())
            {
                entry["later"] = "kept";
                shelf.Update(entry);
            }
        });

        var record = _folder.Samples.Next();
        await using (var store = await _folder.OpenAsync())
        {
            await store.RecordAsync(record, CancellationToken.None);
            Assert.Equal(9, (await store.ListAsync(new ResultQuery(100), CancellationToken.None)).Count);
        }

        Change(_folder, database =>
        {
            Assert.Equal(StoreSchema.Current + 1, StoreSchema.VersionOf(database));
            Assert.Equal("a later program", database.GetCollection(StoreSchema.Meta).FindById("schema")["by"].AsString);
            Assert.Equal(7, database.GetCollection("later").FindById("x")["d"].AsInt32);
            Assert.Equal(9, database.GetCollection(ShelfEntry.Collection).Count(d => d["k"] == 0 && d["later"] == "kept") + 1);
        });
    }

    [Fact]
    public async Task A_store_from_two_versions_ahead_is_refused_with_what_to_do_and_not_touched()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        Change(_folder, database => StoreSchema.SetMeta(database, "schema", d => d["v"] = StoreSchema.Current + 2));
        var before = await File.ReadAllBytesAsync(_folder.File("results.db"));
        var fault = await Assert.ThrowsAsync<StoreFaultException>(_folder.OpenAsync);
        Assert.Contains($"is of schema version {StoreSchema.Current + 2}", fault.Message, StringComparison.Ordinal);
        Assert.Contains($"hsiedge store migrate --to {StoreSchema.Current + 1}", fault.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_folder.File("results.db")));
    }

    [Fact]
    public async Task What_a_program_of_version_1_recorded_meanwhile_is_found_and_shelved()
    {
        await (await _folder.OpenAsync()).DisposeAsync();
        Change(_folder, database => database.GetCollection(ShelfEntry.Collection).DeleteMany("k = 0 and q > 5"));
        await using var store = await _folder.OpenAsync();
        Assert.Equal((8, 8, 1), (store.Usage.Results, store.Usage.Maps, store.Usage.LostCaptures));
    }

    [Fact]
    public async Task A_migration_killed_at_any_moment_leaves_the_old_version_or_the_new_one()
    {
        using var original = new StoreFolder();
        await using (var store = await original.OpenAsync())
        {
            for (var i = 0; i < 150; i++)
            {
                await store.RecordAsync(original.Samples.Next(16, 16, transitions: [original.Samples.Raise()]), CancellationToken.None);
            }
        }

        StoreMaintenance.Migrate(original.Options, 1, original.Time, NullLogger.Instance);
        var expected = Digests(original).Of;
        var random = new Random(7);
        var versions = new HashSet<int?>();
        for (var kill = 0; kill < 12; kill++)
        {
            using var copy = original.Copy();
            await MigrateAndKillAsync(copy.Options.DataFolder, TimeSpan.FromMilliseconds(kill == 11 ? 20_000 : random.Next(0, 60)));
            Change(copy, database => versions.Add(StoreSchema.VersionOf(database)));
            await using (var store = await copy.OpenAsync())
            {
                Assert.Equal((150, 150), (store.Usage.Results, store.Usage.Maps));
            }

            Assert.Equal(expected, Digests(copy).Of);
        }

        Assert.Contains(2, versions);
    }

    /// <summary>The victim opens the store, which migrates it, and says so; it is killed a moment after it has begun.</summary>
    private static async Task MigrateAndKillAsync(string folder, TimeSpan after)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "HsiEdge.StoreVictim.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, folder, "0"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Assert.Equal("opening", await process.StandardOutput.ReadLineAsync());
        using var limit = new CancellationTokenSource(after);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    private static void Change(StoreFolder folder, Action<LiteDatabase> change)
    {
        using var session = StoreSession.Open(StorePaths.Of(folder.Options), LocalDisk.Instance, keepLogLength: null, static (_, _) => { });
        session.Transact(database =>
        {
            change(database);
            return true;
        });
        session.TryCheckpoint();
    }

    private static StoreDigest Digests(StoreFolder folder)
    {
        using var copy = folder.Copy();
        using var session = StoreSession.Open(StorePaths.Of(copy.Options), LocalDisk.Instance, keepLogLength: null, static (_, _) => { });
        string Digest(string collection)
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            foreach (var document in session.Database.GetCollection(collection).Query().OrderBy("_id").ToEnumerable())
            {
                hash.AppendData(BsonSerializer.Serialize(document));
            }

            return $"{collection} {Convert.ToHexString(hash.GetHashAndReset())}";
        }

        return new StoreDigest(
            string.Join('\n', Kept.Select(Digest)), Digest(ResultDocuments.Transitions),
            session.Database.GetCollection(ResultDocuments.Results).Count(), session.Database.GetCollection(ResultDocuments.Maps).Count(),
            session.Database.GetCollection(ResultDocuments.Alerts).Count());
    }

    private sealed record StoreDigest(string Of, string Transitions, int Results, int Maps, int OpenAlerts);
}
