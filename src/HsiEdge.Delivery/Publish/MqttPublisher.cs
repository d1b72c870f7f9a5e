using System.Globalization;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish.HomeAssistant;
using Microsoft.Extensions.Logging;
using MQTTnet;

namespace HsiEdge.Delivery.Publish;

/// <summary>
/// Keeps one MQTT 5 connection to the broker for as long as the box runs: says status, health and open alerts on each connect and whenever they
/// change, sends the outbox, and answers commands (docs/decisions/0008-mqtt-outbox.md). Never ahead of the store; survives any outage.
/// </summary>
public sealed class MqttPublisher
{
    /// <summary>Component on the health board.</summary>
    public const string Component = "broker-link";

    private const string SessionKey = "mqtt.session";
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan DrainPoll = TimeSpan.FromMilliseconds(20);

    private readonly MqttOptions _options;
    private readonly ApplianceIdentity _identity;
    private readonly IResultStore _store;
    private readonly IOutbox _outbox;
    private readonly HealthBoard _health;
    private readonly TimeProvider _time;
    private readonly ILogger<MqttPublisher> _logger;
    private readonly MessageComposer _composer;
    private readonly StatusTeller _teller;
    private readonly CommandDesk _desk;
    private readonly LinkReport _report;
    private readonly PublishMetrics? _metrics;
    private readonly HomeAssistantAnnouncer _homeAssistant;
    private long? _session;

    /// <summary>Makes a publisher; <see cref="RunAsync"/> connects.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="identity">Who the box is.</param>
    /// <param name="store">Open alerts and the session counter.</param>
    /// <param name="outbox">Waiting messages.</param>
    /// <param name="health">Health to publish; <c>broker-link</c> is reported here.</param>
    /// <param name="commands">Carries out commands.</param>
    /// <param name="versions">Model and calibration active now; asked each time the status is said.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logger">Log.</param>
    /// <param name="metrics">Takes the figures; null where nobody wants them.</param>
    public MqttPublisher(
        MqttOptions options, ApplianceIdentity identity, IResultStore store, IOutbox outbox, HealthBoard health, ICommandHandler commands,
        Func<ActiveVersions> versions, TimeProvider time, ILogger<MqttPublisher> logger, PublishMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(identity);
        (_options, _identity, _store, _outbox, _health, _time, _logger) = (options, identity, store, outbox, health, time, logger);
        _composer = new MessageComposer(identity, new UlidGenerator(time), time);
        _teller = new StatusTeller(identity, _composer, health, versions);
        _metrics = metrics;
        _report = new LinkReport(Component, health, logger);
        _desk = new CommandDesk(identity, commands, logger, metrics);
        metrics?.WatchOutbox(() => (outbox.PendingCount, outbox.PendingBytes));
        _homeAssistant = new HomeAssistantAnnouncer(options, identity, store, health, _composer, versions, time, logger);
        Credentials = new CredentialKeeper(options, health, time, logger);
    }

    /// <summary>What the links show and trust.</summary>
    public CredentialKeeper Credentials { get; }

    /// <summary>Takes the connection's signs of life: at each attempt, and at each probe of the link.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;

    /// <summary>Takes the outbox's signs of life while something of it is on its way.</summary>
    public Heartbeat OutboxLife { get; init; } = Heartbeat.Unwatched;

    /// <summary>How long a topic that the broker refuses is left alone.</summary>
    internal TimeSpan RefusalPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Runs until stopped; then sends what still waits for a short while (<see cref="MqttOptions.StopDrainMilliseconds"/>), says <c>offline</c>
    /// with the reason "stopped" and disconnects. Dispose the store only after this has returned.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!_options.Enabled)
        {
            // Messages wait for the day it is enabled; what is given up meanwhile is told all the same.
            _health.Report(Component, HealthState.Ok, "disabled by Mqtt:Enabled");
            await IgnoreStopAsync(_report.WatchDropsAsync(_outbox, _metrics, _time, cancellationToken));
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var drops = _report.WatchDropsAsync(_outbox, _metrics, _time, stop.Token);
        var commands = _desk.RunAsync(stop.Token);
        var connection = StayConnectedAsync(stop.Token);
        var credentials = Credentials.RunAsync(stop.Token);
        var first = await Task.WhenAny(commands, connection, credentials, drops);
        await stop.CancelAsync();
        await IgnoreStopAsync(connection);
        await IgnoreStopAsync(credentials);
        await IgnoreStopAsync(commands);
        await IgnoreStopAsync(drops);
        await IgnoreStopAsync(first);
    }

