using System.Globalization;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Kill;

/// <summary>
/// SIGKILL at random points under load, over and over on the same folders: what the store acknowledged is there bit by bit, nothing is there
/// twice or half, and every message that it acknowledged reaches a consumer at a real Mosquitto.
/// </summary>
internal static class KillProof
{
    private const int DefaultRuns = 200;
    private const int RunsAFolder = 25;
    private const int RunsACart = 50;
    private static readonly TimeSpan ProgressPeriod = TimeSpan.FromSeconds(10);

    /// <summary>Runs the proof.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var runs = DefaultRuns;
        if (arguments.Count > 1 || (arguments.Count == 1 && (!int.TryParse(arguments[0], CultureInfo.InvariantCulture, out runs) || runs < 1)))
        {
            await Console.Error.WriteLineAsync("Usage: kill [RUNS]; RUNS ≥ 1.");
            return ProofLine.WrongUsage;
        }

        var seed = Environment.GetEnvironmentVariable("HSIEDGE_PROOF_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        Console.WriteLine($"kill: {runs} runs, seed {seed}");
        var tally = new KillTally(seed);
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0", "log_type none");
        await using var consumer = await KillConsumer.ConnectAsync(broker.Port, "kill-consumer", tally);
        await using var witness = await KillConsumer.ConnectAsync(broker.Port, "kill-witness", tally);
        var lanes = Math.Max(2, Environment.ProcessorCount);
        var shares = Enumerable.Range(0, lanes).Select(lane => (runs / lanes) + (lane < runs % lanes ? 1 : 0));
        var work = Task.WhenAll(shares.Select((share, lane) => Task.Run(() => RunLaneAsync(lane, share, broker.Port, consumer, witness, tally))));
        while (await Task.WhenAny(work, Task.Delay(ProgressPeriod)) != work)
        {
            Console.WriteLine($"kill: {tally.Runs} of {runs} runs, {tally.Acknowledged} writes acknowledged, {tally.Delivered} messages arrived");
        }

        await work;
        Console.WriteLine($"kill: {tally.Kills()}; {tally.Stopped} had stopped before; {tally.Checked} results compared bit by bit, {tally.Expired} without their expired maps");
        return new ProofLine("kill")
            .Holds("runs", tally.Runs, tally.Runs == runs)
            .Holds("acknowledged", tally.Acknowledged, tally.Acknowledged > runs)
            .Holds("delivered", tally.Delivered, tally.Delivered > runs)
            .Zero("lost", tally.Count(KillFault.Lost))
            .Zero("duplicates", tally.Count(KillFault.Duplicate))
            .Zero("unreadable", tally.Count(KillFault.Unreadable))
            .Zero("half", tally.Count(KillFault.Half))
            .Zero("undelivered", tally.Count(KillFault.Undelivered))
            .Zero("harness", tally.Count(KillFault.Harness))
            .Figure("seed", seed)
            .Print();
    }

    private static async Task RunLaneAsync(int lane, int runs, int port, KillConsumer consumer, KillConsumer witness, KillTally tally)
    {
        var random = new Random(unchecked((tally.Seed * 31) + lane));
        using var cart = new KillCart($"cart{lane}", port, consumer, tally);
        var (cartRuns, cartsRun) = (runs / RunsACart, 0);
        var (all, left) = (runs - cartRuns, runs - cartRuns);
        for (var folder = 0; left > 0; folder++)
        {
            var share = Math.Min(left, RunsAFolder);
            await new KillFolder($"kill{lane}x{folder}", port, consumer, witness, tally).RunAsync(random, share);
            left -= share;
            for (; cartsRun < cartRuns * (all - left) / all; cartsRun++)
            {
                await cart.RunAsync(random);
            }
        }

        if (cartsRun > 0)
        {
            await cart.EndAsync();
        }
    }
}
