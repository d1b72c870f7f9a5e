using System.Globalization;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.IoFaults;

/// <summary>
/// Faults of the disk: each operation of a store's and an audit log's life fails, once or until it is mended, in each of four ways; and each kind of
/// system call of a capture's life, raw cube and references included, made to fail by strace. Nothing acknowledged is lost, nothing is half, nothing hangs, the
/// health board says so, and the next capture after the fault is recorded without a restart.
/// </summary>
internal static class IoFaultsProof
{
    private const int DefaultLives = 200;
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Runs the proof: <c>io-faults [LIVES|all]</c>.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var lives = DefaultLives;
        var isAll = arguments is ["all"];
        if (arguments.Count > 1 || (!isAll && arguments.Count == 1 && (!int.TryParse(arguments[0], CultureInfo.InvariantCulture, out lives) || lives < 1)))
        {
            await Console.Error.WriteLineAsync("Usage: io-faults [LIVES|all]; LIVES ≥ 1.");
            return ProofLine.WrongUsage;
        }

        var seed = Environment.GetEnvironmentVariable("HSIEDGE_PROOF_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        using var folder = new TemporaryFolder(PowerCut.PowerCutProof.ShortLivedFolder());
        var template = folder.File("template");
        await FaultLife.PrepareAsync(template);
        var tally = new FaultTally();
        var operations = await FaultLife.CountOperationsAsync(template, folder.File("count"));
        var plans = (from n in Enumerable.Range(0, (int)operations)
                     from fault in Enum.GetValues<DiskFault>()
                     from persistent in new[] { false, true }
                     select new FaultPlan(n, fault, persistent)).ToArray();
        if (!isAll)
        {
            new Random(seed).Shuffle(plans);
            plans = plans[..Math.Min(lives, plans.Length)];
        }

        Console.WriteLine($"io-faults: {operations} operations in a life, {plans.Length} lives, seed {seed}");
        var calls = await SyscallFaults.RunAsync(folder, isAll, new Random(seed), tally);
        var work = Parallel.ForEachAsync(
            plans, new ParallelOptions { MaxDegreeOfParallelism = Math.Max(2, Environment.ProcessorCount) },
            async (plan, _) => await FaultLife.LiveAsync(template, folder.File($"life-{Guid.NewGuid():N}"), plan, tally));
        while (await Task.WhenAny(work, Task.Delay(ProgressPeriod)) != work)
        {
            Console.WriteLine($"io-faults: {tally.Lives} of {plans.Length} lives, {tally.Acknowledged} writes acknowledged, {tally.Refused} refused");
        }

        await work;
        return new ProofLine("io-faults")
            .Holds("lives", tally.Lives, tally.Lives == plans.Length)
            .Holds("hit", tally.Hit, tally.Hit > plans.Length * 0.8)
            .Holds("syscalls", calls, calls > 0)
            .Holds("acknowledged", tally.Acknowledged, tally.Acknowledged > 0)
            .Holds("refused", tally.Refused, tally.Refused > 0)
            .Zero("lost", tally.Count(FaultOutcome.Lost))
            .Zero("half", tally.Count(FaultOutcome.Half))
            .Zero("silent", tally.Count(FaultOutcome.Silent))
            .Zero("unrecovered", tally.Count(FaultOutcome.Unrecovered))
            .Zero("hung", tally.Count(FaultOutcome.Hung))
            .Zero("alarms", tally.Count(FaultOutcome.Alarm))
            .Holds("slowestMs", (long)tally.Slowest.TotalMilliseconds, tally.Slowest < TimeSpan.FromSeconds(10))
            .Figure("seed", seed)
            .Print();
    }
}
