using System.Text.Json.Nodes;
using HsiEdge.IntegrationTests.Run;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Cli;

/// <summary><c>hsiedge doctor</c>, the real program, on boxes on which something is wrong for real.</summary>
public sealed class DoctorTests
{
    public static TheoryData<string> Symptoms { get; } = [.. Misconfigurations.All.Select(m => m.Symptom)];

    [Theory]
    [MemberData(nameof(Symptoms))]
    public async Task Each_misconfiguration_is_found_with_what_to_do(string symptom)
    {
        var expected = Misconfigurations.All.Single(m => m.Symptom == symptom);
        await using var stage = new DoctorStage();
        var configuration = await expected.Stage(stage);
        var run = await stage.DoctorAsync(configuration, "--json");
        var item = Item(run, expected.Check);
        var (found, advice) = ((string)item["found"]!, (string)item["advice"]!);
        Assert.True((string)item["state"]! == expected.State, $"{expected.Check}: {item["state"]}, {found}");
        Assert.Contains(expected.Found, found, StringComparison.Ordinal);
        Assert.Contains(expected.Remedy, $"{found} {advice}", StringComparison.Ordinal);
        Assert.NotEqual("", advice);
        Assert.True(expected.State == "warning" || run.ExitCode == 1, $"exit code {run.ExitCode}");
    }

    [Fact]
    public async Task A_person_reads_the_same_as_a_script()
    {
        await using var stage = new DoctorStage();
        var text = await stage.DoctorAsync("{}", "--Store:DataFolder", "/nowhere/data");
        Assert.Equal(1, text.ExitCode);
        Assert.Contains("/nowhere/data does not exist", text.Output, StringComparison.Ordinal);
        Assert.Contains("data folder: Make it for the service's user: install -d -o hsiedge -g hsiedge /nowhere/data", text.Output, StringComparison.Ordinal);
        Assert.Contains("1 of ", text.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_troubleshooting_page_has_a_row_for_each_and_no_other()
    {
        var lines = await File.ReadAllLinesAsync(Path.Combine(SharedData.RepositoryRoot, "docs", "troubleshooting.md"));
        var rows = lines.Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Skip(1).Select(l => l.Split('|')).ToList();
        Assert.Equal(Misconfigurations.All.Select(m => (m.Symptom, $"`{m.Check}`")), rows.Select(r => (r[1].Trim(), r[2].Trim())));
        Assert.True(Misconfigurations.All.Count(m => m.State == "failed") >= 20);
    }

    [Fact]
    public async Task Beside_a_running_box_it_disturbs_nothing_and_says_that_it_runs()
    {
        await using var cart = await Cart.CreateAsync();
        await using var run = cart.Start("""{ "Trigger": { "IntervalMilliseconds": 100 } }""");
        await cart.WaitForStateAsync("online");
        await cart.Observer.WaitAsync(m => m.Any(r => r.Topic == Cart.Prefix + "result"), 60);
        var doctor = await cart.VerbAsync("doctor", "--json");
        Assert.True(doctor.ExitCode == 0, doctor.Output + doctor.Error);
        Assert.Contains("as process", (string)Item(doctor, "worker")["found"]!, StringComparison.Ordinal);
        Assert.Contains(JsonNode.Parse(doctor.Output)!["settings"]!.AsArray(), s => (string)s!["key"]! == "Mqtt:Port" && ((string)s["origin"]!).Contains(cart.ConfigurationPath, StringComparison.Ordinal));

        var before = cart.Observer.Messages.Count;
        await cart.Observer.WaitAsync(m => m.Skip(before).Count(r => r.Topic == Cart.Prefix + "result") >= 3, 60);
        Assert.DoesNotContain(cart.Observer.Messages, m => m.Topic == Cart.Prefix + "status" && (string)m.Json["state"]! == "offline");
        await Cart.StopAsync(run);
    }

    private static JsonNode Item(ProgramRun run, string check) =>
        JsonNode.Parse(run.Output)!["items"]!.AsArray().Single(i => (string)i!["check"]! == check)!;
}
