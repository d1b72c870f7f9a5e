using System.Diagnostics;

namespace HsiEdge.Proofs.Kill;

/// <summary>One victim from its start to its end.</summary>
internal sealed class VictimProcess
{
    private const int SigKill = 137;
    private static readonly TimeSpan OpeningPatience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PointPatience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan DrainPatience = TimeSpan.FromSeconds(150);

    /// <summary>Everything it said.</summary>
    public required IReadOnlyList<string> Lines { get; init; }

    /// <summary>Where SIGKILL ended it; null when it ended by itself.</summary>
    public required KillPoint? Killed { get; init; }

    /// <summary>Why it ended otherwise than by SIGKILL or well; null when it did not.</summary>
    public required string? Failure { get; init; }

    /// <summary>Runs a victim.</summary>
    public static async Task<VictimProcess> RunAsync(KillPlan plan, string folder, string cart, int port)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!, [KillVictim.Verb, folder, cart, port.ToString(System.Globalization.CultureInfo.InvariantCulture), .. plan.ToArguments()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var told = new Told(plan.Point == KillPoint.Time ? plan.Acknowledgements : int.MaxValue);
        var reading = ReadAsync(process.StandardOutput, told);
        await Task.WhenAny(told.Opened, reading, Task.Delay(OpeningPatience));
        var late = !told.Opened.IsCompleted && !reading.IsCompleted;
        if (!late)
        {
            await Task.WhenAny(reading, WaitAsync(plan, told));
        }

        var outside = !reading.IsCompleted;
        if (outside)
        {
            process.Kill();
        }

        var lines = await reading;
        await process.WaitForExitAsync();
        var killed = process.ExitCode == SigKill;
        return new VictimProcess
        {
            Lines = lines,
            Killed = !killed ? null : outside ? KillPoint.Time : plan.Point,
            Failure = late ? $"it had not opened the store within {OpeningPatience.TotalSeconds:0} s"
                : plan.Drains && killed ? $"it had not sent all its messages within {DrainPatience.TotalSeconds:0} s"
                : killed || process.ExitCode == 0 ? null
                : $"it ended with {process.ExitCode}: {(await errors).Trim()}",
        };
    }

    private static async Task WaitAsync(KillPlan plan, Told told)
    {
        if (plan.Point != KillPoint.Time)
        {
            await Task.Delay(plan.Drains ? DrainPatience : PointPatience);
            return;
        }

        await Task.WhenAny(told.Acknowledged, Task.Delay(PointPatience));
        await Task.Delay(plan.After);
    }

    // To the end of the pipe: what the victim has written stays in it, however it died.
    private static async Task<IReadOnlyList<string>> ReadAsync(StreamReader output, Told told)
    {
        var lines = new List<string>();
        while (await output.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            told.Take(line);
        }

        return lines;
    }

    private sealed class Told(int enough)
    {
        private readonly TaskCompletionSource _opened = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _acknowledged = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _count;

#pragma warning disable VSTHRD003 // Completed by the reader of the pipe, which waits for nobody.
        public Task Opened => _opened.Task;

        public Task Acknowledged => _acknowledged.Task;
#pragma warning restore VSTHRD003

        public void Take(string line)
        {
            if (line == "O")
            {
                _opened.TrySetResult();
            }

            if (line[0] == 'A')
            {
                _count++;
            }

            if (_count >= enough && _opened.Task.IsCompleted)
            {
                _acknowledged.TrySetResult();
            }
        }
    }
}
