using System.Diagnostics;
using System.Text.Json.Nodes;
using HsiEdge.Devices.Phantom;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary>The whole chain as processes: footswitch → board → GigE Vision camera → cube → lesion → broker, with every pulse accounted for.</summary>
public sealed class GigERunTests(ReferencedCart referenced, ITestOutputHelper output) : IClassFixture<ReferencedCart>
{
    private const int Bands = 48;
    private readonly GigECart _cart = referenced.Cart;

    [Fact]
    public async Task Without_references_a_press_is_refused_with_what_to_do_and_commands_that_take_them_let_it_in()
    {
        foreach (var word in new[] { "no references", "command/reference-dark", "command/reference-white" })
        {
            Assert.Contains(word, (string)referenced.HealthWithout["reason"]!, StringComparison.Ordinal);
            Assert.Contains(word, (string)referenced.RefusedWithout["reason"]!, StringComparison.Ordinal);
        }

        Assert.Equal(("refused", 0), ((string)referenced.RefusedWithout["verdict"]!, (int)referenced.RefusedWithout["sent"]!));
        Assert.True((bool)referenced.Dark["ok"]!, referenced.Dark.ToJsonString());
        Assert.True((bool)referenced.White["ok"]!, referenced.White.ToJsonString());
        await _cart.CaptureAsync(0);
    }

    [Fact]
    public async Task A_press_becomes_a_result_that_shows_the_lesion_exactly_where_the_scene_does()
    {
        foreach (var pose in new[] { 0, 3, 4, 9, 5 })
        {
            var (ledger, result) = await _cart.CaptureAsync(pose);
            AssertBalanced(ledger);
            Assert.True(
                SceneScript.Default.ShowsLesion(pose) == (result["findings"]!.AsArray().Count > 0), $"Pose {pose}: {result["findings"]!.ToJsonString()}");
            Assert.True((bool)result["synthetic"]!);
        }
    }

    [Fact]
    public async Task The_ledger_of_a_press_has_the_time_of_every_pulse_exposure_and_frame()
    {
        JsonNode kept;
        var attempt = 0;
        do
        {
            // The last edge may come after the books are closed where the machine is busy.
            kept = await _cart.ShowLedgerAsync((string)(await _cart.CaptureAsync(4)).Ledger["captureId"]!);
        }
        while (++attempt < 5 && kept["ledger"]!["pulses"]![Bands - 1]!["edgeMicroseconds"] is null);

        var ledger = kept["ledger"]!;
        var (pulses, frames) = (ledger["pulses"]!.AsArray(), ledger["frames"]!.AsArray());
        Assert.Equal(("captured", "footswitch"), ((string)kept["verdict"]!, (string)ledger["cause"]!));
        Assert.Equal((Bands, Bands), (pulses.Count, frames.Count));
        var before = 0.0;
        for (var i = 0; i < Bands; i++)
        {
            // Sent, exposed by the kernel's time, arrived, and only then the next: and each band by its own frame.
            var (pulse, frame) = (pulses[i]!, frames[(int)pulses[i]!["frame"]!]!);
            Assert.Equal((i, i, "paired"), ((int)pulse["band"]!, (int)frame["step"]!, (string)pulse["verdict"]!));
            var (sent, edge, host) = ((double)pulse["sentMicroseconds"]!, (double?)pulse["edgeMicroseconds"], (double)frame["hostMicroseconds"]!);
            Assert.True(before < sent && sent <= edge && edge < host, $"step {i}: {before} < {sent} ≤ {edge} < {host}");
            Assert.True((double)frame["offsetMicroseconds"]! > 0);
            before = host;
        }
    }

    [Fact]
    public async Task A_trigger_that_the_camera_ignores_costs_that_capture_and_the_next_one_is_whole()
    {
        await _cart.Room.WaitForAsync("readyLamp", active: true);
        var (messages, exposures) = (_cart.Observer.Messages.Count, Exposures());
        await _cart.Scene.TellAsync("freeze");
        await _cart.Room.SetAsync("footswitch", active: true);
        await _cart.Room.WaitAsync(() => Exposures() > exposures, "the first frame is exposed");
        await _cart.Scene.TellAsync("drop 1");
        await _cart.Scene.TellAsync("go");
        await _cart.Room.SetAsync("footswitch", active: false);

        var missed = await _cart.LedgerAfterAsync(messages);
        Assert.Equal("missed", (string)missed["verdict"]!);
        Assert.True((int)missed["missed"]! >= 1, missed.ToJsonString());
        Assert.Equal((int)missed["sent"]!, (int)missed["paired"]! + (int)missed["late"]! + (int)missed["missed"]!);
        var kept = await _cart.ShowLedgerAsync((string)missed["captureId"]!);
        Assert.Equal("paired", (string)kept["ledger"]!["pulses"]![0]!["verdict"]!);

        AssertBalanced((await _cart.CaptureAsync(0)).Ledger);
        Assert.DoesNotContain(_cart.Observer.Messages, m => GigECart.IsResultOf(m, missed));
    }

