using System.Text.Json.Nodes;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary>The audit log of the running box, read by the verbs of a person beside it.</summary>
public sealed class AuditTests : IAsyncLifetime
{
    private Cart _cart = null!;

    public async ValueTask InitializeAsync() => _cart = await Cart.CreateAsync();

    public ValueTask DisposeAsync() => _cart.DisposeAsync();

    [Fact]
    public async Task Start_model_and_case_are_audited_and_the_status_tells_the_last_entry()
    {
        await using var run = _cart.Start("{}");
        await _cart.WaitForStateAsync("online");
        await _cart.DoAsync("set-case", """{"caseId": "CASE-7"}""");
        var status = await _cart.WaitForStatusAsync(s => (long?)s["audit"]?["sequence"] == 3);

        Assert.Equal(["case", "install", "start"], (await ListAsync()).Select(e => (string)e!["action"]!));
        var start = (await ListAsync("--action", "start"))[0]!;
        Assert.Equal((string)status["bootId"]!, (string)start["boot"]!);
        Assert.Contains("Store:DataFolder", (string)start["details"]!["settings"]!, StringComparison.Ordinal);
        var head = $"3:{(string)status["audit"]!["sha256"]!}";
        Assert.Equal(0, (await _cart.VerbAsync("audit", "verify", "--head", head)).ExitCode);
        await Cart.StopAsync(run);
        var verified = await _cart.VerbAsync("audit", "verify", "--head", head, "--json");
        Assert.True(verified.ExitCode == 0, verified.Output + verified.Error);
        Assert.Equal(3, (int)JsonNode.Parse(verified.Output)!["entries"]!);
    }

    [Fact]
    public async Task What_changed_between_two_starts_is_audited_and_what_did_not_is_not()
    {
        for (var i = 0; i < 3; i++)
        {
            await using var run = _cart.Start(i == 0 ? "{}" : """{ "Camera": { "PhantomSeed": 7 } }""");
            var after = _cart.Observer.Messages.Count;
            await _cart.WaitForStateAsync("online", after);
            await Cart.StopAsync(run);
        }

        var entries = (await ListAsync()).Reverse().ToList();
        Assert.Equal(["start", "install", "configuration", "start", "start"], entries.Select(e => (string)e!["action"]!));
        Assert.Equal("Camera:PhantomSeed default → 7", (string)entries[2]!["details"]!["changed"]!);
    }

    [Fact]
    public async Task A_log_that_was_cut_with_its_head_is_found_by_what_the_store_remembers_and_the_box_says_so()
    {
        await using (var run = _cart.Start("{}"))
        {
            await _cart.WaitForStateAsync("online");
            await _cart.DoAsync("set-case", """{"caseId": "CASE-7"}""");
            await Cart.StopAsync(run);
        }

        var log = Path.Combine(_cart.DataFolder, "audit.jsonl");
        var lines = await File.ReadAllLinesAsync(log);
        await File.WriteAllTextAsync(log, lines[0] + "\n");
        await File.WriteAllTextAsync(Path.Combine(_cart.DataFolder, "audit.head"), AuditHeadFile.Format(new AuditHead(1, (string)JsonNode.Parse(lines[0])!["hash"]!)));
        var verified = await _cart.VerbAsync("audit", "verify");
        Assert.Equal(1, verified.ExitCode);
        Assert.Contains("the log ends with entry 1; expected entry 3 with hash", verified.Output, StringComparison.Ordinal);
        Assert.Contains("which the store remembers", verified.Output, StringComparison.Ordinal);

        var after = _cart.Observer.Messages.Count;
        await using var again = _cart.Start("{}");
        await _cart.WaitForStatusAsync(s => s["reasons"]!.AsArray().Any(r => ((string)r!).Contains("the audit log", StringComparison.Ordinal)), after);
    }

    [Fact]
    public async Task While_the_log_cannot_be_written_nothing_is_captured_and_commands_are_refused_with_the_reason()
    {
        Directory.CreateDirectory(Path.Combine(_cart.DataFolder, "audit.jsonl"));
        await using var run = _cart.Start("{}");
        await _cart.WaitForStatusAsync(s => s["reasons"]!.AsArray().Any(r => ((string)r!).Contains("audit.jsonl cannot be written", StringComparison.Ordinal)));
        Assert.Contains("audit.jsonl cannot be written", (string)(await _cart.CommandAsync("set-case", """{"caseId": "CASE-7"}"""))["error"]!, StringComparison.Ordinal);
        Assert.False((bool)(await _cart.CommandAsync("capture"))["ok"]!);

        Directory.Delete(Path.Combine(_cart.DataFolder, "audit.jsonl"));
        await _cart.WaitForStateAsync("online");
        await _cart.DoAsync("capture");
    }

    private async Task<JsonArray> ListAsync(params string[] filter)
    {
        var run = await _cart.VerbAsync(["audit", "list", "--json", .. filter]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        return JsonNode.Parse(run.Output)!["entries"]!.AsArray();
    }
}
