using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HsiEdge.Core.Record;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary>SIGHUP in the real process: what a file edit mends, what it changes, and what a wrong one does not break.</summary>
public sealed partial class ReloadTests : IAsyncLifetime
{
    private const string InForce = "The configuration that was read again is in force";
    private Cart _cart = null!;

    public async ValueTask InitializeAsync() => _cart = await Cart.CreateAsync();

    public ValueTask DisposeAsync() => _cart.DisposeAsync();

    [Fact]
    public async Task Safe_mode_is_mended_by_a_file_edit_and_SIGHUP_alone()
    {
        await using var run = _cart.Start("""{ "Camera": { "FramePeriodMilliseconds": -3 } }""");
        var degraded = await _cart.WaitForStatusAsync(s => Says(s, "Camera:FramePeriodMilliseconds is '-3'") && Says(s, $"{_cart.ConfigurationPath} line 1"));
        Assert.Contains("Camera:FramePeriodMilliseconds", (string)(await _cart.CommandAsync("capture"))["error"]!, StringComparison.Ordinal);

        // Another wrong one: the reasons are the new ones.
        var after = await HangUpAsync(run, """{ "Camera": { "Sorce": "phantom" } }""");
        await _cart.WaitForStatusAsync(s => Says(s, "Camera:Sorce") && !Says(s, "FramePeriod"), after);

        after = await HangUpAsync(run, "{}");
        var online = await _cart.WaitForStateAsync("online", after);
        await _cart.DoAsync("capture");
        Assert.Equal(((string)degraded["bootId"]!, (long)degraded["session"]!), ((string)online["bootId"]!, (long)online["session"]!));
        Assert.DoesNotContain(_cart.Observer.Messages, m => m.Topic == Cart.Prefix + "status" && (string)m.Json["state"]! == "offline");
        Assert.Equal(["signal HUP", "signal HUP"], (await ListAsync("--action", "configuration")).Select(e => (string)e!["who"]!));
        await Cart.StopAsync(run);
    }

    [Fact]
    public async Task A_wrong_configuration_does_not_stop_a_box_that_captures_and_is_said_until_it_is_mended()
    {
        await using var run = _cart.Start("{}");
        await _cart.WaitForStateAsync("online");
        foreach (var (wrong, reason) in new[]
        {
            ("""{ "Trigger": { "IntervalMilliseconds": -5 } }""", "Trigger:IntervalMilliseconds is '-5'"),
            ("""{ "Mqtt": { "Prot": 1 } }""", "Unknown configuration key Mqtt:Prot"),
            ("""{ "Mqtt": { "Host": "127.0.0.1", "Port": 1 } }""", "the broker 127.0.0.1:1 (Mqtt:Host, Mqtt:Port) cannot be used"),
            ("""{ "Appliance": { "Cart": "a cart" } }""", "Appliance:Cart is 'a cart'"),
            ("""{ "Store": { "DataFolder": "/dev/null/data" } }""", "/dev/null/data"),
        })
        {
            var after = await HangUpAsync(run, wrong);
            await _cart.WaitForStatusAsync(s => (string)s["state"]! == "degraded" && Says(s, reason) && Says(s, "configuration: "), after);
            await WaitUntilCapturesAsync();
        }

        var mended = await HangUpAsync(run, "{}");
        await _cart.WaitForStateAsync("online", mended);
        await _cart.DoAsync("capture");
        await Cart.StopAsync(run);
    }

    [Fact]
    public async Task What_changed_is_set_up_anew_and_only_that()
    {
        await using var run = _cart.Start("{}");
        var first = await _cart.WaitForStateAsync("online");
        await _cart.DoAsync("set-case", """{"caseId": "CASE-7"}""");

        // The camera: same boot, same session, the case goes on.
        var after = await HangUpAsync(run, """{ "Camera": { "PhantomSeed": 7 }, "Trigger": { "IntervalMilliseconds": 100 } }""");
        await _cart.Observer.WaitAsync(m => m.Skip(after).Count(r => r.Topic == Cart.Prefix + "result" && (string?)r.Json["caseId"] == "CASE-7") >= 2, 60);
        Assert.Equal((string)first["bootId"]!, (string)(await _cart.WaitForStateAsync("online", after))["bootId"]!);

        // Its name: another box for whoever listens, on the same store.
        await HangUpAsync(run, """{ "Appliance": { "Cart": "cart-9" } }""");
        var renamed = await _cart.Observer.WaitAsync(m => m.Any(r => r.Topic == "hsiedge/v1/site/cart-9/status" && (string)r.Json["state"]! == "online"), 60);
        var status = renamed.First(r => r.Topic == "hsiedge/v1/site/cart-9/status").Json;
        Assert.NotEqual((string)first["bootId"]!, (string)status["bootId"]!);
        Assert.Contains(renamed, r => r.Topic == Cart.Prefix + "status" && (string)r.Json["state"]! == "offline" && (string)r.Json["reasons"]![0]! == "stopped");
        await Cart.StopAsync(run);
        Assert.Equal(0, (await _cart.VerbAsync("audit", "verify")).ExitCode);
    }

