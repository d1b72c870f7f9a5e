using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Cli;

/// <summary><c>store</c> and the verbs that protect cases.</summary>
public sealed class StoreVerbTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    private string Data => _folder.File("data");

    public async ValueTask InitializeAsync()
    {
        var samples = new SampleRecords(TimeProvider.System);
        await using var store = await OpenAsync();
        for (var i = 0; i < 4; i++)
        {
            await store.RecordAsync(samples.Next(), CancellationToken.None);
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Status_shows_every_tier_beside_a_running_worker_too()
    {
        await using var store = await OpenAsync();
        await ProtectAsync("protect", "case-1");
        var json = (await CliRun.OfAsync("store", "status", "--data-folder", Data, "--json")).Json;
        Assert.Equal((4, 4), (json.GetProperty("usage").GetProperty("results").GetInt64(), json.GetProperty("usage").GetProperty("maps").GetInt64()));
        Assert.Equal(2, json.GetProperty("schemaVersion").GetInt32());
        Assert.Equal(new FileInfo(Path.Combine(Data, "results.db")).Length, json.GetProperty("files").GetProperty("data").GetInt64());
        Assert.Equal("case-1", json.GetProperty("protectedCases")[0].GetString());
        var run = await CliRun.OfAsync("store", "status", "--data-folder", Data);
        foreach (var row in new[] { "raw cubes", "maps and overlays", "results with ledgers", "messages that wait", "log (64 at most)", "quota", "schema version" })
        {
            Assert.Contains(row, run.Out, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Cases_are_protected_listed_and_unprotected_and_the_audit_log_has_it()
    {
        Assert.Equal("Case case-1 is protected.\n", (await ProtectAsync("protect", "case-1")).Out);
        Assert.Equal("Case case-1 was protected already.\n", (await ProtectAsync("protect", "case-1")).Out);
        Assert.Contains("case-1\n1 protected case.", (await CliRun.OfAsync("results", "protected", "--data-folder", Data)).Out, StringComparison.Ordinal);
        Assert.Equal("Case case-1 is not protected any more.\n", (await ProtectAsync("unprotect", "case-1")).Out);
        Assert.Equal("Case case-1 was not protected.\n", (await ProtectAsync("unprotect", "case-1")).Out);
        var actions = new List<AuditAction>();
        await foreach (var entry in AuditReader.ReadAsync(Data, CancellationToken.None))
        {
            actions.Add(entry.Action);
        }

        Assert.Equal(Enumerable.Repeat(AuditAction.Protect, 4), actions);
    }

    [Fact]
    public async Task Compact_and_migrate_work_on_a_stopped_store_and_say_what_they_did()
    {
        Assert.StartsWith("The data file took ", (await CliRun.OfAsync("store", "compact", "--data-folder", Data)).Out, StringComparison.Ordinal);
        Assert.Equal("The store was of schema version 2 and is of 1.\n", (await CliRun.OfAsync("store", "migrate", "--to", "1", "--data-folder", Data)).Out);
        var back = (await CliRun.OfAsync("store", "migrate", "--data-folder", Data, "--json")).Json;
        Assert.Equal((1, 2), (back.GetProperty("from").GetInt32(), back.GetProperty("to").GetInt32()));
        Assert.Equal(2, (await CliRun.OfAsync("store", "migrate", "--to", "7", "--data-folder", Data)).ExitCode);
        await using var store = await OpenAsync();
        Assert.Equal(4, store.Usage.Results);
        var refused = await CliRun.OfAsync("store", "compact", "--data-folder", Data);
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("is in use by another hsiedge process", refused.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("store status")]
    [InlineData("store compact")]
    [InlineData("store migrate")]
    [InlineData("store confirm-removal")]
    [InlineData("results protect case-1")]
    public async Task A_folder_without_a_store_is_refused_with_its_path_and_nothing_is_made_there(string verb)
    {
        var empty = Directory.CreateDirectory(_folder.File("empty")).FullName;
        var run = await CliRun.OfAsync([.. verb.Split(' '), "--data-folder", empty]);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(empty, run.Error, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(empty));
    }

    private Task<CliRun> ProtectAsync(string verb, string caseId) => CliRun.OfAsync("results", verb, caseId, "--data-folder", Data);

    private Task<LiteDbResultStore> OpenAsync() =>
        LiteDbResultStore.OpenAsync(new StoreOptions { DataFolder = Data }, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
}
