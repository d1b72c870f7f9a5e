using HsiEdge.Core.Calibrate;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Cli;

/// <summary><c>reference</c> with the phantom camera.</summary>
public sealed class ReferenceVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    [Fact]
    public async Task A_white_needs_a_dark_and_both_make_a_set()
    {
        var early = await RunAsync("white");
        Assert.True(early.ExitCode == 3, early.ToString());
        Assert.Contains("take the dark reference, then the white one", early.Error, StringComparison.Ordinal);
        Assert.False(CalibrationStore.Exists(Calibration));

        var dark = await RunAsync("dark");
        Assert.True(dark.ExitCode == 0, dark.ToString());
        Assert.False(CalibrationStore.Exists(Calibration));

        var white = await RunAsync("white", "--json");
        Assert.True(white.ExitCode == 0, white.ToString());
        var set = CalibrationStore.Load(Calibration);
        Assert.Equal(set.Id, white.Json.GetProperty("calibrationId").GetString());
        Assert.Equal("phantom-96", set.PlanName);
        Assert.Contains(set.Checks, c => c is { Name: "dark level", Ok: true });
        Assert.Contains(set.Checks, c => c is { Name: "white level", Ok: true });

        var again = await RunAsync("dark", "--json");
        Assert.NotEqual(set.Id, again.Json.GetProperty("calibrationId").GetString());
        Assert.Equal(set.White.Values.ToArray(), CalibrationStore.Load(Calibration).White.Values.ToArray());
    }

    public void Dispose() => _folder.Dispose();

    private string Calibration => Path.Combine(_folder.Path, "calibration");

    private Task<CliRun> RunAsync(string kind, params string[] more) =>
        CliRun.OfAsync(["reference", kind, "--Store:DataFolder", _folder.Path, "--Mqtt:Enabled", "false", "--Model:BundlePath", Bundle, .. more]);

    private static string Bundle => Path.Combine(SharedData.RepositoryRoot, "firmware-config", "models", "gastric-phantom.hsimodel");
}
