using System.Reflection;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Appliance.Publish;
using HsiEdge.Appliance.Watch;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Appliance.Hosting;

/// <summary>
/// The composition root. Staged start: store → publisher → <see cref="BoardOperation"/> → (<see cref="CaptureOperation"/>: model → camera → references →
/// pipeline → triggers);
/// teardown in reverse on one stack, so that the last results are still stored and sent, and "offline" is the last word.
/// </summary>
internal sealed class ApplianceComposition : IAsyncDisposable
{
    private readonly TeardownStack _stages = new();
    private readonly TriggerDesk _desk;
    private readonly ILogger _log;
    private readonly Instruments _instruments;

    private ApplianceComposition(TriggerDesk desk, Instruments instruments, ILogger log)
    {
        _desk = desk;
        _instruments = instruments;
        _log = log;
    }

    /// <summary>Ends when a running stage ends: by its stop, or by what nobody expected.</summary>
    public Task Running { get; private set; } = Task.CompletedTask;

    /// <summary>Starts store and publisher, and sets the captures going.</summary>
    /// <exception cref="Core.BadInputException">The data folder or a file of the broker's options cannot be used.</exception>
    /// <exception cref="StoreFaultException">The store cannot be opened.</exception>
    public static async Task<ApplianceComposition> StartAsync(
        ApplianceConfiguration configuration, ApplianceRun run, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var metrics = new PipelineMetrics();
        var desk = new TriggerDesk(time, metrics, logs.CreateLogger<TriggerDesk>());
        var instruments = new Instruments(time, TimeSpan.FromSeconds(configuration.Appliance.StageLimitSeconds));
        var composition = new ApplianceComposition(desk, instruments, logs.CreateLogger<ApplianceComposition>());
        try
        {
            composition._stages.Own(metrics);
            composition._stages.Own(instruments);
            await composition.StartStagesAsync(configuration, run, metrics, time, logs, cancellationToken);
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

    private async Task StartStagesAsync(
        ApplianceConfiguration configuration, ApplianceRun run, PipelineMetrics metrics, TimeProvider time, ILoggerFactory logs, CancellationToken cancellationToken)
    {
        var ids = new UlidGenerator(time);
        var identity = new ApplianceIdentity(configuration.Appliance.Site, configuration.Appliance.Cart, Version, ids.Next());
        ApplianceLog.Starting(_log, Version, identity.Site, identity.Cart, identity.BootId, ApplianceLog.FilesOf(configuration));
        var health = new HealthBoard(time);
        health.Report("trigger", HealthState.Warning, "the box is starting");

        var folder = Path.GetFullPath(configuration.Store.DataFolder);
        var audit = _stages.Own(new BoxAudit(folder, identity.BootId, _desk, health, time, logs));
        var audited = new AuditedBox(audit, folder, Version);
        var truth = new HealthTruth(identity, _instruments.Life, _desk, health);
        _instruments.Box.WatchHealth(truth.Read);
        var storeWatch = new StoreWatch(time, _instruments.Store, _stages.Own(_instruments.Watch("store")));
        var store = _stages.Own(await LiteDbResultStore.OpenAsync(configuration.Store, health, time, logs.CreateLogger<LiteDbResultStore>(), storeWatch, cancellationToken));
        var composer = new MessageComposer(identity, ids, time);
        var interpret = configuration.Faults.Count == 0 ? configuration.Interpret : new InterpretOptions();
        var book = _stages.Own(await CaseBook.OpenAsync(interpret, store, composer, ids, time, metrics, logs.CreateLogger<CaseBook>(), cancellationToken));
        book.CameraIsSynthetic = configuration.Camera.Source == CameraSource.Phantom;
        var board = new BoardOperation(BoardOf(configuration), options => BoardDevices.Open(options, logs), _desk, () => book.OpenAlerts, health, time, logs) { Instruments = _instruments };
        var operation = new CaptureOperation(configuration, run, board, _desk, book, audited, health, ids, metrics, time, logs) { Instruments = _instruments };
        _instruments.Box.WatchVersions(identity.SoftwareVersion, () => operation.Active);
        var commands = new CommandHandler(_desk, book, store, audit, logs.CreateLogger<CommandHandler>(), operation.TakeReferenceAsync);
        var publisher = new MqttPublisher(
            configuration.Mqtt, identity, store, store, health, commands, () => operation.Active with { Audit = audit.Head }, time, logs.CreateLogger<MqttPublisher>(),
            _instruments.Publish);

        var auditing = Run("audit", stopping => audit.RunAsync(store, stopping));
        var starting = Run("audit of the start", stopping => AuditStartAsync(audited, configuration, stopping));
        var publishing = Run("publisher", publisher.RunAsync);
        var boarding = Run("board", board.RunAsync);
        var refusals = new RefusalTeller(_desk, book, time, logs.CreateLogger<RefusalTeller>()) { Life = _stages.Own(_instruments.Watch("refusals")) };
        var refusing = Run("refusals", refusals.RunAsync);
        var capturing = Run("captures", operation.RunAsync);
        var clock = Run("clock watch", new ClockWatch(_instruments.Box, _stages.Own(_instruments.Watch("clock watch", ClockWatch.Period)), time).RunAsync);
        var boxWatch = new BoxWatch(health, _desk, store, configuration.Store, BoxChecks.FreeBytes, time)
        {
            Life = _stages.Own(_instruments.Watch("disk watch", BoxWatch.Period)),
            Metrics = _instruments.Store,
        };
        var watching = Run("disk watch", boxWatch.RunAsync);
        Running = Task.WhenAny(auditing, starting, publishing, boarding, refusing, capturing, clock, watching).Unwrap();
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

    /// <summary>The board of a wrong configuration is opened too, for its lamps and its footswitch, unless its own section is at fault.</summary>
    private static BoardOptions BoardOf(ApplianceConfiguration configuration) =>
        configuration.Faults.Any(f => string.Equals(f.Section, nameof(ApplianceConfiguration.Board), StringComparison.OrdinalIgnoreCase)) ? new BoardOptions() : configuration.Board;

    /// <summary>Sets a stage running; its undo stops it and waits for its end.</summary>
    private Task Run(string name, Func<CancellationToken, Task> stage)
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
        return running;
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
