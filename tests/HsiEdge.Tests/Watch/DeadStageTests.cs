using HsiEdge.Appliance.Hosting;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Watch;

/// <summary>A dead stage is never 200: the whole appliance runs, and something at its boundary stops answering.</summary>
public sealed class DeadStageTests
{
    [Fact]
    public async Task All_well_is_200_three_times_and_the_report_names_every_stage()
    {
        await using var box = await WatchedBox.StartAsync(ApplianceRun.Service, "--Trigger:IntervalMilliseconds=100");
        await box.WaitForAsync("ready", 200);
        foreach (var truth in new[] { "live", "ready", "degraded" })
        {
            await box.WaitForAsync(truth, 200);
        }

        var (status, report) = await box.AskAsync("");
        Assert.Equal(200, status);
        var stages = report["stages"]!.AsArray().Select(s => (string)s!["stage"]!).ToList();
        Assert.Superset(new HashSet<string>(["store", "pipeline", "interval", "refusals", "disk watch", "clock watch"]), stages.ToHashSet());
        Assert.Equal(404, (await box.AskAsync("alive")).Status);
    }

    [Fact]
    public async Task A_camera_that_never_answers_makes_the_pipeline_dead_within_its_limit_and_an_answer_revives_it()
    {
        HangingCamera? camera = null;
        var run = new ApplianceRun { Camera = source => camera = new HangingCamera(source) };
        await using var box = await WatchedBox.StartAsync(run, "--Trigger:IntervalMilliseconds=100");
        box.LetGo = () => camera?.LetGo();
        await box.WaitForAsync("live", 503, "pipeline has been silent for");
        Assert.Equal(503, (await box.AskAsync("")).Status);
        await box.WaitForAsync("ready", 503, "pipeline has been silent for");
        await box.WaitForAsync("degraded", 503, "pipeline has been silent for");
        box.LetGo();
        await box.WaitForAsync("live", 200);
        await box.WaitForAsync("ready", 200);
    }

    [Fact]
    public async Task A_disk_that_stops_answering_makes_the_store_dead_within_its_limit_and_an_answer_revives_it()
    {
        using var disk = new HangingDisk();
        var run = new ApplianceRun
        {
            OpenStore = (options, health, time, log, watch, stop) => LiteDbResultStore.OpenAsync(options, health, time, log, disk, watch, stop),
        };
        await using var box = await WatchedBox.StartAsync(run, "--Trigger:IntervalMilliseconds=100");
        await box.WaitForAsync("ready", 200);
        box.LetGo = disk.LetGo;
        disk.Hang();
        await box.WaitForAsync("live", 503, "store has been silent for");
        box.LetGo();
        await box.WaitForAsync("live", 200);
        await box.WaitForAsync("ready", 200);
    }

    [Fact]
    public async Task A_board_that_is_away_is_no_dead_stage_but_nothing_is_ready_and_the_reason_is_said()
    {
        using var folder = new TemporaryFolder();
        var profile = folder.File("board.json");
        var text = await File.ReadAllTextAsync(Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards", "jetson-orin-nano.json"));
        await File.WriteAllTextAsync(profile, text);
        await using var box = await WatchedBox.StartAsync(ApplianceRun.Service, $"--Board:ProfilePath={profile}");
        await box.WaitForAsync("ready", 503, "board");
        await box.WaitForAsync("degraded", 503, "trigger");
        Assert.Equal(200, (await box.AskAsync("live")).Status);
    }

    [Fact]
    public async Task A_port_in_use_is_a_warning_and_captures_go_on()
    {
        await using var first = await WatchedBox.StartAsync(ApplianceRun.Service);
        await first.WaitForAsync("degraded", 200);
        var port = WatchedBox.FreePort();
        using var taken = new System.Net.Sockets.TcpListener(System.Net.IPAddress.Loopback, port);
        taken.Start();
        using var folder = new TemporaryFolder();
        var configuration = Appliance.Configuration.ApplianceConfiguration.Load(
            ["--Mqtt:Enabled=false", $"--Store:DataFolder={folder.File("data")}", "--Metrics:HealthEnabled=true", "--Metrics:PrometheusEnabled=true", $"--Metrics:Port={port}"],
            new Dictionary<string, string>(StringComparer.Ordinal),
            "/nowhere");
        await using var box = await ApplianceComposition.StartAsync(
            configuration, ApplianceRun.Service, manager: null, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLoggerFactory.Instance, CancellationToken.None);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        string answer;
        do
        {
            answer = await Appliance.Watch.HealthSocket.AskAsync(folder.File("data"), patience.Token);
        }
        while (!answer.Contains("\"ready\":true", StringComparison.Ordinal) || !answer.Contains("cannot be served on", StringComparison.Ordinal));
        Assert.Contains($"/metrics cannot be served on 127.0.0.1:{port}", answer, StringComparison.Ordinal);
        Assert.Contains($"/health cannot be served on 127.0.0.1:{port}", answer, StringComparison.Ordinal);
        Assert.Contains("\"live\":true", answer, StringComparison.Ordinal);
    }
}
