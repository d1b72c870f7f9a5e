using System.Diagnostics;
using System.Globalization;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Proofs.Broker;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Clock;

/// <summary>
/// A real process whose wall clock steps by an hour and by ten years, drifts, and changes its time zone, while it records and publishes: the link to a real
/// Mosquitto stays up, messages stay fresh, and results keep their order, over a restart with the clock far behind too.
/// </summary>
internal static class ClockProof
{
    private const int KeepAliveSeconds = 2;
    private const string Library = "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1";

    // Offsets from the true time as libfaketime takes them; each after the other, so the steps between them go both ways.
    private static readonly (string Name, string Offset)[] Steps =
    [
        ("true", "+0"), ("an hour ahead", "+3600"), ("an hour behind", "-3600"), ("ten years ahead", "+315576000"), ("ten years behind", "-315576000"),
        ("true again", "+0"), ("running at 1.5 times the pace", "+0 x1.5"), ("true at last", "+0"),
    ];

    /// <summary>Runs the proof.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var rounds = 1;
        if (arguments.Count > 1 || (arguments.Count == 1 && (!int.TryParse(arguments[0], CultureInfo.InvariantCulture, out rounds) || rounds < 1)))
        {
            await Console.Error.WriteLineAsync("Usage: clock [ROUNDS]; ROUNDS ≥ 1.");
            return ProofLine.WrongUsage;
        }

        var library = new[] { Library, Library.Replace("x86_64", "aarch64", StringComparison.Ordinal) }.FirstOrDefault(File.Exists)
            ?? throw new FileNotFoundException("libfaketime is not installed; the proof needs it: apt-get install faketime");
        using var folder = new TemporaryFolder();
        await using var broker = await MosquittoBroker.StartAsync("max_queued_messages 0", "max_inflight_messages 0");
        await using var consumer = BrokerConsumer.Start(broker.Port);
        var account = new ClockAccount();
        var stamp = folder.File("clock");
        for (var round = 0; round < rounds; round++)
        {
            // The second start is at the end of the steps, ten years behind and at the other end of the world.
            await RunStepsAsync(broker, consumer, folder, stamp, library, account, "Pacific/Apia", Steps);
            await RunStepsAsync(broker, consumer, folder, stamp, library, account, "America/Los_Angeles", [("restarted ten years behind", "-315576000"), ("restarted, true", "+0")]);
        }

        return await JudgeAsync(consumer, folder, account);
    }

    private static async Task RunStepsAsync(
        MosquittoBroker broker, BrokerConsumer consumer, TemporaryFolder folder, string stamp, string library, ClockAccount account, string zone,
        (string Name, string Offset)[] steps)
    {
        await File.WriteAllTextAsync(stamp, steps[0].Offset + "\n");
        using var cart = StartCart(folder.File("data"), broker.Port, stamp, library, zone);
        account.Start();
        try
        {
            await WaitForMoreAsync(consumer);
            foreach (var (name, offset) in steps)
            {
                await File.WriteAllTextAsync(stamp, offset + "\n");
                var (before, late) = (consumer.Distinct, consumer.Historical);
                await Task.Delay(TimeSpan.FromSeconds(3 * KeepAliveSeconds));
                var arrived = consumer.Distinct - before;
                Console.WriteLine($"clock: {name} ({zone}): {arrived} messages arrived, {Connections(broker)} connections so far");
                account.Step(arrived, offset == steps[0].Offset && name == steps[0].Name ? 0 : consumer.Historical - late);
            }

            if (cart.HasExited)
            {
                throw new InvalidOperationException($"The cart ended with {cart.ExitCode}.");
            }
        }
        finally
        {
            cart.Kill();
            await cart.WaitForExitAsync();
        }

        account.Connections = Connections(broker);
    }

    private static async Task WaitForMoreAsync(BrokerConsumer consumer)
    {
        var (before, begun) = (consumer.Distinct, Stopwatch.StartNew());
        while (consumer.Distinct == before)
        {
            if (begun.Elapsed > TimeSpan.FromMinutes(1))
            {
                throw new TimeoutException("Nothing arrived within a minute of the cart's start.");
            }

            await Task.Delay(50);
        }
    }

    private static Process StartCart(string data, int port, string stamp, string library, string zone)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath!,
            [ClockCart.Verb, data, port.ToString(CultureInfo.InvariantCulture), KeepAliveSeconds.ToString(CultureInfo.InvariantCulture)])
        { UseShellExecute = false };
        start.Environment["LD_PRELOAD"] = library;
        start.Environment["FAKETIME_TIMESTAMP_FILE"] = stamp;
        start.Environment["FAKETIME_NO_CACHE"] = "1";
        start.Environment["FAKETIME_DONT_FAKE_MONOTONIC"] = "1";
        start.Environment["TZ"] = zone;
        return Process.Start(start) ?? throw new InvalidOperationException("The cart did not start.");
    }

    // Each connection that the broker has taken from the cart: one a start, when no step of the clock costs one.
    private static int Connections(MosquittoBroker broker) => broker.ReadLog().Split("as hsiedge-lab-cart-1 (").Length - 1;

    private static async Task<int> JudgeAsync(BrokerConsumer consumer, TemporaryFolder folder, ClockAccount account)
    {
        await using var store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = folder.File("data") }, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        var recorded = (await store.ListAsync(new ResultQuery(int.MaxValue), CancellationToken.None)).Reverse().ToList();
        var arrivals = consumer.ResultIds;
        return new ProofLine("clock")
            .Holds("steps", account.Steps, account.Steps > 0)
            .Holds("results", recorded.Count, recorded.Count > account.Steps)
            .Zero("silentSteps", account.Silent)
            .Zero("linksLost", account.Connections - account.Starts)
            .Zero("idsOutOfOrder", Disorder(arrivals))
            .Zero("recordedOutOfOrder", recorded.Zip(recorded.Skip(1)).Count(pair => string.CompareOrdinal(pair.First.Id, pair.Second.Id) >= 0))
            .Zero("falselyHistorical", account.FalselyHistorical)
            .Figure("largestAgeMilliseconds", consumer.LargestAgeMilliseconds)
            .Print();
    }

    private static int Disorder(IReadOnlyList<string> ids) => ids.Zip(ids.Skip(1)).Count(pair => string.CompareOrdinal(pair.First, pair.Second) >= 0);
}
