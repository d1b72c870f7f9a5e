using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Clock;

/// <summary>A process of its own whose wall clock is pushed about from outside: store, outbox and publisher as in the product, and results at a steady pace.</summary>
internal static class ClockCart
{
    /// <summary>Its verb.</summary>
    public const string Verb = "clock-cart";

    /// <summary>Runs until it is killed.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        if (arguments.Count != 3)
        {
            await Console.Error.WriteLineAsync("Usage: clock-cart FOLDER PORT KEEP_ALIVE_SECONDS; the clock proof starts it.");
            return ProofLine.WrongUsage;
        }

        var health = new HealthBoard(TimeProvider.System);
        await using var store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = arguments[0] }, health, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        var samples = new SampleRecords(TimeProvider.System, "cart-1", lastId: await store.ReadLastIdAsync(CancellationToken.None));
        var options = new MqttOptions
        {
            Port = int.Parse(arguments[1], System.Globalization.CultureInfo.InvariantCulture),
            KeepAliveSeconds = int.Parse(arguments[2], System.Globalization.CultureInfo.InvariantCulture),
        };
        var publisher = new MqttPublisher(
            options, samples.Identity, store, store, health, new NoCommands(), () => ActiveVersions.None, TimeProvider.System, NullLogger<MqttPublisher>.Instance);
        var publishing = Task.Run(() => publisher.RunAsync(CancellationToken.None));
        for (var sequence = 1; !publishing.IsCompleted; sequence++)
        {
            // Bursts, and between them twice the keep-alive of silence: only probes keep the broker from cutting the link.
            await store.RecordAsync(samples.Next(4, 4, overlayBytes: 0), CancellationToken.None);
            await Task.Delay(sequence % 15 == 0 ? 2_000 * options.KeepAliveSeconds : 50);
        }

        await publishing;
        return 1;
    }

    private sealed class NoCommands : ICommandHandler
    {
        public Task<CommandAnswer> HandleAsync(string verb, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) => Task.FromResult(CommandAnswer.Done(verb));
    }
}
