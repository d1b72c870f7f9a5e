using System.Diagnostics;
using Xunit;

namespace HsiEdge.IntegrationTests;

/// <summary>The independent tools that the tests stand on are there: a missing one fails, it never skips.</summary>
public sealed class ToolsTests
{
    [Theory]
    [InlineData("mosquitto", "-h")]
    [InlineData("mosquitto_sub", "--help")]
    [InlineData("gdalinfo", "--version")]
    [InlineData("python3", "--version")]
    [InlineData("arv-fake-gv-camera-0.8", "--help")]
    [InlineData("ip", "-V")]
    public void Tool_starts(string program, string argument)
    {
        using var process = Process.Start(new ProcessStartInfo(program, argument) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false });
        Assert.NotNull(process);
        process.WaitForExit(10_000);
        Assert.True(process.HasExited);
    }
}
