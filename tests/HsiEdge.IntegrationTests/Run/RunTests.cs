using System.Globalization;
using System.Text.Json.Nodes;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using MQTTnet;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary><c>hsiedge run</c> as a process against a real broker.</summary>
public sealed class RunTests : IAsyncLifetime
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
    public async Task It_captures_on_command_answers_after_the_result_is_durable_and_stops_within_5_seconds()
    {
        await using var run = Start("{}");
        await WaitForStatusAsync("online");
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "health/disk") && m.Any(r => r.Topic == Prefix + "health/clock" && (string)r.Json["state"]! == "ok"));
        AssertOk(await CommandAsync("set-case", """{"caseId": "CASE-7"}"""));
        var answer = AssertOk(await CommandAsync("capture", ""));
        var resultId = (string)answer["data"]!["resultId"]!;
        await using (var reader = await OpenStoreAsync())
        {
            var result = await reader.FindAsync(resultId, CancellationToken.None);
            Assert.Equal(("CASE-7", 1L), (result!.CaseId, result.Sequence));
        }

        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "result" && (string)r.Json["id"]! == resultId));
        answer = AssertOk(await CommandAsync("query-results", """{"limit": 5}"""));
        Assert.Equal(resultId, (string)Assert.Single(answer["data"]!.AsArray())!["id"]!);
        Assert.Contains("capture", (string)(await CommandAsync("fly", "{}"))["error"]!, StringComparison.Ordinal);
        AssertOk(await CommandAsync("end-case", ""));

        await AssertStopsAsync(run, "INT");
        await WaitForStatusAsync("offline");
    }

    [Fact]
    public async Task The_log_comes_as_JSON_when_asked()
    {
        await using var run = Start("{}", "--json");
        await WaitForStatusAsync("online");
        await AssertStopsAsync(run, "INT");
        var events = run.Lines.Where(l => l.Length > 0).Select(l => (int)JsonNode.Parse(l)!["EventId"]!).ToList();
        Assert.Contains(8001, events);
        Assert.Contains(8005, events);
    }

    [Fact]
    public async Task An_interval_captures_by_itself_and_SIGTERM_stops_it_cleanly()
    {
        await using var run = Start("""{ "Trigger": { "IntervalMilliseconds": 100 } }""");
        await _observer.WaitAsync(m => m.Count(r => r.Topic == Prefix + "result") >= 2, 60);
        await AssertStopsAsync(run, "TERM");
        await using var reader = await OpenStoreAsync();
        var results = await reader.ListAsync(new ResultQuery(100), CancellationToken.None);
        Assert.Equal(Enumerable.Range(1, results.Count).Select(i => (long)i), results.Select(r => r.Sequence).Order());
    }

    [Fact]
    public async Task A_folder_of_recordings_is_just_another_camera()
    {
        var made = await ProgramRun.StartAsync(
            RunningProgram.PathOf("hsiedge-model"),
            ["phantom", "--out", _folder.File("cubes"), "--patients", "2", "--seed", "1", "--size", "48x40", "--bands", "1000:1600:96", "--separation", "moderate"]);
        Assert.True(made.ExitCode == 0, made.Output + made.Error);
        await using var run = Start($$$"""{ "Camera": { "Source": "replay", "ReplayFolder": "{{{_folder.File("cubes")}}}" } }""");
        await WaitForStatusAsync("online");
        for (var i = 0; i < 3; i++)
        {
            AssertOk(await CommandAsync("capture", ""));
        }

        await AssertStopsAsync(run, "INT");
        await using var reader = await OpenStoreAsync();
        var results = (await reader.ListAsync(new ResultQuery(10), CancellationToken.None)).OrderBy(r => r.Sequence).ToList();
        Assert.Equal([results[0].Origin, results[1].Origin, results[0].Origin], results.Select(r => r.Origin));
        Assert.NotEqual(results[0].Origin, results[1].Origin);
        Assert.All(results, r => Assert.True(r.Synthetic));
        Assert.All(results, r => Assert.NotNull(r.CalibrationId));
    }

    [Theory]
    [InlineData("""{ "Camera": { "Sorce": "phantom" } }""", "Unknown configuration key Camera:Sorce", "camera")]
    [InlineData("""{ "Trigger": { "IntervalMilliseconds": -5 } }""", "Trigger:IntervalMilliseconds is '-5'", "trigger")]
    [InlineData("""{ "Camera": { "Source": "replay", "ReplayFolder": "/nowhere" } }""", "'/nowhere'", "camera")]
    [InlineData("""{ "Model": { "BundlePath": "/nowhere/m.hsimodel" } }""", "/nowhere/m.hsimodel", "model")]
    [InlineData("""{ "Surplus": { "Key": 1 } }""", "Unknown configuration key Surplus:Key", "configuration")]
    public async Task A_wrong_configuration_is_safe_mode_reachable_degraded_and_refusing_with_the_reason(string configuration, string reason, string component)
    {
        await using var run = Start(configuration);
        await AssertSafeModeAsync(reason, component);
        await AssertStopsAsync(run, "INT");
    }

    [Fact]
    public async Task A_bundle_with_a_changed_byte_is_safe_mode_with_the_reason()
    {
        var bytes = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "models", "gastric-phantom.hsimodel"));
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(_folder.File("changed.hsimodel"), bytes);
        await using var run = Start($$$"""{ "Model": { "BundlePath": "{{{_folder.File("changed.hsimodel")}}}" } }""");
        await AssertSafeModeAsync("changed.hsimodel", "model");
        await AssertStopsAsync(run, "INT");
    }

    [Fact]
    public async Task A_replay_folder_without_a_cube_is_safe_mode_with_the_reason()
    {
        Directory.CreateDirectory(_folder.File("empty"));
        await using var run = Start($$$"""{ "Camera": { "Source": "replay", "ReplayFolder": "{{{_folder.File("empty")}}}" } }""");
        await AssertSafeModeAsync(_folder.File("empty"), "camera");
        await AssertStopsAsync(run, "INT");
    }

    [Theory]
    [InlineData("Mqtt", "Prot")]
    [InlineData("Appliance", "Siet")]
    [InlineData("Store", "DataFoldr")]
    public async Task A_wrong_key_where_the_broker_or_the_store_is_named_ends_with_exit_code_3(string section, string key)
    {
        var run = await RunAsync("--config", Write($$"""{ "{{section}}": { "{{key}}": "x" } }"""));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains($"Unknown configuration key {section}:{key}", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_key_on_the_command_line_ends_with_exit_code_3()
    {
        var run = await RunAsync("--config", Write("{}"), "--Camera:Sorce", "phantom");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("Did you mean Camera:Source?", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_configuration_file_that_is_missing_ends_with_exit_code_3()
    {
        var run = await RunAsync("--config", "/nowhere/appsettings.json");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("/nowhere/appsettings.json", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_ends_with_exit_code_1_and_one_message()
    {
        var run = await RunAsync("--config", Write("{}"), "--Store:DataFolder", "/dev/null/data", "--Appliance:MinimumLogLevel", "warning");
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("/dev/null/data", Assert.Single(run.Error.TrimEnd().Split('\n')), StringComparison.Ordinal);
        Assert.DoesNotContain(" at HsiEdge", run.Output, StringComparison.Ordinal);
    }

    private static Task<ProgramRun> RunAsync(params string[] arguments) => ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), ["run", .. arguments]);

    private static JsonObject AssertOk(JsonObject answer)
    {
        Assert.True((bool)answer["ok"]!, answer.ToJsonString());
        return answer;
    }

    private static async Task AssertStopsAsync(RunningProgram run, string signal)
    {
        var (exitCode, took) = await run.StopAsync(signal);
        Assert.True(exitCode == 0, string.Join('\n', run.Lines));
        Assert.True(took < TimeSpan.FromSeconds(5), $"It took {took}.");
    }

    private async Task AssertSafeModeAsync(string reason, string component)
    {
        await WaitForStatusAsync("degraded", reason);
        var answer = await CommandAsync("capture", "");
        Assert.False((bool)answer["ok"]!);
        Assert.Contains("safe mode", (string)answer["error"]!, StringComparison.Ordinal);
        Assert.Contains(reason, (string)answer["error"]!, StringComparison.Ordinal);
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "health/" + component
            && (string)r.Json["state"]! == "failed" && ((string)r.Json["reason"]!).Contains(reason, StringComparison.Ordinal)));
        Assert.DoesNotContain(_observer.Messages, m => m.Topic == Prefix + "result");
    }

    private Task<IReadOnlyList<Received>> WaitForStatusAsync(string state, string reason = "") => _observer.WaitAsync(
        m => m.Any(r => r.Topic == Prefix + "status" && (string)r.Json["state"]! == state
            && (reason.Length == 0 || r.Json["reasons"]!.AsArray().Any(t => ((string)t!).Contains(reason, StringComparison.Ordinal)))),
        60);

    private RunningProgram Start(string configuration, params string[] more) => RunningProgram.Start("hsiedge", ["run", "--config", Write(configuration), .. more]);

    private string Write(string configuration)
    {
        var json = JsonNode.Parse(configuration)!.AsObject();
        json.TryAdd("Mqtt", new JsonObject { ["Port"] = _broker.Port });
        json.TryAdd("Store", new JsonObject { ["DataFolder"] = _folder.File("data") });
        File.WriteAllText(_folder.File("machine.json"), json.ToJsonString());
        return _folder.File("machine.json");
    }

    private Task<ResultStoreReader> OpenStoreAsync() => ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = _folder.File("data") });

    private async Task<JsonObject> CommandAsync(string verb, string payload)
    {
        var topic = "answers/" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await _observer.PublishAsync(
            new MqttApplicationMessageBuilder().WithTopic(Prefix + "command/" + verb).WithPayload(payload).WithResponseTopic(topic).WithCorrelationData([1, 2]).Build());
        var messages = await _observer.WaitAsync(m => m.Any(r => r.Topic == topic), 30);
        return messages.First(r => r.Topic == topic).Json.AsObject();
    }
}
