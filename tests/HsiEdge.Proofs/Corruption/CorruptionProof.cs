using System.Globalization;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Corruption;

/// <summary>
/// Rot: flipped bits, zeroed, doubled and swapped sectors and pages, truncations, in every file of the data folder. Each is detected (a message that
/// names the file), repaired, or harmless; nothing that is read is other than what was written.
/// </summary>
internal static class CorruptionProof
{
    private const int DefaultCases = 200;
    private const int CasesASample = 500;
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Runs the proof.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var cases = DefaultCases;
        if (arguments.Count > 1 || (arguments.Count == 1 && (!int.TryParse(arguments[0], CultureInfo.InvariantCulture, out cases) || cases < 1)))
        {
            await Console.Error.WriteLineAsync("Usage: corruption [CASES]; CASES ≥ 1.");
            return ProofLine.WrongUsage;
        }

        var seed = Environment.GetEnvironmentVariable("HSIEDGE_PROOF_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        Console.WriteLine($"corruption: {cases} cases, seed {seed}");
        var tally = new CorruptionTally();
        var random = new Random(seed);
        for (var left = cases; left > 0; left -= CasesASample)
        {
            using var folder = new TemporaryFolder(PowerCut.PowerCutProof.ShortLivedFolder());
            var samples = await CorruptionSample.MakeAsync(folder, random.Next());
            var plans = Enumerable.Range(0, Math.Min(left, CasesASample)).Select(i => (Number: i, Seed: random.Next())).ToList();
            var work = Parallel.ForEachAsync(
                plans, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) },
                async (plan, _) => await CorruptionCase.RunAsync(samples[plan.Seed % samples.Count], folder.File($"case-{plan.Number}"), new Random(plan.Seed), tally));
            while (await Task.WhenAny(work, Task.Delay(ProgressPeriod)) != work)
            {
                Console.WriteLine($"corruption: {tally.Cases} of {cases} cases, {tally.Count(CorruptionOutcome.Detected)} detected, {tally.Count(CorruptionOutcome.Repaired)} repaired");
            }

            await work;
        }

        Console.WriteLine($"corruption: {tally.ByFile()}");
        return new ProofLine("corruption")
            .Holds("cases", tally.Cases, tally.Cases == cases)
            .Holds("detected", tally.Count(CorruptionOutcome.Detected), tally.Count(CorruptionOutcome.Detected) > 0)
            .Holds("repaired", tally.Count(CorruptionOutcome.Repaired), cases < DefaultCases || tally.Count(CorruptionOutcome.Repaired) > 0)
            .Figure("harmless", tally.Count(CorruptionOutcome.Harmless))
            .Figure("documentsKept", tally.Kept)
            .Figure("documentsLost", tally.Lost)
            .Zero("silent", tally.Count(CorruptionOutcome.Silent))
            .Zero("wrong", tally.Count(CorruptionOutcome.Wrong))
            .Zero("crashed", tally.Count(CorruptionOutcome.Crashed))
            .Holds("slowestMs", (long)tally.Slowest.TotalMilliseconds, tally.Slowest < TimeSpan.FromSeconds(10))
            .Figure("seed", seed)
            .Print();
    }
}
