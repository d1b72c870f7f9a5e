using System.Globalization;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Soak;

/// <summary>A person at the box's console while it works: lists results and exports one, as processes of their own.</summary>
internal sealed class SoakReaders(string dataFolder, string outFolder)
{
    private int _runs;

    /// <summary>Readings so far.</summary>
    public int Runs => _runs;

    /// <summary>What did not end with exit code 0.</summary>
    public List<string> Failures { get; } = [];

    /// <summary>Reads once: mostly a list, every third time an export of one result.</summary>
    /// <param name="resultId">A result that is stored; null when there is none yet.</param>
    public async Task ReadAsync(string? resultId)
    {
        var number = ++_runs;
        var folder = Path.Combine(outFolder, number.ToString(CultureInfo.InvariantCulture));
        string[] arguments = number % 3 == 0 && resultId is not null
            ? ["results", "export", resultId, "--format", "envi", "--out", folder, "--data-folder", dataFolder]
            : ["results", "list", "--limit", "50", "--json", "--data-folder", dataFolder];
        var run = await ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), arguments);
        if (run.ExitCode != 0)
        {
            Failures.Add($"hsiedge {string.Join(' ', arguments)} ended with {run.ExitCode}: {run.Error.Trim()}");
        }

        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
