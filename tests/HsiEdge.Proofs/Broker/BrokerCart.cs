using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.Proofs.Broker;

/// <summary>The cart's store, outbox and publisher, as in the product, and the load on them. What the store has acknowledged is kept in mind.</summary>
internal sealed class BrokerCart : IAsyncDisposable, ICommandHandler
{
    private readonly TemporaryFolder _folder;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _turn = new(1);
    private readonly SampleRecords _samples = new(TimeProvider.System, "cart-1");
    private readonly List<OutboxMessage> _acknowledged = [];
    private readonly Task _running;
    private readonly Task _producing;

    private BrokerCart(TemporaryFolder folder, LiteDbResultStore store, HealthBoard health, MqttOptions options)
    {
        (_folder, Store, Health) = (folder, store, health);
        var publisher = new MqttPublisher(
            options, _samples.Identity, store, store, health, this, () => ActiveVersions.None, TimeProvider.System, NullLogger<MqttPublisher>.Instance)
        {
            RefusalPause = TimeSpan.FromSeconds(1),
        };
        _running = Task.Run(() => publisher.RunAsync(_stop.Token));
        _producing = Task.Run(ProduceAsync);
    }

    /// <summary>The store.</summary>
    public LiteDbResultStore Store { get; }

    /// <summary>Its health.</summary>
    public HealthBoard Health { get; }

    /// <summary>Topics on which order is promised.</summary>
    public static IReadOnlyList<string> OrderedTopics { get; } = ["/result", "/ledger"];

    /// <summary>Starts a cart that reaches the broker on a port.</summary>
    public static async Task<BrokerCart> StartAsync(MqttOptions options)
    {
        var folder = new TemporaryFolder();
        var health = new HealthBoard(TimeProvider.System);
        var store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = folder.File("data") }, health, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        return new BrokerCart(folder, store, health, options);
    }

    /// <summary>All messages that the store has acknowledged, in order.</summary>
    public IReadOnlyList<OutboxMessage> Acknowledged
    {
        get
        {
            lock (_acknowledged)
            {
                return [.. _acknowledged];
            }
        }
    }

    /// <summary>Whether the connection stands, by the health board.</summary>
    public bool IsUp => Health.Snapshot().Items.Any(i => i.Component == MqttPublisher.Component && i.State != HealthState.Failed);

    /// <summary>Records results and ledgers, and now and then an alert's begin and end.</summary>
    /// <returns>The last message's id.</returns>
    public async Task<string> RecordAsync(int results)
    {
        await _turn.WaitAsync();
        try
        {
            var messages = new List<OutboxMessage>();
            for (var i = 0; i < results; i++)
            {
                var raised = _acknowledged.Count % 20 == 0 ? _samples.Raise() : null;
                messages.AddRange(_samples.Next(2, 2, transitions: raised is null ? [] : [raised, SampleRecords.End(raised.After)], overlayBytes: 0).Messages);
            }

            await Store.RecordLedgerAsync(null, messages, CancellationToken.None);
            lock (_acknowledged)
            {
                _acknowledged.AddRange(messages);
            }

            return messages[^1].Id;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Ends the load; the publisher goes on.</summary>
    public async Task EndLoadAsync()
    {
        await _stopProducing.CancelAsync();
        await _producing;
    }

    /// <inheritdoc/>
    public Task<CommandAnswer> HandleAsync(string verb, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken) =>
        Task.FromResult(CommandAnswer.Done(verb));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await EndLoadAsync();
        await _stop.CancelAsync();
        await _running;
        await Store.DisposeAsync();
        _stop.Dispose();
        _stopProducing.Dispose();
        _turn.Dispose();
        _folder.Dispose();
    }

    private readonly CancellationTokenSource _stopProducing = new();

    private async Task ProduceAsync()
    {
        while (!_stopProducing.IsCancellationRequested)
        {
            await RecordAsync(1);
            await Task.WhenAny(Task.Delay(TimeSpan.FromMilliseconds(20), _stopProducing.Token));
        }
    }
}
