using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.IntegrationTests.Cli;

/// <summary>What root does to a store must not lock the service's user out of it.</summary>
public sealed class StoreOwnerTests : IAsyncDisposable
{
    private const string Service = "65534";
    private readonly TemporaryFolder _folder = new();

    public async ValueTask DisposeAsync()
    {
        await AsRootAsync("rm", "-rf", _folder.File("data"));
        _folder.Dispose();
    }

    [Fact]
    public async Task Files_that_roots_verbs_make_belong_to_the_owner_of_the_data_folder()
    {
        var data = _folder.File("data");
        await using (var store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = data }, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None))
        {
            await store.RecordAsync(new SampleRecords(TimeProvider.System).Next(), CancellationToken.None);
        }

        await AsRootAsync("chown", "-R", $"{Service}:{Service}", data);
        await AsRootAsync(RunningProgram.PathOf("hsiedge"), "results", "protect", "case-1", "--data-folder", data);
        await AsRootAsync(RunningProgram.PathOf("hsiedge"), "store", "compact", "--data-folder", data);
        await AsRootAsync(RunningProgram.PathOf("hsiedge"), "store", "migrate", "--to", "1", "--data-folder", data);
        await AsRootAsync(RunningProgram.PathOf("hsiedge"), "store", "migrate", "--data-folder", data);
        var owners = await AsRootAsync("find", data, "-printf", "%U %f\\n");
        Assert.All(owners.Split('\n', StringSplitOptions.RemoveEmptyEntries), line => Assert.StartsWith(Service + " ", line, StringComparison.Ordinal));
    }

    private static async Task<string> AsRootAsync(params string[] command)
    {
        var run = Environment.IsPrivilegedProcess ? await ProgramRun.StartAsync(command[0], command[1..]) : await ProgramRun.StartAsync("sudo", ["-n", .. command]);
        Assert.True(run.ExitCode == 0, $"{string.Join(' ', command)}: {run.Error}");
        return run.Output;
    }
}
