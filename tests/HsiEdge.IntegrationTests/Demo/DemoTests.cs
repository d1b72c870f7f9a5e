using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Devices.Phantom;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Demo;

/// <summary>The built demo as a new user starts it: one process, everything on loopback.</summary>
public sealed class DemoTests
{
    [Fact]
    public async Task A_few_cycles_find_the_lesion_raise_and_end_an_alert_and_leave_all_of_it_in_the_folder()
    {
        const int cycles = 10;
        using var folder = new TemporaryFolder();
        var outFolder = folder.File("demo");
        var run = await DemoAsync("--cycles", "10", "--out", outFolder, "--interval-ms", "300");
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.StartsWith("SYNTHETIC scene. For research use only.", run.Output, StringComparison.Ordinal);
        Assert.Contains(outFolder, run.Output, StringComparison.Ordinal);

        await using var reader = await ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = Path.Combine(outFolder, "data") });
        var results = await reader.ListAsync(new ResultQuery(100), CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, cycles).Select(i => (long)i), results.Select(r => r.Sequence).Order());
        Assert.All(results, r => Assert.True(r.Synthetic));
        Assert.All(results, r => Assert.True(
            SceneScript.Default.ShowsLesion(r.Sequence - 1) == (r.Findings.Count > 0), $"Cube {r.Sequence} has {r.Findings.Count} findings."));

        var messages = (await File.ReadAllLinesAsync(Path.Combine(outFolder, "messages.jsonl"))).Select(l => JsonNode.Parse(l)!.AsObject()).ToList();
        Assert.Equal(
            results.Select(r => r.Id).Order(StringComparer.Ordinal),
            Payloads(messages, "result").Select(p => (string)p["id"]!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        var transitions = Payloads(messages, "alert/").Select(p => (Id: (string)p["alertId"]!, Kind: (string?)p["transition"])).ToList();
        var raised = transitions.Where(t => t.Kind == "raised").Select(t => t.Id).ToHashSet(StringComparer.Ordinal);
        Assert.NotEmpty(raised);
        Assert.Equal(raised, transitions.Where(t => t.Kind == "ended").Select(t => t.Id).ToHashSet(StringComparer.Ordinal));
        Assert.Contains(Payloads(messages, "alert/"), p => ((string)p["reason"]!).StartsWith("not seen in 3 consecutive cubes", StringComparison.Ordinal));

        var overlays = Directory.GetFiles(Path.Combine(outFolder, "overlays")).Select(f => Path.GetFileName(f)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(results.OrderBy(r => r.Sequence).Select(r => string.Create(CultureInfo.InvariantCulture, $"{r.Sequence:0000}-{r.Id}.png")), overlays);
        Assert.All(overlays, o => Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], File.ReadAllBytes(Path.Combine(outFolder, "overlays", o))[..4]));
    }

    [Fact]
    public async Task Without_cycles_it_runs_until_Ctrl_C_and_stops_cleanly_within_5_seconds()
    {
        using var folder = new TemporaryFolder();
        await using var demo = RunningProgram.Start("HsiEdge.Demo", ["--out", folder.File("demo"), "--interval-ms", "50"]);
        await demo.WaitForLineAsync("   2  ");
        var (exitCode, took) = await demo.StopAsync();
        Assert.True(exitCode == 0, string.Join('\n', demo.Lines));
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took}.");
        Assert.Contains(demo.Lines, l => l.Contains(folder.File("demo"), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_port_in_use_is_one_clear_message_and_exit_code_1()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        using var folder = new TemporaryFolder();
        var run = await DemoAsync("--cycles", "1", "--out", folder.File("demo"), "--port", port);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains(port, Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_that_cannot_be_made_is_one_clear_message_and_exit_code_1()
    {
        var run = await DemoAsync("--cycles", "1", "--out", "/dev/null/demo");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("/dev/null/demo", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_folder_with_something_in_it_is_left_alone()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("mine.txt"), "mine");
        var run = await DemoAsync("--cycles", "1", "--out", folder.Path);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("not empty", run.Error, StringComparison.Ordinal);
        Assert.Equal(["mine.txt"], Directory.GetFileSystemEntries(folder.Path).Select(f => Path.GetFileName(f)));
    }

    [Theory]
    [InlineData("--cycles", "0")]
    [InlineData("--cycles", "many")]
    [InlineData("--camera", "usb")]
    [InlineData("--port", "70000")]
    [InlineData("--interval-ms", "1")]
    [InlineData("--unknown", "1")]
    public async Task Wrong_usage_is_exit_code_2(string option, string value)
    {
        var run = await DemoAsync(option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.NotEmpty(run.Error);
    }

    [Fact]
    public async Task Help_names_every_option()
    {
        var run = await DemoAsync("--help");
        Assert.Equal(0, run.ExitCode);
        Assert.All(["--cycles", "--camera", "--port", "--out", "--interval-ms"], o => Assert.Contains(o, run.Output, StringComparison.Ordinal));
    }

    private static Task<ProgramRun> DemoAsync(params string[] arguments) =>
        ProgramRun.StartAsync(RunningProgram.PathOf("HsiEdge.Demo"), arguments, timeout: TimeSpan.FromMinutes(2));

    private static IEnumerable<JsonObject> Payloads(IEnumerable<JsonObject> messages, string topic) =>
        messages.Where(m => ((string)m["topic"]!).StartsWith("hsiedge/v1/demo/cart-1/" + topic, StringComparison.Ordinal)).Select(m => m["payload"]).OfType<JsonObject>();
}