    [Fact]
    public async Task A_camera_killed_in_mid_cube_costs_that_capture_and_presses_until_it_is_back()
    {
        await _cart.Room.WaitForAsync("readyLamp", active: true);
        var (messages, exposures) = (_cart.Observer.Messages.Count, Exposures());
        await _cart.Room.SetAsync("footswitch", active: true);
        await _cart.Room.WaitAsync(() => Exposures() >= exposures + 4, "the capture is under way");
        await _cart.Scene.KillAsync();
        await _cart.Room.SetAsync("footswitch", active: false);
        var missed = await _cart.LedgerAfterAsync(messages);
        Assert.Equal("missed", (string)missed["verdict"]!);
        AssertCutShort(missed, await _cart.ShowLedgerAsync((string)missed["captureId"]!));

        await _cart.WaitForHealthAsync("camera", "failed", _cart.Serial);
        await _cart.Room.WaitForAsync("readyLamp", active: false);
        var refused = await _cart.PressAsync();
        Assert.Equal("refused", (string)refused["verdict"]!);
        Assert.Contains("the camera is away", (string)refused["reason"]!, StringComparison.Ordinal);

        await _cart.Scene.DisposeAsync();
        var plugged = Stopwatch.GetTimestamp();
        await _cart.PlugInAsync();
        var serving = Stopwatch.GetTimestamp();
        await _cart.WaitForHealthAsync("camera", "ok", "");
        var took = Stopwatch.GetElapsedTime(serving);
        output.WriteLine($"Ready {took.TotalSeconds:0.00} s after the camera serves again, {Stopwatch.GetElapsedTime(plugged).TotalSeconds:0.00} s after its process was started.");
        Assert.True(took < TimeSpan.FromSeconds(20), $"It took {took}.");
        AssertBalanced((await _cart.CaptureAsync(4)).Ledger);
        Assert.DoesNotContain(_cart.Observer.Messages, m => GigECart.IsResultOf(m, missed));
    }

    [Fact]
    public async Task A_plan_that_the_box_cannot_hold_is_safe_mode_that_names_it_and_says_why()
    {
        using var folder = new TemporaryFolder();
        var plan = JsonNode.Parse(
            await File.ReadAllTextAsync(GigECart.FirmwarePath("plans", "gige-48.json")), documentOptions: new() { CommentHandling = System.Text.Json.JsonCommentHandling.Skip })!.AsObject();
        plan["name"] = "too-fast";
        plan["trigger"]!["spacingMicroseconds"] = 1500;
        await File.WriteAllTextAsync(folder.File("plan.json"), plan.ToJsonString());
        await using var cart = await GigECart.StartAsync(folder.File("plan.json"));
        await cart.WaitForHealthAsync("camera", "failed", "'too-fast'");
        var reason = (string)GigECart.LastOf(cart.Observer.Messages, "health/camera")!["reason"]!;
        Assert.Contains("trigger.spacingMicroseconds is 1500, but", reason, StringComparison.Ordinal);
        var answer = await cart.CommandAsync("capture", "");
        Assert.False((bool)answer["ok"]!);
        Assert.Contains("safe mode", (string)answer["error"]!, StringComparison.Ordinal);
        Assert.Contains(reason, (string)answer["error"]!, StringComparison.Ordinal);
        await cart.Observer.WaitAsync(m => GigECart.LastOf(m, "status") is { } status && (string)status["state"]! == "degraded");
        Assert.Equal(0, (await cart.Run.StopAsync()).ExitCode);
    }

    private int Exposures() => _cart.Room.Changes.Count(c => c == ("exposureActive", true));

    /// <summary>Some pulses have their frames; the others have none, or were never sent.</summary>
    private static void AssertCutShort(JsonNode message, JsonNode kept)
    {
        var pulses = kept["ledger"]!["pulses"]!.AsArray();
        var paired = pulses.Count(p => (string)p!["verdict"]! == "paired");
        Assert.Equal(("missed", Bands, Bands - paired), ((string)kept["verdict"]!, pulses.Count, pulses.Count(p => (string)p!["verdict"]! == "missed")));
        Assert.InRange(paired, 3, Bands - 1);
        Assert.Equal((paired, (int)message["sent"]! - paired), ((int)message["paired"]!, (int)message["missed"]!));
    }

    private static void AssertBalanced(JsonNode ledger) => Assert.Equal(
        (Bands, Bands, 0, 0, 0),
        ((int)ledger["sent"]!, (int)ledger["paired"]!, (int)ledger["late"]!, (int)ledger["missed"]!, (int)ledger["spurious"]!));
}
