using System.Text.Json;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Cli;

public sealed class BenchVerbTests
{
    private static readonly string Boards = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "boards");
    private static readonly string Plans = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "plans");

    [Fact]
    public async Task Pulses_of_a_simulated_board_are_measured_and_called_simulated()
    {
        var run = await CliRun.OfAsync("bench", "trigger", "--pulses", "250", "--spacing-us", "1500", "--Board:ProfilePath", Path.Combine(Boards, "simulated.json"));
        Assert.Equal(0, run.ExitCode);
        Assert.Contains("SIMULATED", run.Out, StringComparison.Ordinal);
        Assert.Contains("500 edges came back, 0 lost", run.Out, StringComparison.Ordinal);
        Assert.Contains("No edge was lost", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_with_no_room_for_its_exposures_is_not_held()
    {
        using var folder = new TemporaryFolder();
        var plan = folder.File("tight.json");
        await File.WriteAllTextAsync(plan, """
            { "name": "tight", "wavelengths": [1000, 1100], "exposureMicroseconds": 5000, "pixelPitchMillimetres": 1,
              "trigger": { "kind": "line", "pulseMicroseconds": 200, "spacingMicroseconds": 2000 } }
            """);
        var run = await CliRun.OfAsync("bench", "trigger", "--pulses", "20", "--plan", plan, "--json", "--Board:ProfilePath", Path.Combine(Boards, "simulated.json"));
        Assert.Equal(1, run.ExitCode);
        using var report = JsonDocument.Parse(run.Out);
        Assert.False(report.RootElement.GetProperty("ok").GetBoolean());
        Assert.Contains("needs 5000 µs", report.RootElement.GetProperty("faults")[0].GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_plan_without_pulses_is_refused()
    {
        var run = await CliRun.OfAsync("bench", "trigger", "--plan", Path.Combine(Plans, "phantom-14.json"), "--Board:ProfilePath", Path.Combine(Boards, "simulated.json"));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("phantom-14", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_board_there_is_nothing_to_measure()
    {
        var run = await CliRun.OfAsync("bench", "trigger");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("Board:ProfilePath", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_spacing_below_the_width_is_wrong_usage()
    {
        var run = await CliRun.OfAsync("bench", "trigger", "--width-us", "500", "--spacing-us", "400", "--Board:ProfilePath", Path.Combine(Boards, "simulated.json"));
        Assert.Equal(2, run.ExitCode);
    }
}
