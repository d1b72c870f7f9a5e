using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HsiEdge.Testing;
using MQTTnet;
using Xunit;

namespace HsiEdge.IntegrationTests.Watch;

/// <summary>The figures of <c>hsiedge run</c>, scraped and sent, against docs/metrics.md and against another's parser.</summary>
public sealed partial class MetricsRunTests : IAsyncLifetime
{
    private const string Prefix = "hsiedge/v1/site/cart/";
    private readonly TemporaryFolder _folder = new();
    private MosquittoBroker _broker = null!;
    private MqttObserver _observer = null!;

    public async ValueTask InitializeAsync()
    {
        _broker = await MosquittoBroker.StartAsync();
        _observer = await MqttObserver.ConnectAsync(_broker.Port);
    }

    public async ValueTask DisposeAsync()
    {
        await _observer.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Every_documented_figure_is_sent_and_scraped_and_no_other()
    {
        await using var collector = Collector.Start();
        await File.WriteAllTextAsync(_folder.File("headers"), "api-key=k=1,2\n");
        var port = Collector.FreePort();
        await using var run = Start(new JsonObject
        {
            ["PrometheusEnabled"] = true,
            ["Port"] = port,
            ["OtlpEndpoint"] = $"http://127.0.0.1:{collector.Port}",
            ["OtlpIntervalSeconds"] = 1,
            ["OtlpHeadersFile"] = _folder.File("headers"),
        });
        await WorkAsync(run);

        // The first figures that were all collected after the work.
        var known = collector.Requests.Count;
        await collector.WaitAsync(r => r.Count >= known + 2, "figures after the work");
        var request = collector.Requests[^1];
        Assert.Equal(("/v1/metrics", "application/x-protobuf", "k=1,2"), (request.Path, request.ContentType, request.ApiKey));
        var source = OtlpReader.Resource(request.Body);
        Assert.Equal(("hsiedge", "site", "cart"), (source["service.name"], source["hsiedge.site"], source["hsiedge.cart"]));
        Assert.Matches("^[0-7][0-9A-HJKMNP-TV-Z]{25}$", source["service.instance.id"]);

        var sent = OtlpReader.Metrics(request.Body);
        Assert.Contains(sent, m => m.Scope == "System.Runtime" && m.Name == "dotnet.gc.collections");
        var own = sent.Where(m => m.Scope == "HsiEdge").Select(m => $"{m.Name} {m.Kind} {m.Unit} [{string.Join(' ', m.Attributes.Order(StringComparer.Ordinal))}]");
        var documented = Documented().Where(d => !d.StartsWith("hsiedge.camera.", StringComparison.Ordinal));
        Assert.Equal(documented.Order(StringComparer.Ordinal), own.Order(StringComparer.Ordinal));
        Assert.All(sent.Where(m => m.Scope == "HsiEdge"), m => Assert.True(m.Description.Length > 10, m.Name));

        var scrape = await ScrapeAsync(port);
        await AssertPromtoolAcceptsAsync(scrape);
        Assert.All(sent.Where(m => m.Scope == "HsiEdge"), m => Assert.Contains($"\n# TYPE {m.Name.Replace('.', '_')}", scrape, StringComparison.Ordinal));
        Assert.Matches(@"\nhsiedge_triggers_total\{[^}]*verdict=""captured""[^}]*\} [1-9]", scrape);
        Assert.DoesNotContain("CASE-7", scrape, StringComparison.Ordinal);
        Assert.Equal(0, (await run.StopAsync()).ExitCode);
    }

    [Fact]
    public async Task A_collector_that_is_away_is_a_warning_said_once_captures_go_on_and_its_coming_is_seen()
    {
        var port = Collector.FreePort();
        await using var run = Start(new JsonObject { ["OtlpEndpoint"] = $"http://127.0.0.1:{port}", ["OtlpIntervalSeconds"] = 1, ["OtlpTimeoutSeconds"] = 1 });
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "health/metrics" && (string)r.Json["state"]! == "warning"), 60);
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "status" && (string)r.Json["state"]! == "degraded"), 60);
        await CommandAsync("capture", "{}");
        await using (var collector = Collector.Start(port))
        {
            await collector.WaitAsync(r => r.Count > 0, "figures");
            await _observer.WaitAsync(m => m.Last(r => r.Topic == Prefix + "health/metrics") is { } last && (string)last.Json["state"]! == "ok", 60);
            collector.Status = 503;
            await _observer.WaitAsync(m => m.Last(r => r.Topic == Prefix + "health/metrics") is { } last && (string)last.Json["state"]! == "warning", 60);
        }

        await CommandAsync("capture", "{}");
        var (exitCode, took) = await run.StopAsync();
        Assert.True(exitCode == 0 && took < TimeSpan.FromSeconds(5), $"{exitCode} after {took}: {string.Join('\n', run.Lines)}");
        Assert.Equal(2, run.Lines.Count(l => l.Contains("does not take the figures", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_broker_that_is_away_leaves_the_box_live_and_ready_and_degraded_says_so()
    {
        var port = Collector.FreePort();
        await using var run = Start(new JsonObject { ["HealthEnabled"] = true, ["Port"] = port });
        using var client = new HttpClient();
        await UntilAsync(client, port, "degraded", 200, "");
        await _broker.KillAsync();
        await UntilAsync(client, port, "degraded", 503, "broker-link");
        await UntilAsync(client, port, "live", 200, "");
        await UntilAsync(client, port, "ready", 200, "");

        var verb = await ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), ["health", "--config", _folder.File("machine.json"), "--json"]);
        Assert.Equal(0, verb.ExitCode);
        await MessageAgainstSchemaAsync(verb.Output);
        Assert.Equal(0, (await HealthAsync("--ready")).ExitCode);
        var well = await HealthAsync("--well");
        Assert.Equal(1, well.ExitCode);
        Assert.Contains("broker-link", well.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await run.StopAsync()).ExitCode);
        var gone = await HealthAsync();
        Assert.Equal(1, gone.ExitCode);
        Assert.Contains("No worker answers on", gone.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nothing_listens_unless_asked_for()
    {
        await using var run = Start([]);
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "status" && (string)r.Json["state"]! == "online"), 60);
        var sockets = await ProgramRun.StartAsync("ss", ["-Hltnp"]);
        Assert.DoesNotContain($"pid={run.ProcessId},", sockets.Output, StringComparison.Ordinal);
        Assert.Equal(0, (await run.StopAsync()).ExitCode);
    }

    [Fact]
    public async Task The_example_rules_are_good_and_ask_for_figures_that_are_there()
    {
        var path = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "monitoring", "hsiedge.rules.yaml");
        var check = await ProgramRun.StartAsync("promtool", ["check", "rules", path]);
        Assert.True(check.ExitCode == 0, check.Output + check.Error);
        var known = Documented().Select(d => d.Split(' ')).Select(d => (Name: d[0].Replace('.', '_'), Unit: d[2] switch { "s" => "_seconds", "By" => "_bytes", _ => "" }, Total: d[1] == "counter" ? "_total" : ""))
            .Select(d => d.Name + d.Unit + d.Total).ToHashSet(StringComparer.Ordinal);
        var asked = RuleName().Matches(await File.ReadAllTextAsync(path)).Select(m => m.Value).ToList();
        Assert.NotEmpty(asked);
        Assert.All(asked, name => Assert.Contains(name, known));
    }

    private static IEnumerable<string> Documented() =>
        Row().Matches(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "metrics.md")))
            .Select(m => $"{m.Groups["name"].Value} {m.Groups["kind"].Value} {m.Groups["unit"].Value} [{string.Join(' ', Word().Matches(m.Groups["attributes"].Value).Select(w => w.Groups[1].Value).Order(StringComparer.Ordinal))}]");

    private static async Task<string> ScrapeAsync(int port)
    {
        using var client = new HttpClient();
        return await client.GetStringAsync(new Uri($"http://127.0.0.1:{port}/metrics"));
    }

    private async Task AssertPromtoolAcceptsAsync(string scrape)
    {
        await File.WriteAllTextAsync(_folder.File("scrape"), scrape);
        var check = await ProgramRun.StartAsync("sh", ["-c", "promtool check metrics < \"$1\"", "sh", _folder.File("scrape")]);
        Assert.True(check is { ExitCode: 0, Output: "", Error: "" }, check.Output + check.Error);
    }

    private static async Task UntilAsync(HttpClient client, int port, string truth, int status, string reason)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (true)
        {
            try
            {
                using var response = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/health/{truth}"), patience.Token);
                if ((int)response.StatusCode == status && (await response.Content.ReadAsStringAsync(patience.Token)).Contains(reason, StringComparison.Ordinal))
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // Not up yet.
            }

            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task MessageAgainstSchemaAsync(string json)
    {
        var schema = await NJsonSchema.JsonSchema.FromFileAsync(Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "health-report.schema.json"));
        Assert.Empty(schema.Validate(json));
    }

    private Task<ProgramRun> HealthAsync(params string[] more) =>
        ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), ["health", "--config", _folder.File("machine.json"), .. more]);

    /// <summary>A press, a command and one that is none, refusals, a line that bounces: whatever has a figure that is seen only when it happens.</summary>
    private async Task WorkAsync(RunningProgram run)
    {
        await using var room = await RoomClient.ConnectAsync(_folder.File("room"));
        await room.WaitForAsync("readyLamp", active: true);
        await CommandAsync("set-case", """{"caseId": "CASE-7"}""");
        await room.PressAsync();
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "result"), 60);
        await CommandAsync("capture", "{}");
        await CommandAsync("fly", "{}");
        await room.SetAsync("interlock", active: false);
        await run.WaitForLineAsync("Interlock open");
        await CommandAsync("capture", "{}");
    }

    private async Task CommandAsync(string verb, string payload)
    {
        var topic = "answers/" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await _observer.PublishAsync(
            new MqttApplicationMessageBuilder().WithTopic(Prefix + "command/" + verb).WithPayload(payload).WithResponseTopic(topic).WithCorrelationData([1, 2]).Build());
        await _observer.WaitAsync(m => m.Any(r => r.Topic == topic), 60);
    }

    private RunningProgram Start(JsonObject metrics)
    {
        var json = new JsonObject
        {
            ["Mqtt"] = new JsonObject { ["Port"] = _broker.Port },
            ["Store"] = new JsonObject { ["DataFolder"] = _folder.File("data") },
            ["Metrics"] = metrics,
            ["Board"] = new JsonObject
            {
                ["ProfilePath"] = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards", "simulated.json"),
                ["SimulatedSocketPath"] = _folder.File("room"),
            },
        };
        File.WriteAllText(_folder.File("machine.json"), json.ToJsonString());
        return RunningProgram.Start("hsiedge", ["run", "--config", _folder.File("machine.json")]);
    }

    [GeneratedRegex(@"^\| `(?<name>hsiedge\.[a-z.]+)` \| (?<kind>\w+) \| `(?<unit>[^`]+)` \|(?<attributes>[^|]*)\| [^|]+\|\r?$", RegexOptions.Multiline | RegexOptions.ExplicitCapture)]
    private static partial Regex Row();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Word();

    [GeneratedRegex("hsiedge_[a-z_]+", RegexOptions.ExplicitCapture)]
    private static partial Regex RuleName();
}