    private static async Task IgnoreStopAsync(Task task)
    {
        try
        {
#pragma warning disable VSTHRD003 // Started by the caller within this class.
            await task;
#pragma warning restore VSTHRD003
        }
        catch (OperationCanceledException)
        {
            // Stopped as asked.
        }
    }

    private Task UntilAsync(CancellationToken cancellationToken) => IgnoreStopAsync(Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken));

    private Task StayConnectedAsync(CancellationToken cancellationToken) => new Reconnection(_options, _time, NoteLoss).RunAsync(
        Life, (failures, connected) => RunSessionAsync(failures, connected, cancellationToken), cancellationToken);

    private void NoteLoss(string reason, bool isFirst)
    {
        _report.Down(reason);
        _metrics?.CountLoss();
        if (isFirst)
        {
            PublishLog.LinkLost(_logger, reason, _outbox.PendingCount);
        }
    }

    private async Task RunSessionAsync(int failures, Action connected, CancellationToken cancellationToken)
    {
        var (credentials, outdated) = Credentials.Take(failures);
        var stream = new BrokerStream(_options, credentials);
        var session = await NextSessionAsync(cancellationToken);
        await using var link = new MqttLink(ReceiveAsync, TimeSpan.FromSeconds(_options.AcknowledgeTimeoutSeconds), _time) { Life = Life };
        await link.ConnectAsync(MqttClientOptionsFactory.Make(_options, stream, credentials, _identity, _teller.Will(session)), cancellationToken);
        connected();
        Credentials.Prove(credentials);
        Credentials.See(stream.Shown);
        await KeepSessionAsync(session, cancellationToken);
        _report.Up();
        _metrics?.CountConnect();
        PublishLog.Connected(_logger, _options.Host, _options.Port, session, _outbox.PendingCount);
        _desk.UseLink(link);
        try
        {
            // Before the status is said: whoever sees "online" may send a command.
            _report.NoteRefusal("command/+", await link.SubscribeAsync(_desk.TopicFilter, cancellationToken) ?? string.Empty);
            await ServeAsync(link, outdated, cancellationToken);
        }
        finally
        {
            _desk.UseLink(null);
        }
    }

    private async Task ServeAsync(MqttLink link, Task outdated, CancellationToken cancellationToken)
    {
        using var session = new CancellationTokenSource();
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, session.Token);
        var greeted = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task[] loops =
        [
            link.WatchAsync(_options.KeepAliveSeconds, session.Token),
            _teller.RunAsync(link, () => GreetAsync(link, greeted, session.Token), _report.NoteRefusal, session.Token),
            DrainAsync(link, greeted.Task, session.Token),
            AnnounceAsync(link, greeted.Task, session.Token),
        ];
        var stopped = UntilAsync(either.Token);
#pragma warning disable VSTHRD003 // Completed by the keeper of the credentials.
        await Task.WhenAny([.. loops, stopped, outdated]);
