using System.Diagnostics;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Envi;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.IoFaults;

/// <summary>
/// A process that captures, raw cubes and references included, with a thread's n-th write, sync, cut, rename or removal refused by the kernel's side of
/// the call (strace's injection), a few times in a row or until a late one. It has to go on by itself, and what it said is true.
/// </summary>
internal static class SyscallFaults
{
    private const int SampledRuns = 10;
    private const int EachUpTo = 24;
    private const int Stride = 23;
    private static readonly string[] Calls = ["pwrite64", "fsync", "ftruncate", "rename", "unlink"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Runs all, or a few at random.</summary>
    /// <returns>Number of runs.</returns>
    public static async Task<int> RunAsync(TemporaryFolder folder, bool isAll, Random random, FaultTally tally)
    {
        var runs = new List<(string Call, int First, int Last, string Error)>();
        var counts = await CountAsync(folder.File("trace"), folder.File("traced"));
        foreach (var call in Calls)
        {
            for (var n = 1; n <= counts.GetValueOrDefault(call); n++)
            {
                if (n > EachUpTo && n % Stride != 0)
                {
                    continue;
                }

                runs.Add((call, n, n, call is "pwrite64" or "ftruncate" ? "ENOSPC" : "EIO"));
                runs.Add((call, n, n + 6, call is "unlink" or "rename" ? "ENOSPC" : "EIO"));
            }
        }

        var chosen = runs.ToArray();
        if (!isAll)
        {
            random.Shuffle(chosen);
            chosen = chosen[..Math.Min(SampledRuns, chosen.Length)];
        }

        var done = 0;
        var work = Parallel.ForEachAsync(
            chosen.Select((run, i) => (run, i)), new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) },
            async (item, _) =>
            {
                await RunOneAsync(folder.File($"calls-{item.i}"), item.run, tally);
                Interlocked.Increment(ref done);
            });
        while (await Task.WhenAny(work, Task.Delay(TimeSpan.FromSeconds(10))) != work)
        {
            Console.WriteLine($"io-faults: {done} of {chosen.Length} processes with failing calls");
        }

        await work;

        return chosen.Length;
    }

    private static async Task<Dictionary<string, int>> CountAsync(string trace, string folder)
    {
        var (exit, output) = await StraceAsync(["-o", trace, "-e", $"trace={string.Join(',', Calls)}"], folder);
        if (exit != 0)
        {
            throw new InvalidOperationException($"strace ended with {exit}: {output} Install the Debian package strace, and allow ptrace.");
        }

        var lines = await File.ReadAllLinesAsync(trace);
        return Calls.ToDictionary(
            c => c,
            c => lines.Where(l => l.Contains($" {c}(", StringComparison.Ordinal)).GroupBy(l => l.Split(' ')[0], StringComparer.Ordinal).Select(t => t.Count()).DefaultIfEmpty().Max(),
            StringComparer.Ordinal);
    }

    private static async Task RunOneAsync(string folder, (string Call, int First, int Last, string Error) run, FaultTally tally)
    {
        var when = run.First == run.Last ? $"{run.First}" : $"{run.First}..{run.Last}";
        var where = $"{run.Call} {when} gave {run.Error}";
        var (exit, output) = await StraceAsync(["-o", "/dev/null", "-e", $"trace={run.Call}", "-e", $"inject={run.Call}:error={run.Error}:when={when}"], folder);
        if (exit == SyscallLife.TimedOut)
        {
            tally.Report(FaultOutcome.Hung, $"{where}: no end within {Patience.TotalSeconds:0} s");
            return;
        }

        if (exit == SyscallLife.NoStart)
        {
            // strace counts the calls of each thread: within this process every new thread of the store would be refused again.
            (exit, var again) = await StartAsync(Environment.ProcessPath!, [SyscallLife.Verb, folder]);
            output += again;
        }

        var lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        if (exit != 0 || lines is [] || lines[^1] != SyscallLife.Recovered)
        {
            tally.Report(FaultOutcome.Unrecovered, $"{where}: exit {exit}, {lines.LastOrDefault()}");
            return;
        }

        foreach (var line in lines.Where(l => l.StartsWith("silent", StringComparison.Ordinal)))
        {
            tally.Report(FaultOutcome.Silent, $"{where}: {line}");
        }

        await JudgeAsync(folder, lines, where, run.Call == "unlink", tally);
        Directory.Delete(folder, recursive: true);
    }

    private static async Task JudgeAsync(string folder, string[] lines, string where, bool removesNothing, FaultTally tally)
    {
        IEnumerable<string> Said(string verb) => lines.Where(l => l.StartsWith(verb + " ", StringComparison.Ordinal)).Select(l => l[(verb.Length + 1)..].Split(' ')[0]);
        await using (var store = await LiteDbResultStore.OpenAsync(SyscallLife.OptionsOf(folder), TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None))
        {
            foreach (var id in Said("result"))
            {
                if (await store.FindAsync(id, CancellationToken.None) is null || await store.ReadMapsAsync(id, CancellationToken.None) is null)
                {
                    tally.Report(FaultOutcome.Lost, $"{where}: result {id}");
                }
            }

            foreach (var id in Said("no-result"))
            {
                if (await store.FindAsync(id, CancellationToken.None) is not null)
                {
                    tally.Report(FaultOutcome.Half, $"{where}: result {id} was refused and is there");
                }
            }
        }

        foreach (var id in Said("result"))
        {
            try
            {
                using var image = EnviImage.Open(SyscallLife.RawHeader(folder, id));
            }
            catch (Core.BadInputException exception)
            {
                tally.Report(FaultOutcome.Lost, $"{where}: {exception.Message}");
            }
        }

        // Where the disk would remove nothing, the store's sweep does it later.
        foreach (var id in Said("no-raw").Concat(Said("no-result")).Where(id => !removesNothing && File.Exists(SyscallLife.RawHeader(folder, id))))
        {
            tally.Report(FaultOutcome.Half, $"{where}: raw cube {id} was refused and is there");
        }

        // The last set that was kept, or a later one whose name was there before its folder could be synced; whole in either case.
        var set = CalibrationStore.Load(SyscallLife.CalibrationFolder(folder));
        var sets = lines.Where(l => l.StartsWith("set ", StringComparison.Ordinal) || l.StartsWith("no-set ", StringComparison.Ordinal)).ToList();
        var last = sets.FindLastIndex(l => l.StartsWith("set ", StringComparison.Ordinal));
        if (last >= 0 && !sets.Skip(last).Any(l => l.Split(' ')[1] == set.Id))
        {
            tally.Report(FaultOutcome.Lost, $"{where}: the references are {set.Id}, not the last that were kept");
        }

        var audit = await AuditReader.VerifyAsync(folder, [], CancellationToken.None);
        if (audit.Entries < Said("audit").Count() || audit.Faults.Count > 0)
        {
            tally.Report(FaultOutcome.Lost, $"{where}: {audit.Entries} audit entries of {Said("audit").Count()}; {string.Join("; ", audit.Faults.Select(f => f.Found))}");
        }
    }

    private static Task<(int Exit, string Output)> StraceAsync(string[] options, string folder) =>
        StartAsync("strace", ["-f", "-qq", .. options, Environment.ProcessPath!, SyscallLife.Verb, folder]);

    private static async Task<(int Exit, string Output)> StartAsync(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            return (SyscallLife.TimedOut, string.Empty);
        }

        var text = await output;
        return (process.ExitCode, process.ExitCode is 0 or SyscallLife.NoStart ? text : $"{text}\n{await errors}");
    }
}
