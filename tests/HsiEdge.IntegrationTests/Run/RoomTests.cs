using System.Text.Json.Nodes;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary><c>hsiedge run</c> as a process with a simulated board, its room played over the board's socket, against a real broker.</summary>
public sealed class RoomTests : IAsyncLifetime
{
    private const string Prefix = "hsiedge/v1/site/cart/";
    private static readonly string Profile = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards", "simulated.json");
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
    public async Task A_press_of_the_footswitch_becomes_a_result_and_the_lamps_tell_it()
    {
        await using var run = Start();
        await using var room = await RoomClient.ConnectAsync(_folder.File("room"));
        await room.WaitForAsync("readyLamp", active: true);
        var before = room.Changes.Count;
        await room.PressAsync();
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "result"), 60);
        await room.WaitForAsync("readyLamp", active: true);
        Assert.Contains(("readyLamp", false), room.Changes.Skip(before));

        // The lesion comes into view after some cubes, and an alert is raised: its lamp blinks.
        for (var press = 0; press < 20 && !room.Changes.Contains(("alertLamp", true)); press++)
        {
            await room.PressAsync();
            await _observer.WaitAsync(m => m.Count(r => r.Topic == Prefix + "result") >= press + 2, 60);
            await room.WaitForAsync("readyLamp", active: true);
        }

        await room.WaitAsync(() => room.Changes.Count(c => c == ("alertLamp", true)) >= 2, "the alert lamp blinks");
        Assert.Equal(0, (await run.StopAsync()).ExitCode);
        Assert.Equal((false, false), (room.LevelOf("readyLamp"), room.LevelOf("alertLamp")));
    }

    [Fact]
    public async Task The_interlock_opened_in_mid_capture_ends_it_and_refuses_the_next_until_it_is_closed()
    {
        await using var run = Start(new JsonObject { ["FramePeriodMilliseconds"] = 20 });
        await using var room = await RoomClient.ConnectAsync(_folder.File("room"));
        await room.WaitForAsync("readyLamp", active: true);
        await room.PressAsync();
        await room.WaitForAsync("readyLamp", active: false);
        await room.SetAsync("interlock", active: false);
        await run.WaitForLineAsync("gave no result (Missed): the interlock is open");
        await WaitForTriggerHealthAsync("warning", "close the door, the lid or the key switch");
        Assert.DoesNotContain(_observer.Messages, m => m.Topic == Prefix + "result");

        var before = room.Changes.Count;
        await room.PressAsync();
        await run.WaitForLineAsync("refused: the interlock is open");
        await room.WaitAsync(() => room.Changes.Skip(before).Count(c => c == ("readyLamp", true)) >= 2, "the ready lamp blinks");

        await room.SetAsync("interlock", active: true);
        await WaitForTriggerHealthAsync("ok", "");
        await room.PressAsync();
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "result"), 60);
        Assert.Equal(0, (await run.StopAsync()).ExitCode);
    }

    [Fact]
    public async Task In_safe_mode_a_press_is_refused_and_the_lamp_shows_it()
    {
        await using var run = Start(new JsonObject { ["Sorce"] = "phantom" });
        await using var room = await RoomClient.ConnectAsync(_folder.File("room"));
        await run.WaitForLineAsync("Safe mode");

        // A switch that is held while the board is being opened has not been pressed.
        await run.WaitForLineAsync("is open: profile simulated");
        await room.PressAsync();
        await run.WaitForLineAsync("refused: safe mode: Unknown configuration key Camera:Sorce");
        await room.WaitAsync(() => room.Changes.Count(c => c == ("readyLamp", true)) >= 2, "the ready lamp blinks");
        Assert.Equal(0, (await run.StopAsync()).ExitCode);
    }

    [Fact]
    public async Task A_wrong_profile_is_safe_mode_and_names_file_and_key()
    {
        var profile = JsonNode.Parse(await File.ReadAllTextAsync(Profile), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!.AsObject();
        profile["lines"]!["footswitch"]!["bias"] = "sideways";
        await File.WriteAllTextAsync(_folder.File("board.json"), profile.ToJsonString());
        await using var run = Start(profile: _folder.File("board.json"));
        await WaitForTriggerHealthAsync("failed", "lines.footswitch.bias");
        var health = _observer.Messages.Last(m => m.Topic == Prefix + "health/trigger");
        Assert.Contains(_folder.File("board.json"), (string)health.Json["reason"]!, StringComparison.Ordinal);
        await run.WaitForLineAsync("Safe mode");
        Assert.Equal(0, (await run.StopAsync()).ExitCode);
    }

    [Fact]
    public async Task A_killed_worker_is_followed_by_make_safe_and_by_a_worker_that_goes_on()
    {
        await using (var killed = Start())
        {
            await using var room = await RoomClient.ConnectAsync(_folder.File("room"));
            await room.WaitForAsync("readyLamp", active: true);
            await room.PressAsync();
            Assert.Equal(128 + 9, (await killed.StopAsync("KILL")).ExitCode);
        }

        // What the unit's ExecStopPost runs.
        var safe = await ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), ["doctor", "--make-safe", "--config", _folder.File("machine.json")]);
        Assert.True(safe.ExitCode == 0, safe.Error);
        Assert.Contains("Every output is inactive: cameraTrigger", safe.Output, StringComparison.Ordinal);

        await using var run = Start();
        await using var again = await RoomClient.ConnectAsync(_folder.File("room"));
        await again.WaitForAsync("readyLamp", active: true);
        await again.PressAsync();
        await _observer.WaitAsync(m => m.Any(r => r.Topic == Prefix + "result"), 60);
        Assert.Equal(0, (await run.StopAsync()).ExitCode);
    }

    private Task<IReadOnlyList<Received>> WaitForTriggerHealthAsync(string state, string reason) => _observer.WaitAsync(
        m => m.LastOrDefault(r => r.Topic == Prefix + "health/trigger") is { } last && (string)last.Json["state"]! == state
            && ((string)last.Json["reason"]!).Contains(reason, StringComparison.Ordinal),
        60);

    private RunningProgram Start(JsonObject? camera = null, string? profile = null)
    {
        var configuration = new JsonObject
        {
            ["Mqtt"] = new JsonObject { ["Port"] = _broker.Port },
            ["Store"] = new JsonObject { ["DataFolder"] = _folder.File("data") },
            ["Board"] = new JsonObject { ["ProfilePath"] = profile ?? Profile, ["SimulatedSocketPath"] = _folder.File("room"), ["PulsePriority"] = 0 },
        };
        if (camera is not null)
        {
            configuration["Camera"] = camera;
        }

        File.WriteAllText(_folder.File("machine.json"), configuration.ToJsonString());
        return RunningProgram.Start("hsiedge", ["run", "--config", _folder.File("machine.json")]);
    }
}
