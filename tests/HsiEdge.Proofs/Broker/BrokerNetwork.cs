using System.Globalization;
using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;

namespace HsiEdge.Proofs.Broker;

/// <summary>The broker, its consumer, and the network between broker and cart, with all that can be wrong with them.</summary>
internal sealed class BrokerNetwork : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private MosquittoBroker _broker = null!;
    private int _subscribed;

    private BrokerNetwork()
    {
    }

    // Without limits: what it acknowledges it has handed to the consumer's socket by then. Its access list comes and goes by reloading: with one,
    // Mosquitto 2.0.11 keeps nothing for a session it has read from its disk.
    private string[] Configuration =>
    [
        "persistence true", $"persistence_location {_folder.Path}/", "autosave_interval 0", "max_queued_messages 0", "max_inflight_messages 0",
        "log_type none", "log_type subscribe",
    ];

    private int Subscriptions => _broker.ReadLog().Split("proof-consumer 1 hsiedge/").Length - 1;

    /// <summary>The way from the cart to the broker.</summary>
    public TcpProxy Proxy { get; private set; } = null!;

    /// <summary>The consumer, connected directly.</summary>
    public BrokerConsumer Consumer { get; private set; } = null!;

    /// <summary>Starts broker, proxy and consumer.</summary>
    public static async Task<BrokerNetwork> StartAsync()
    {
        var network = new BrokerNetwork();
        await File.WriteAllLinesAsync(network._folder.File("acl"), ["topic readwrite #", "topic deny hsiedge/v1/lab/cart-1/result"]);
        network._broker = await MosquittoBroker.StartAsync(network.Configuration);
        network.Proxy = new TcpProxy(network._broker.Port);
        network.Consumer = BrokerConsumer.Start(network._broker.Port);
        await network.WaitForConsumerAsync();
        return network;
    }

    /// <summary>The cart's options to come here.</summary>
    public MqttOptions Options(int keepAliveSeconds) => new()
    {
        Port = Proxy.Port,
        KeepAliveSeconds = keepAliveSeconds,
        AcknowledgeTimeoutSeconds = keepAliveSeconds,
        MaximumReconnectDelaySeconds = 1,
        StopDrainMilliseconds = 0,
    };

    /// <summary>SIGKILL; what it persisted is there when it comes again: the consumer's session.</summary>
    public Task KillAsync() => _broker.KillAsync();

    /// <summary>Starts it again.</summary>
    public Task StartAgainAsync() => _broker.StartAgainAsync();

    /// <summary>SIGKILL, and all it knew is gone. The cart is let in again when the consumer has subscribed: nobody can receive what was sent before.</summary>
    public async Task WipeAsync()
    {
        Proxy.Closed = true;
        Proxy.Break();
        await _broker.KillAsync();
        _subscribed = Subscriptions;
        File.Delete(_folder.File("mosquitto.db"));
        await _broker.StartAgainAsync();
        await WaitForConsumerAsync();
        Proxy.Closed = false;
    }

    /// <summary>The process stands still; the kernel goes on answering for it.</summary>
    public Task PauseAsync() => _broker.SignalAsync("STOP");

    /// <summary>It goes on.</summary>
    public Task ContinueAsync() => _broker.SignalAsync("CONT");

    /// <summary>Packets between cart and broker are dropped by the kernel, both ways.</summary>
    public Task PartitionAsync() => FilterAsync("-I");

    /// <summary>They pass again.</summary>
    public Task JoinAsync() => FilterAsync("-D");

    /// <summary>The broker refuses results.</summary>
    public Task DenyAsync() => _broker.ReconfigureAsync([.. Configuration, $"acl_file {_folder.File("acl")}"]);

    /// <summary>It takes them again.</summary>
    public Task AllowAsync() => _broker.ReconfigureAsync(Configuration);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await Consumer.DisposeAsync();
        await Proxy.DisposeAsync();
        await _broker.DisposeAsync();
        _folder.Dispose();
    }

    private async Task FilterAsync(string action)
    {
        foreach (var side in (string[])["--dport", "--sport"])
        {
            var run = await ProgramRun.StartAsync(
                "iptables", [action, "INPUT", "-i", "lo", "-p", "tcp", side, Proxy.Port.ToString(CultureInfo.InvariantCulture), "-j", "DROP"]);
            if (run.ExitCode != 0)
            {
                throw new InvalidOperationException($"iptables failed; the proof needs a network namespace of its own (tests/proofs/broker.sh makes one): {run.Error}");
            }
        }
    }

    // Its session is then on the broker's disk: a killed broker keeps messages for it.
    private async Task WaitForConsumerAsync()
    {
        var saved = _folder.File("mosquitto.db");
        for (var attempt = 0; attempt < 600; attempt++)
        {
            if (Subscriptions > _subscribed)
            {
                await _broker.SignalAsync("USR1");
                if (File.Exists(saved))
                {
                    return;
                }
            }

            await Task.Delay(100);
        }

        throw new TimeoutException("The consumer did not subscribe within 60 s.");
    }
}
