using System.Reflection;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Publish;
using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Publish.Sparkplug;
using HsiEdge.Delivery.Record;
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// The composition root. Staged start: store → publisher → <see cref="CaptureSwitch"/> → (<see cref="BoardOperation"/>, <see cref="CaptureOperation"/>: model →
/// camera → references → pipeline → triggers);
/// teardown in reverse on one stack, so that the last results are still stored and sent, and "offline" is the last word.
/// </summary>
internal sealed class ApplianceComposition : IAsyncDisposable
{
    private readonly TeardownStack _stages;
    private readonly TriggerDesk _desk;
    private readonly ILogger _log;
    private readonly Instruments _instruments;
    private readonly List<Task> _running = [];

    private ApplianceComposition(TeardownStack stages, TriggerDesk desk, Instruments instruments, ILogger log)
    {
        _stages = stages;
        _desk = desk;
        _instruments = instruments;
        _log = log;
    }

    /// <summary>Ends when a running stage ends: by its stop, or by what nobody expected.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>What the box knows of its components.</summary>
    public HealthBoard Health { get; private set; } = null!;

    /// <summary>Board and captures.</summary>
    public CaptureSwitch Captures { get; private set; } = null!;

    /// <summary>What the box audits of itself.</summary>
    public AuditedBox Audited { get; private set; } = null!;

    /// <summary>Starts store and publisher, and sets the captures going.</summary>
    /// <exception cref="Core.BadInputException">The data folder or a file of the broker's options cannot be used.</exception>
    /// <exception cref="StoreFaultException">The store cannot be opened.</exception>
    public static async Task<ApplianceComposition> StartAsync(
        ApplianceConfiguration configuration, ApplianceRun run, ISystemdNotifier? manager, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var ids = new UlidGenerator(time);
        var identity = new ApplianceIdentity(configuration.Appliance.Site, configuration.Appliance.Cart, Version, ids.Next());
        var (health, stages) = (new HealthBoard(time), new TeardownStack());

        // Before the first instrument is made: every one is seen from its first count on.
        var export = stages.Own(new MetricsExport(MetricsOf(configuration), identity, health, time, logs.CreateLogger<MetricsExport>()));
        var metrics = stages.Own(new PipelineMetrics());
        var instruments = stages.Own(new Instruments(time, TimeSpan.FromSeconds(configuration.Appliance.StageLimitSeconds)));
        var desk = new TriggerDesk(time, metrics, logs.CreateLogger<TriggerDesk>());
        var composition = new ApplianceComposition(stages, desk, instruments, logs.CreateLogger<ApplianceComposition>());
        try
        {
            var truth = composition.StartWatch(configuration, identity, export, health, manager, time, logs);
            await composition.StartStagesAsync(configuration, run, identity, ids, truth, health, metrics, time, logs, cancellationToken);
            return composition;
        }
        catch
        {
            await composition.DisposeAsync();
            throw;
        }
    }