#pragma warning restore VSTHRD003
        if (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAny([.. loops, WaitUntilDrainedAsync(session.Token)]);
        }

        await session.CancelAsync();
        await stopped;
        await IgnoreStopAsync(Task.WhenAll(loops));
        await SayGoodbyeAsync(link, forGood: cancellationToken.IsCancellationRequested);
    }

    private async Task GreetAsync(MqttLink link, TaskCompletionSource greeted, CancellationToken cancellationToken)
    {
        foreach (var alert in await OpenAlertsAsync(cancellationToken))
        {
            var message = _composer.ForOpenAlert(alert);
            var refusal = await link.PublishAsync(OutgoingMessage.Fresh(message, _identity.TopicPrefix), cancellationToken);
            _report.NoteRefusal(message.Topic, refusal ?? string.Empty);
        }

        await _homeAssistant.GreetAsync(link, _report.NoteRefusal, cancellationToken);
        greeted.SetResult();
    }

    private Task ReceiveAsync(MqttLink link, MqttApplicationMessage message) =>
        _homeAssistant.Takes(message) ? Task.CompletedTask : _desk.ReceiveAsync(link, message);

    private async Task AnnounceAsync(MqttLink link, Task greeted, CancellationToken cancellationToken)
    {
#pragma warning disable VSTHRD003 // Completed by the greeting, in the same session.
        await greeted.WaitAsync(cancellationToken);
#pragma warning restore VSTHRD003
        await _homeAssistant.RunAsync(link, _report.NoteRefusal, cancellationToken);
    }

    private async Task DrainAsync(MqttLink link, Task greeted, CancellationToken cancellationToken)
    {
        // After the greeting: a newer transition in the outbox then overwrites the alert as stated again, never the other way round.
#pragma warning disable VSTHRD003 // Completed by the greeting, in the same session.
        await greeted.WaitAsync(cancellationToken);
#pragma warning restore VSTHRD003
        await new OutboxDrain(_options, _identity.TopicPrefix, _outbox, link, _report.NoteRefusal, _metrics, _time, _logger) { RefusalPause = RefusalPause, Life = OutboxLife }.RunAsync(cancellationToken);
    }

    private async Task<IReadOnlyList<Alert>> OpenAlertsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _store.ReadOpenAlertsAsync(cancellationToken);
        }
        catch (StoreFaultException exception)
        {
            // The store reports itself; the broker keeps the alerts it has.
            PublishLog.OutboxUnreadable(_logger, exception);
            return [];
        }
    }

    private async Task WaitUntilDrainedAsync(CancellationToken cancellationToken)
    {
        var begin = _time.GetTimestamp();
        while (_outbox.PendingCount > 0 && _time.GetElapsedTime(begin).TotalMilliseconds < _options.StopDrainMilliseconds)
        {
            await Task.Delay(DrainPoll, _time, cancellationToken);
        }
    }

    private async Task SayGoodbyeAsync(MqttLink link, bool forGood)
    {
        using var patience = new CancellationTokenSource(GoodbyePatience, _time);
        try
        {
            if (forGood)
            {
                await _teller.TellStoppedAsync(link, patience.Token);
                PublishLog.Stopped(_logger, _outbox.PendingCount);
            }

            await link.DisconnectAsync(patience.Token);
        }
        catch (Exception exception) when (exception is LinkLostException or OperationCanceledException)
        {
            // The Last Will then says offline.
            PublishLog.GoodbyeLost(_logger, exception.Message);
        }
    }

    private async Task<long> NextSessionAsync(CancellationToken cancellationToken)
    {
        try
        {
            _session ??= long.TryParse(await _store.ReadValueAsync(SessionKey, cancellationToken), CultureInfo.InvariantCulture, out var known) ? known : 0;
        }
        catch (StoreFaultException exception)
        {
            PublishLog.OutboxUnreadable(_logger, exception);
        }

        return (_session ?? -1) + 1;
    }

    private async Task KeepSessionAsync(long session, CancellationToken cancellationToken)
    {
        _teller.Session = session;
        if (_session is null)
        {
            return;
        }

        _session = session;
        try
        {
            await _store.WriteValueAsync(SessionKey, session.ToString(CultureInfo.InvariantCulture), cancellationToken);
        }
        catch (StoreFaultException exception)
        {
            PublishLog.OutboxUnreadable(_logger, exception);
        }
    }
}
