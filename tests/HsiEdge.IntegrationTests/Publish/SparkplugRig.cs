using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Publish.Sparkplug;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>A real store and a real edge node.</summary>
internal sealed class SparkplugRig : IAsyncDisposable
{
    public const string Birth = "spBv1.0/lab/NBIRTH/cart-7";
    public const string Data = "spBv1.0/lab/NDATA/cart-7";
    public const string Death = "spBv1.0/lab/NDEATH/cart-7";
    public const string Command = "spBv1.0/lab/NCMD/cart-7";

    private readonly TemporaryFolder _folder = new();
    private readonly MqttOptions _options;
    private readonly SparkplugDialect _dialect = new(new UlidGenerator(TimeProvider.System), TimeProvider.System);
    private CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;

    private SparkplugRig(MqttOptions options) => _options = options;

    public SampleRecords Samples { get; } = new(TimeProvider.System);

    public HealthBoard Health { get; private set; } = null!;

    public LiteDbResultStore Store { get; private set; } = null!;

    public static async Task<SparkplugRig> MakeAsync(int port, Action<MqttOptions>? adjust = null)
    {
        var options = new MqttOptions { Port = port, MaximumReconnectDelaySeconds = 1, AcknowledgeTimeoutSeconds = 3, StopDrainMilliseconds = 1_000 };
        options.Sparkplug.Enabled = true;
        adjust?.Invoke(options);
        var rig = new SparkplugRig(options);
        await rig.OpenAsync();
        return rig;
    }

    public void Start()
    {
        var node = new SparkplugPublisher(
            _options, Samples.Identity, Store, Store.Sparkplug, Health, new CredentialKeeper(_options, Health, TimeProvider.System, NullLogger.Instance), () => ActiveVersions.None,
            TimeProvider.System, NullLogger<SparkplugPublisher>.Instance);
        _run = node.RunAsync(_stop.Token);
    }

    /// <summary>Records a cube as the box does while the option is on; returns the result's id.</summary>
    public async Task<string> RecordAsync(params Core.Interpret.AlertTransition[] transitions)
    {
        var record = Samples.Next(8, 8, transitions: transitions, overlayBytes: 0);
        await Store.RecordAsync(record with { Messages = _dialect.ForResult(record.Result, record.Transitions, record.OpenAlerts) }, CancellationToken.None);
        return record.Result.Id;
    }

    public async Task StopAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
        _stop = new CancellationTokenSource();
    }

    /// <summary>Stops, closes the store, and opens both again: a restart of the box.</summary>
    public async Task RestartAsync(Action<MqttOptions>? adjust = null)
    {
        await StopAsync();
        await Store.DisposeAsync();
        adjust?.Invoke(_options);
        await OpenAsync();
        Start();
    }

    public async Task WaitUntilDrainedAsync(int seconds = 15)
    {
        for (var i = 0; i < seconds * 50 && Store.Sparkplug.PendingCount > 0; i++)
        {
            await Task.Delay(20);
        }

        if (Store.Sparkplug.PendingCount > 0)
        {
            throw new TimeoutException($"{Store.Sparkplug.PendingCount} metrics still wait: {string.Join(", ", Health.Snapshot().Items)}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        await Store.DisposeAsync();
        _stop.Dispose();
        _folder.Dispose();
    }

    private async Task OpenAsync()
    {
        Health = new HealthBoard(TimeProvider.System);
        Store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = _folder.Path }, Health, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
    }
}
