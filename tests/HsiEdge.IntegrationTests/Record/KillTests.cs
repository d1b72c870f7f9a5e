using System.Diagnostics;
using System.Text;
using HsiEdge.Core.Record;
using Xunit;

namespace HsiEdge.IntegrationTests.Record;

/// <summary>A process that records is killed with SIGKILL at any moment: what it printed as acknowledged is there, and nothing is half.</summary>
public sealed class KillTests
{
    private const int Kills = 15;

    [Fact]
    public async Task A_killed_writer_loses_nothing_acknowledged_and_leaves_nothing_half()
    {
        using var folder = new StoreFolder();
        var random = new Random(20261124);
        var acknowledged = new List<string>();
        for (var kill = 0; kill < Kills; kill++)
        {
            acknowledged.AddRange(await WriteAndKillAsync(folder.Options.DataFolder, random.Next(0, 8), TimeSpan.FromMilliseconds(random.Next(0, 60))));
            await using var store = await folder.OpenAsync();
            foreach (var id in acknowledged)
            {
                Assert.True(await store.FindAsync(id, CancellationToken.None) is not null, $"Result {id} was acknowledged and is gone after kill {kill + 1}.");
            }

            if (kill % 5 == 4)
            {
                var present = await StoreFolder.RequireNothingHalfAsync(store);
                Assert.Superset(acknowledged.ToHashSet(StringComparer.Ordinal), present);
            }
        }

        Assert.True(acknowledged.Count >= Kills, $"Only {acknowledged.Count} results were acknowledged in {Kills} runs: the test proves too little.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{Kills} kills, {acknowledged.Count} acknowledged results, none lost, none half.");
    }

    /// <summary>Lets the victim record until some results are acknowledged, then kills it a random moment later: a slow machine proves as much as a fast one.</summary>
    private static async Task<List<string>> WriteAndKillAsync(string folder, int atLeast, TimeSpan more)
    {
        var program = Path.Combine(AppContext.BaseDirectory, "HsiEdge.StoreVictim.dll");
        using var process = Process.Start(new ProcessStartInfo("dotnet", [program, folder]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Assert.Equal("opening", await process.StandardOutput.ReadLineAsync());
        Assert.Equal("open", await process.StandardOutput.ReadLineAsync());
        var text = new StringBuilder();
        for (var lines = 0; lines < atLeast; lines++)
        {
            text.Append(await process.StandardOutput.ReadLineAsync()).Append('\n');
        }

        var rest = process.StandardOutput.ReadToEndAsync();
        await Task.Delay(more);
        process.Kill();
        await process.WaitForExitAsync();

        // A line cut by the kill is no acknowledgement; the last piece is complete only when a line end follows it.
        var output = text.Append(await rest).ToString();
        return [.. output[..(output.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(UlidGenerator.IsUlid)];
    }
}
