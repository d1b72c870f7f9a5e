using System.Diagnostics;
using System.Globalization;

namespace HsiEdge.Proofs.Broker;

/// <summary>
/// The broker killed, paused, partitioned, slow, wiped, refusing, again and again under load, and an outage with a long backlog: each message that the
/// store acknowledged reaches a consumer, none twice after dropping by id, results and ledgers in the order of their recording.
/// </summary>
internal static class BrokerProof
{
    private const int DefaultFaults = 40;
    private const int DefaultOutageMessages = 3_000;
    private const int KeepAliveSeconds = 5;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Runs the proof.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var (faults, outage) = (DefaultFaults, DefaultOutageMessages);
        if (arguments.Count > 2 || (arguments.Count > 0 && !int.TryParse(arguments[0], CultureInfo.InvariantCulture, out faults))
            || (arguments.Count > 1 && !int.TryParse(arguments[1], CultureInfo.InvariantCulture, out outage)) || faults < 1 || outage < 1)
        {
            await Console.Error.WriteLineAsync("Usage: broker [FAULTS [OUTAGE_MESSAGES]]; both ≥ 1.");
            return ProofLine.WrongUsage;
        }

        var seed = Environment.GetEnvironmentVariable("HSIEDGE_PROOF_SEED") is { } given ? int.Parse(given, CultureInfo.InvariantCulture) : Random.Shared.Next();
        Console.WriteLine($"broker: {faults} faults, an outage of {outage} messages, seed {seed}");
        await using var network = await BrokerNetwork.StartAsync();
        await using var cart = await BrokerCart.StartAsync(network.Options(KeepAliveSeconds));
        await ArriveAsync(cart, network, "the begin");
        await RunFaultsAsync(cart, network, faults, new Random(seed));
        var halfOpen = Math.Max(
            await MeasureHalfOpenAsync(cart, network, network.PartitionAsync, network.JoinAsync, "partitioned"),
            await MeasureHalfOpenAsync(cart, network, network.PauseAsync, network.ContinueAsync, "paused"));
        await cart.EndLoadAsync();
        var drain = await RunOutageAsync(cart, network, outage);
        return Judge(cart, network.Consumer, faults, drain, halfOpen, seed);
    }

    private static async Task RunFaultsAsync(BrokerCart cart, BrokerNetwork network, int faults, Random random)
    {
        var kinds = BrokerFaults.All.Keys.Order(StringComparer.Ordinal).ToArray();
        var told = Stopwatch.StartNew();
        for (var fault = 0; fault < faults; fault++)
        {
            // Each kind comes round; what it meets and how long it stays is left to chance.
            var kind = kinds[fault % kinds.Length];
            await Task.Delay(random.Next(0, 200));
            await BrokerFaults.All[kind](network, TimeSpan.FromMilliseconds(random.Next(100, fault % 16 < 8 ? 600 : 2_000)));
            await ArriveAsync(cart, network, $"fault {fault + 1} ({kind})");
            if (told.Elapsed > TimeSpan.FromSeconds(10))
            {
                told.Restart();
                Console.WriteLine($"broker: {fault + 1} of {faults} faults, {cart.Acknowledged.Count} messages acknowledged, {network.Consumer.Distinct} arrived, {network.Consumer.Received - network.Consumer.Distinct} of them again");
            }
        }
    }

    // The fault is over when a message recorded after it has arrived, and with it, in order, all before it.
    private static async Task ArriveAsync(BrokerCart cart, BrokerNetwork network, string after)
    {
        var id = await cart.RecordAsync(1);
        var begun = Stopwatch.StartNew();
        while (!network.Consumer.Has(id))
        {
            if (begun.Elapsed > Patience)
            {
                throw new TimeoutException($"After {after} nothing arrived within {Patience.TotalSeconds} s: {string.Join("; ", cart.Health.Snapshot().Items)}");
            }

            await Task.Delay(20);
        }
    }

    private static async Task<double> MeasureHalfOpenAsync(BrokerCart cart, BrokerNetwork network, Func<Task> cut, Func<Task> mend, string what)
    {
        await cut();
        var begun = Stopwatch.StartNew();
        while (cart.IsUp && begun.Elapsed < Patience)
        {
            await Task.Delay(10);
        }

        var seconds = begun.Elapsed.TotalSeconds;
        await mend();
        await ArriveAsync(cart, network, $"a half-open link ({what})");
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"broker: {what}, the link was found dead after {seconds:0.0} s; the keep-alive is {KeepAliveSeconds} s"));
        return seconds;
    }

    private static async Task<double> RunOutageAsync(BrokerCart cart, BrokerNetwork network, int messages)
    {
        await network.KillAsync();
        var before = cart.Store.PendingCount;
        while (cart.Store.PendingCount - before < messages)
        {
            await cart.RecordAsync(100);
        }

        var backlog = cart.Store.PendingCount;
        Console.WriteLine($"broker: {backlog} messages wait, {cart.Store.PendingBytes / 1_048_576} MiB");
        await network.StartAgainAsync();
        while (!cart.IsUp)
        {
            await Task.Delay(5);
        }

        var begun = Stopwatch.StartNew();
        var told = Stopwatch.StartNew();
        while (cart.Store.PendingCount > 0 && begun.Elapsed < Patience + TimeSpan.FromSeconds(messages / 50.0))
        {
            await Task.Delay(10);
            if (told.Elapsed > TimeSpan.FromSeconds(10))
            {
                told.Restart();
                Console.WriteLine($"broker: {cart.Store.PendingCount} of {backlog} messages still wait");
            }
        }

        var rate = (backlog - cart.Store.PendingCount) / begun.Elapsed.TotalSeconds;
        for (var wait = Stopwatch.StartNew(); network.Consumer.Distinct < cart.Acknowledged.Count && wait.Elapsed < Patience;)
        {
            await Task.Delay(50);
        }

        return rate;
    }

    private static int Judge(BrokerCart cart, BrokerConsumer consumer, int faults, double drain, double halfOpen, int seed)
    {
        var acknowledged = cart.Acknowledged;
        var number = acknowledged.Select((message, index) => (message.Id, index)).ToDictionary(m => m.Id, m => m.index, StringComparer.Ordinal);
        var lost = acknowledged.Where(m => !consumer.Has(m.Id)).ToList();
        foreach (var message in lost.Take(5))
        {
            Console.WriteLine($"broker: lost {message.Topic} {message.Id}, number {number[message.Id]} of {acknowledged.Count}");
        }

        var disorder = BrokerCart.OrderedTopics.Sum(topic =>
        {
            var arrived = consumer.FirstArrivals(topic).Where(number.ContainsKey).Select(id => number[id]).ToList();
            return arrived.Zip(arrived.Skip(1)).Count(pair => pair.First > pair.Second);
        });
        return new ProofLine("broker")
            .Figure("faults", faults)
            .Holds("messages", acknowledged.Count, acknowledged.Count > faults)
            .Figure("redelivered", consumer.Received - consumer.Distinct)
            .Zero("lost", lost.Count)
            .Zero("duplicatesAfterDedup", consumer.DuplicatesAfterDedup)
            .Zero("disorder", disorder)
            .Zero("stillWaiting", cart.Store.PendingCount)
            .Figure("drainPerSecond", Math.Round(drain))
            .Holds("halfOpenSeconds", Math.Round(halfOpen, 1), halfOpen <= 1.5 * KeepAliveSeconds)
            .Figure("seed", seed)
            .Print();
    }
}