    /// <summary>Stops everything in reverse order of its start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stages.DisposeAsync();
        var totals = _desk.Totals;
        ApplianceLog.Stopped(_log, totals.Posted, totals.Captured, totals.Refused, totals.Missed);
    }

    /// <summary>Those who look at the box: there before its first stage, gone after its last.</summary>
    private HealthTruth StartWatch(
        ApplianceConfiguration configuration, ApplianceIdentity identity, MetricsExport export, HealthBoard health, ISystemdNotifier? manager, TimeProvider time, ILoggerFactory logs)
    {
        ApplianceLog.Starting(_log, Version, identity.Site, identity.Cart, identity.BootId, ApplianceLog.FilesOf(configuration));
        health.Report("trigger", HealthState.Warning, "the box is starting");
        var truth = new HealthTruth(identity, _instruments.Life, _desk, health);
        _instruments.Box.WatchHealth(truth.Read);
        void Retried() => _instruments.Box.CountRetry(MetricsExport.Component);
        Run("metrics endpoint", stopping => export.RunAsync(Retried, stopping));
        var endpoint = new HealthEndpoint(MetricsOf(configuration), truth, health, time, logs.CreateLogger<HealthEndpoint>());
        Run("health endpoint", stopping => endpoint.RunAsync(Retried, stopping));
        if (manager is not null && WatchdogNotifier.Patience is { } patience)
        {
            var watchdog = new WatchdogNotifier(manager, truth, time, logs.CreateLogger<WatchdogNotifier>());
            Run("watchdog", stopping => watchdog.RunAsync(patience, stopping));
        }

        var clock = new ClockWatch(_instruments.Box, _stages.Own(_instruments.Watch("clock watch", ClockWatch.Period)), time);
        Run("clock watch", clock.RunAsync);
        return truth;
    }

    private async Task StartStagesAsync(
        ApplianceConfiguration configuration, ApplianceRun run, ApplianceIdentity identity, UlidGenerator ids, HealthTruth truth, HealthBoard health, PipelineMetrics metrics,
        TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var folder = Path.GetFullPath(configuration.Store.DataFolder);
        var audit = _stages.Own(new BoxAudit(folder, identity.BootId, _desk, health, time, logs));
        var audited = new AuditedBox(audit, folder, Version);
        (Health, Audited) = (health, audited);
        var storeWatch = new StoreWatch(time, _instruments.Store, _stages.Own(_instruments.Watch("store")));
        var store = _stages.Own(await run.OpenStore(configuration.Store, health, time, logs.CreateLogger<LiteDbResultStore>(), storeWatch, cancellationToken));
        var keeper = store.Keep(new KeeperParts(health, BoxChecks.FreeBytes, time, logs.CreateLogger<StoreKeeper>())
        {
            Audit = audit,
            Metrics = _instruments.Store,
            Life = _stages.Own(_instruments.Watch("store keeper", BoxWatch.Period)),
        });
        await keeper.SweepAsync(cancellationToken);
        var socket = new HealthSocket(HealthSocket.PathIn(configuration.Store.DataFolder), truth, time, logs.CreateLogger<HealthSocket>());
        Run("health socket", socket.RunAsync);
        ids.StartAfter(await store.ReadLastIdAsync(cancellationToken));
        var composer = new MessageComposer(identity, ids, time);
        var book = _stages.Own(await CaseBook.OpenAsync(CaptureSwitch.InterpretOf(configuration), store, composer, ids, time, metrics, logs.CreateLogger<CaseBook>(), Dialects(configuration.Mqtt, composer, ids, time), cancellationToken));
        book.CameraIsSynthetic = configuration.Camera.Source == CameraSource.Phantom;
        (BoardOperation Board, CaptureOperation Captures) Make(ApplianceConfiguration by)
        {
            var board = new BoardOperation(BoardOf(by), options => BoardDevices.Open(options, logs), _desk, () => book.OpenAlerts, health, time, logs) { Instruments = _instruments };
            return (board, new CaptureOperation(by, run, board, _desk, book, audited, health, ids, metrics, time, logs) { Instruments = _instruments });
        }

        var captures = Captures = new CaptureSwitch(Make, book, _desk, health, time);
        _instruments.Box.WatchVersions(identity.SoftwareVersion, () => captures.Active);
        var commands = new CommandHandler(_desk, book, store, audit, logs.CreateLogger<CommandHandler>(), captures.TakeReferenceAsync);
        var publisher = new MqttPublisher(
            configuration.Mqtt, identity, store, store, health, commands, () => captures.Active with { Audit = audit.Head }, time, logs.CreateLogger<MqttPublisher>(),
            _instruments.Publish)
        {
            Life = _stages.Own(_instruments.Watch("publisher", LongestSilence(configuration.Mqtt))),
            OutboxLife = _stages.Own(_instruments.Watch("outbox", TimeSpan.FromSeconds(configuration.Mqtt.AcknowledgeTimeoutSeconds))),
        };

        Run("audit", stopping => audit.RunAsync(store, stopping));
        Run("audit of the start", stopping => AuditStartAsync(audited, configuration, stopping));
        Run("publisher", publisher.RunAsync);
        Run("sparkplug", new SparkplugPublisher(
            configuration.Mqtt, identity, store, store.Sparkplug, health, publisher.Credentials, () => captures.Active, time, logs.CreateLogger<SparkplugPublisher>(), _instruments.Publish)
        {
            Life = _stages.Own(_instruments.Watch("sparkplug", LongestSilence(configuration.Mqtt))),
        }.RunAsync);
        var refusals = new RefusalTeller(_desk, book, time, logs.CreateLogger<RefusalTeller>()) { Life = _stages.Own(_instruments.Watch("refusals")) };
        Run("refusals", refusals.RunAsync);
        Run("captures", stopping => captures.RunAsync(configuration, stopping));
        var boxWatch = new BoxWatch(health, _desk, store, configuration.Store, BoxChecks.FreeBytes, time)
        {
            Life = _stages.Own(_instruments.Watch("disk watch", BoxWatch.DiskPeriod)),
            Metrics = _instruments.Store,
        };
        Run("disk watch", boxWatch.RunAsync);
        Run("store keeper", keeper.RunAsync);
        Running = Task.WhenAny(_running).Unwrap();
    }

    /// <summary>Nothing is captured before the start is audited.</summary>
    private static async Task AuditStartAsync(AuditedBox audited, ApplianceConfiguration configuration, CancellationToken stopping)
    {
        try
        {
            await audited.StartedAsync(configuration, stopping);
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    /// <summary>In which further forms results and alerts are told. A new one is a new line here.</summary>
    private static List<IMessageDialect> Dialects(MqttOptions options, MessageComposer composer, UlidGenerator ids, TimeProvider time)
    {
        var dialects = new List<IMessageDialect>();
        if (options.Enabled && options.HomeAssistant.Enabled)
        {
            dialects.Add(new SummaryDialect(composer));
        }

        if (options is { Enabled: true, Sparkplug.Enabled: true })
        {
            dialects.Add(new SparkplugDialect(ids, time));
        }

        return dialects;
    }

    /// <summary>The board of a wrong configuration is opened too, for its lamps and its footswitch, unless its own section is at fault.</summary>
    private static BoardOptions BoardOf(ApplianceConfiguration configuration) =>
        configuration.Faults.Any(f => string.Equals(f.Section, nameof(ApplianceConfiguration.Board), StringComparison.OrdinalIgnoreCase)) ? new BoardOptions() : configuration.Board;

    /// <summary>A wrong configuration may still be looked at, unless its own section is at fault.</summary>
    private static MetricsOptions MetricsOf(ApplianceConfiguration configuration) =>
        configuration.Faults.Any(f => string.Equals(f.Section, MetricsOptions.Section, StringComparison.OrdinalIgnoreCase)) ? new MetricsOptions() : configuration.Metrics;

    /// <summary>A pause between attempts or probes, then a connect and a probe that are waited for.</summary>
    private static TimeSpan LongestSilence(MqttOptions options) =>
        TimeSpan.FromSeconds(Math.Max(options.MaximumReconnectDelaySeconds, options.KeepAliveSeconds) + (2 * options.AcknowledgeTimeoutSeconds));

    /// <summary>Sets a stage running; its undo stops it and waits for its end.</summary>
    private void Run(string name, Func<CancellationToken, Task> stage)
    {
        var stop = new CancellationTokenSource();
        var running = Task.Run(() => WatchedAsync(name, stage, stop.Token), CancellationToken.None);
        _stages.Push(async () =>
        {
            await stop.CancelAsync();
            try
            {
                await running;
            }
            finally
            {
                stop.Dispose();
            }
        });
        _running.Add(running);
    }

    /// <summary>A stage that ends without being told to is dead, while the box stops too.</summary>
    private async Task WatchedAsync(string name, Func<CancellationToken, Task> stage, CancellationToken stopping)
    {
        var reason = "nobody told it to";
        try
        {
            await stage(stopping);
        }
        catch (Exception e)
        {
            reason = e.Message;
            throw;
        }
        finally
        {
            if (!stopping.IsCancellationRequested)
            {
                _instruments.Watch(name).End(reason);
            }
        }
    }

    private static string Version { get; } =
        typeof(ApplianceComposition).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0.0.0";
}
