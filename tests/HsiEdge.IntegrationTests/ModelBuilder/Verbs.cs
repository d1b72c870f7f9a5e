using System.Text.Json;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.ModelBuilder;

/// <summary>The two executables, as a user starts them.</summary>
internal static class Verbs
{
    public static string ModelProgram { get; } = Path.Combine(AppContext.BaseDirectory, "hsiedge-model");

    public static string ApplianceProgram { get; } = Path.Combine(AppContext.BaseDirectory, "hsiedge");

    /// <summary>Trains and gives the JSON report.</summary>
    public static async Task<JsonElement> TrainAsync(string data, string bundle, params string[] options)
    {
        using var document = JsonDocument.Parse(await SucceedAsync(ModelProgram, ["train", "--data", data, "--out", bundle, "--json", .. options]));
        return document.RootElement.Clone();
    }

    /// <summary>Runs a program that must end well and gives its output.</summary>
    public static async Task<string> SucceedAsync(string program, params string[] arguments)
    {
        var run = await ProgramRun.StartAsync(program, arguments, timeout: TimeSpan.FromMinutes(3));
        Assert.True(run.ExitCode == 0, $"{Path.GetFileName(program)} {string.Join(' ', arguments)}: exit {run.ExitCode}: {run.Error}");
        return run.Output;
    }

    /// <summary>A folder for what a person may want to look at, kept after the run.</summary>
    public static string Artifacts(string name)
    {
        var folder = Path.Combine(SharedData.RepositoryRoot, "artifacts", "tests", name);
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }

        Directory.CreateDirectory(Path.GetDirectoryName(folder)!);
        return folder;
    }
}