    [Fact]
    public async Task Fifty_reloads_under_load_leak_nothing_and_account_for_every_trigger()
    {
        await using var run = _cart.Start("""{ "Trigger": { "IntervalMilliseconds": 50 } }""");
        await _cart.WaitForStateAsync("online");
        var (descriptors, threads) = (0, 0);
        for (var i = 1; i <= 50; i++)
        {
            var results = CountResults();
            await run.SignalAsync("HUP");
            await run.WaitForLinesAsync(InForce, i);
            await _cart.Observer.WaitAsync(_ => CountResults() > results + 1, 60);
            if (i == 10)
            {
                (descriptors, threads) = Resources(run.Id);
            }
        }

        var (laterDescriptors, laterThreads) = Resources(run.Id);
        await Cart.StopAsync(run);
        Assert.InRange(laterDescriptors, 0, descriptors + 5);
        Assert.InRange(laterThreads, 0, threads + 5);

        var said = StoppedPattern().Match(string.Join('\n', run.Lines));
        var (posted, captured, refused, missed) = (Figure(said, 1), Figure(said, 2), Figure(said, 3), Figure(said, 4));
        Assert.Equal(posted, captured + refused + missed);

        // The stop at the end may abandon the capture in flight, and says so; a reload abandons none.
        Assert.Equal(run.Lines.Count(l => l.Contains("the box is stopping", StringComparison.Ordinal)), missed);
        Assert.InRange(missed, 0, 1);
        await using var store = await _cart.OpenStoreAsync();
        var sequences = (await store.ListAsync(new ResultQuery(100_000), CancellationToken.None)).Select(r => r.Sequence).ToHashSet();
        Assert.Equal(captured, sequences.Count);
        Assert.All(sequences, s => Assert.InRange(s, 1, posted));
        Assert.Equal(0, (await _cart.VerbAsync("audit", "verify")).ExitCode);
    }

    private static bool Says(JsonNode status, string reason) => status["reasons"]!.AsArray().Any(r => ((string)r!).Contains(reason, StringComparison.Ordinal));

    private static int Figure(Match match, int group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static (int Descriptors, int Threads) Resources(int process) =>
        (Directory.GetFiles($"/proc/{process}/fd").Length, Directory.GetDirectories($"/proc/{process}/task").Length);

    private int CountResults() => _cart.Observer.Messages.Count(m => m.Topic == Cart.Prefix + "result");

    /// <summary>Edits the file and sends the signal.</summary>
    /// <returns>Messages received before.</returns>
    private async Task<int> HangUpAsync(RunningProgram run, string configuration)
    {
        var before = _cart.Observer.Messages.Count;
        _cart.Configure(configuration);
        await run.SignalAsync("HUP");
        return before;
    }

    /// <summary>A box that fell back is set up again: it takes a moment until it captures.</summary>
    private async Task WaitUntilCapturesAsync()
    {
        for (var attempt = 0; !(bool)(await _cart.CommandAsync("capture"))["ok"]!; attempt++)
        {
            Assert.True(attempt < 60, "It does not capture any more.");
            await Task.Delay(500);
        }
    }

    private async Task<JsonArray> ListAsync(params string[] filter)
    {
        var run = await _cart.VerbAsync(["audit", "list", "--json", .. filter]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return JsonNode.Parse(run.Output)!["entries"]!.AsArray();
    }

    [GeneratedRegex(@"Stopped: (\d+) triggers, (\d+) captured, (\d+) refused, (\d+) missed", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1000)]
    private static partial Regex StoppedPattern();
}
