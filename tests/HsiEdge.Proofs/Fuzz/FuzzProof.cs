using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>
/// Everything that comes into the box from outside, changed at random: each input is read, or refused with the exception that the reader promises. No crash, no other
/// exception, no hang, no memory by what a header promises.
/// </summary>
internal static class FuzzProof
{
    private const long DefaultCases = 20_000;
    private const ulong DefaultSeed = 1;
    private const double LargestPeakMegabytes = 1_000;
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Runs the proof: <c>fuzz [CASES] [TARGET …]</c>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var cases = DefaultCases;
        string[] targets = arguments.Count > 1 ? [.. arguments.Skip(1)] : [.. FuzzTargets.Names];
        if ((arguments.Count > 0 && !(long.TryParse(arguments[0], NumberStyles.None, CultureInfo.InvariantCulture, out cases) && cases > 0)) || targets.Except(FuzzTargets.Names).Any())
        {
            await Console.Error.WriteLineAsync($"Usage: HsiEdge.Proofs fuzz [CASES] [TARGET …]; targets are {string.Join(", ", FuzzTargets.Names)}.");
            return ProofLine.WrongUsage;
        }

        // Without arguments always the same cases: a build that changes nothing does not fail by chance. By hand always others.
        var seed = ulong.TryParse(Environment.GetEnvironmentVariable("HSIEDGE_PROOF_SEED"), CultureInfo.InvariantCulture, out var given) ? given
            : arguments.Count == 0 ? DefaultSeed : (ulong)Stopwatch.GetTimestamp() % 1_000_000_000;
        // In memory where the machine has such a folder: millions of small files wear no disk.
        var scratch = Path.Combine(Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"hsiedge-fuzz-{Environment.ProcessId}");
        Directory.CreateDirectory(scratch);
        var defects = Path.GetFullPath(Path.Combine("artifacts", "fuzz"));
        try
        {
            Console.WriteLine($"fuzz: {cases} cases each for {targets.Length} targets, seed {seed} (HSIEDGE_PROOF_SEED repeats it); defects are kept in {defects}");
            var runs = targets.Select(t => new FuzzRun(t, cases, seed, scratch, defects)).ToList();
            await RunAllAsync(runs, cases);
            return Judge(runs, seed);
        }
        finally
        {
            Directory.Delete(scratch, recursive: true);
        }
    }

    private static async Task RunAllAsync(List<FuzzRun> runs, long cases)
    {
        var waiting = new ConcurrentQueue<FuzzRun>(runs);
        var workers = Enumerable.Range(0, Math.Max(1, Environment.ProcessorCount)).Select(_ => WorkAsync(waiting)).ToList();
        var all = Task.WhenAll(workers);
        while (await Task.WhenAny(all, Task.Delay(Pause)) != all)
        {
            Console.WriteLine($"  at work: {string.Join(", ", runs.Where(r => r.At > 0 && r.At < cases).Select(r => $"{r.Target} {r.At}"))}; done: {runs.Count(r => r.At >= cases)} of {runs.Count}");
        }

        await all;
    }

    private static async Task WorkAsync(ConcurrentQueue<FuzzRun> waiting)
    {
        while (waiting.TryDequeue(out var run))
        {
            await run.RunAsync();
        }
    }

    private static int Judge(List<FuzzRun> runs, ulong seed)
    {
        var verbose = Environment.GetEnvironmentVariable("HSIEDGE_FUZZ_ANSWERS") == "1";
        foreach (var run in runs)
        {
            Console.WriteLine(run.Summary);
            foreach (var line in verbose ? run.AnswerLines : [])
            {
                Console.WriteLine("    " + line);
            }
        }

        foreach (var defect in runs.SelectMany(r => r.Defects.Take(20)))
        {
            Console.WriteLine(defect.Length > 600 ? defect[..600] : defect);
        }

        var peak = runs.Max(r => r.PeakMegabytes);
        return new ProofLine("fuzz").Figure("targets", runs.Count).Figure("cases", runs.Sum(r => r.At)).Figure("read", runs.Sum(r => r.Read)).Figure("answers", runs.Sum(r => r.Answers))
            .Zero("crashes", runs.Sum(r => r.Crashes)).Zero("hangs", runs.Sum(r => r.Hangs)).Zero("unexpected", runs.Sum(r => r.Unexpected))
            .Figure("largestCaseMegabytes", Math.Round(runs.Max(r => r.LargestAllocation) / 1e6, 1)).Holds("peakMegabytes", Math.Round(peak), peak <= LargestPeakMegabytes)
            .Figure("seed", seed).Print();
    }
}
