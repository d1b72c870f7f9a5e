using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Devices.Phantom;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Demo;

/// <summary>The demo with <c>--camera gige</c>: footswitch, pulses and the real camera protocol, from an empty folder to the account.</summary>
[Collection("GigE cameras")]
public sealed class GigEDemoTests
{
    [Fact]
    public async Task Presses_of_the_footswitch_become_results_through_a_GigE_Vision_camera_and_the_ledger_balances()
    {
        const int cycles = 4;
        using var folder = new TemporaryFolder();
        var outFolder = folder.File("demo");
        var run = await ProgramRun.StartAsync(RunningProgram.PathOf("HsiEdge.Demo"), ["--camera", "gige", "--cycles", "4", "--interval-ms", "50", "--out", outFolder], timeout: TimeSpan.FromMinutes(4));
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Contains("reference-dark taken over GigE Vision (synthetic)", run.Output, StringComparison.Ordinal);
        Assert.Contains("Ledger ", run.Output, StringComparison.Ordinal);

        await using var reader = await ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = Path.Combine(outFolder, "data") });
        var results = (await reader.ListAsync(new ResultQuery(100), CancellationToken.None)).OrderBy(r => r.Sequence).ToList();
        Assert.Equal(cycles, results.Count);
        Assert.All(results, r => Assert.True(r.Synthetic));
        Assert.All(results, r => Assert.Equal("gige-48", r.Origin));
        Assert.Equal(Enumerable.Range(0, cycles).Select(pose => SceneScript.Default.ShowsLesion(pose)), results.Select(r => r.Findings.Count > 0));
    }
}
