using System.Collections.Concurrent;
using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>A real store, a real publisher and a command handler that notes what it was asked.</summary>
internal sealed class PublisherRig : IAsyncDisposable, ICommandHandler
{
    private readonly TemporaryFolder _folder;
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    private PublisherRig(int port, LiteDbResultStore store, TemporaryFolder folder, HealthBoard health, SampleRecords samples, Action<MqttOptions>? adjust)
    {
        (_folder, Store, Health, Samples) = (folder, store, health, samples);
        var options = new MqttOptions { Port = port, MaximumReconnectDelaySeconds = 1, AcknowledgeTimeoutSeconds = 3, StopDrainMilliseconds = 1_000 };
        adjust?.Invoke(options);
        Publisher = new MqttPublisher(
            options, samples.Identity, store, store, health, this, () => new ActiveVersions(null, "cal-1"), TimeProvider.System, NullLogger<MqttPublisher>.Instance)
        {
            RefusalPause = TimeSpan.FromSeconds(1),
        };
    }

    public LiteDbResultStore Store { get; }

    public HealthBoard Health { get; }

    public SampleRecords Samples { get; }

    public MqttPublisher Publisher { get; }

    public ConcurrentQueue<string> Commands { get; } = new();

    public string Prefix => Samples.Identity.TopicPrefix;

    public static async Task<PublisherRig> MakeAsync(int port, Action<MqttOptions>? adjust = null, int maximumOutboxMebibytes = 1_024)
    {
        var folder = new TemporaryFolder();
        var health = new HealthBoard(TimeProvider.System);
        var store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = folder.Path, MaximumOutboxMebibytes = maximumOutboxMebibytes }, health, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        return new PublisherRig(port, store, folder, health, new SampleRecords(TimeProvider.System), adjust);
    }

    public void Start() => _run = Publisher.RunAsync(_stop.Token);

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
    }

    public async Task WaitUntilDrainedAsync(int seconds = 15)
    {
        for (var i = 0; i < seconds * 50 && Store.PendingCount > 0; i++)
        {
            await Task.Delay(20);
        }

        if (Store.PendingCount > 0)
        {
            throw new TimeoutException($"{Store.PendingCount} messages still wait: {string.Join(", ", Health.Snapshot().Items)}");
        }
    }

    public async Task WaitForHealthAsync(HealthState state)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (true)
        {
            var (version, items) = Health.Snapshot();
            if (items.Any(i => i.Component == MqttPublisher.Component && i.State == state))
            {
                return;
            }

            await Health.WaitForChangeAsync(version, patience.Token);
        }
    }

    /// <summary>Awaited by the command capture before it is carried out.</summary>
    public Task BeforeCapture { get; set; } = Task.CompletedTask;

    public async Task<CommandAnswer> HandleAsync(string verb, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Commands.Enqueue(verb);
        if (verb == CommandVerbs.Capture)
        {
#pragma warning disable VSTHRD003 // The test's own.
            await BeforeCapture.WaitAsync(cancellationToken);
#pragma warning restore VSTHRD003
        }

        return verb == CommandVerbs.InstallModel
            ? throw new HsiEdge.Core.BadInputException("no such bundle")
            : CommandAnswer.Done(verb, new { bytes = payload.Length });
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Store.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }
}
