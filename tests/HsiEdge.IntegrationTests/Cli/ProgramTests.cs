using System.Text.Json;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Cli;

/// <summary>The real executable: exit codes, streams and the broker that doctor looks for.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static string Program { get; } = Path.Combine(
        SharedData.RepositoryRoot, "src", "HsiEdge.Appliance", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "hsiedge");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Help_goes_to_standard_output_and_exits_with_0()
    {
        var run = await ProgramRun.StartAsync(Program, ["--help"]);
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("Usage:", run.Output);
        Assert.Equal("", run.Error);
    }

    [Theory]
    [InlineData(2, "replay")]
    [InlineData(2, "unknown-verb")]
    [InlineData(3, "replay", "/nowhere/cube.hdr", "--out", "/nowhere-either", "--model", "/nowhere/m.hsimodel")]
    [InlineData(3, "validate", "--Camera:Sorce", "phantom")]
    [InlineData(3, "model", "verify", "/etc/hostname")]
    [InlineData(3, "results", "list", "--data-folder", "/nowhere")]
    [InlineData(1, "replay", "/nowhere/cube.hdr", "--out", "/proc/nowhere/out", "--model", "/nowhere/m.hsimodel")]
    public async Task A_refusal_is_a_message_on_standard_error_without_a_trace(int exitCode, params string[] arguments)
    {
        var run = await ProgramRun.StartAsync(Program, arguments, _folder.Path);
        Assert.True(run.ExitCode == exitCode, $"{run.ExitCode}\n{run.Output}\n{run.Error}");
        Assert.NotEqual("", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
        Assert.DoesNotContain("Exception", run.Error);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task Doctor_finds_a_real_broker_and_misses_one_that_was_killed()
    {
        await using var broker = await MosquittoBroker.StartAsync();
        Assert.Equal("ok", await BrokerStateAsync(broker.Port));
        await broker.KillAsync();
        Assert.Equal("failed", await BrokerStateAsync(broker.Port));
    }

    [Fact]
    public async Task Doctor_tells_a_broker_that_refuses_from_one_that_is_away()
    {
        var passwords = _folder.File("passwords");
        await File.WriteAllTextAsync(passwords, "");
        await using var broker = await MosquittoBroker.StartAsync("allow_anonymous false", $"password_file {passwords}");
        var (state, found) = await BrokerAsync(broker.Port);
        Assert.Equal("failed", state);
        Assert.Contains("refuses", found);
        Assert.Contains("NotAuthorized", found);
    }

    [Fact]
    public async Task Doctor_opens_the_camera_it_is_told_of_and_lists_those_that_answer()
    {
        await using var wanted = await FakeGigECamera.StartAsync();
        await using var other = await FakeGigECamera.StartAsync();
        var root = Path.Combine(SharedData.RepositoryRoot, "firmware-config");
        string[] options =
        [
            "--Camera:Source", "GenICam", "--Camera:Device", wanted.Serial, "--Camera:FeaturesPath", Path.Combine(root, "cameras", "scene-server.json"),
            "--Camera:PlanPath", Path.Combine(root, "plans", "phantom-14.json"),
        ];
        var report = JsonDocument.Parse((await ProgramRun.StartAsync(Program, ["doctor", "--json", .. options])).Output).RootElement;
        var camera = report.GetProperty("items").EnumerateArray().Single(i => i.GetProperty("check").GetString() == "camera");
        Assert.Equal("warning", camera.GetProperty("state").GetString());
        Assert.Contains($"{wanted.Serial}: 128 lines x 160 samples", camera.GetProperty("found").GetString());
        var found = report.GetProperty("cameras").EnumerateArray().Select(c => (c.GetProperty("serial").GetString(), c.GetProperty("address").GetString())).ToList();
        Assert.Contains((wanted.Serial, wanted.Address), found);
        Assert.Contains((other.Serial, other.Address), found);

        await wanted.KillAsync();
        var text = await ProgramRun.StartAsync(Program, ["doctor", .. options]);
        Assert.Contains($"No camera with serial, address or id '{wanted.Serial}' answers", text.Output);
        Assert.Contains(other.Address, text.Output);
    }

    private static async Task<string> BrokerStateAsync(int port) => (await BrokerAsync(port)).State;

    private static async Task<(string State, string Found)> BrokerAsync(int port)
    {
        var run = await ProgramRun.StartAsync(Program, ["doctor", "--json", "--Mqtt:Port", $"{port}"]);
        var item = JsonDocument.Parse(run.Output).RootElement.GetProperty("items").EnumerateArray().Single(i => i.GetProperty("check").GetString() == "broker");
        return (item.GetProperty("state").GetString()!, item.GetProperty("found").GetString()!);
    }
}
