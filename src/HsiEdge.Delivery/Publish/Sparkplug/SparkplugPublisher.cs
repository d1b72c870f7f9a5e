using System.Globalization;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;
using MQTTnet.Protocol;

namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>
/// Keeps the box present as a Sparkplug B 3.0 edge node, over a connection of its own: MQTT allows one Last Will a connection, and the box's own link has it
/// (docs/decisions/0019-other-tongues.md).
/// </summary>
public sealed class SparkplugPublisher
{
    /// <summary>Component on the health board; reported only where the option is on.</summary>
    public const string Component = "sparkplug-link";

    private const string BirthDeathKey = "sparkplug.bdSeq";
    private static readonly TimeSpan StoreFaultPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan GoodbyePatience = TimeSpan.FromSeconds(2);

    private readonly MqttOptions _options;
    private readonly ApplianceIdentity _identity;
    private readonly IResultStore _store;
    private readonly IOutbox _outbox;
    private readonly HealthBoard _health;
    private readonly CredentialKeeper _credentials;
    private readonly Func<ActiveVersions> _versions;
    private readonly TimeProvider _time;
    private readonly ILogger<SparkplugPublisher> _logger;
    private readonly SparkplugTopics _topics;
    private readonly PublishMetrics? _metrics;
    private int? _lastBirthDeath;
    private bool _unused;

    /// <summary>Makes a publisher; <see cref="RunAsync"/> connects.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="identity">Who the box is.</param>
    /// <param name="store">Latest result, open alerts, and the durable number of connections.</param>
    /// <param name="outbox">Metrics that wait for this link.</param>
    /// <param name="health">Health to tell; <c>sparkplug-link</c> is reported here.</param>
    /// <param name="credentials">What the link shows and trusts: those of the box's own link.</param>
    /// <param name="versions">Model and calibration active now.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logger">Log.</param>
    /// <param name="metrics">Counts what is sent and given up; null counts nothing.</param>
    public SparkplugPublisher(
        MqttOptions options, ApplianceIdentity identity, IResultStore store, IOutbox outbox, HealthBoard health, CredentialKeeper credentials, Func<ActiveVersions> versions,
        TimeProvider time, ILogger<SparkplugPublisher> logger, PublishMetrics? metrics = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        (_options, _identity, _store, _outbox, _health, _credentials, _versions, _time, _logger) =
            (options, identity, store, outbox, health, credentials, versions, time, logger);
        _metrics = metrics;
        _topics = new SparkplugTopics(options.Sparkplug, identity);
    }

    /// <summary>Takes the connection's signs of life: at each attempt, and at each probe of the link.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;

    /// <summary>Runs until stopped; then sends what waits for a short while, says the death certificate and disconnects.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (_options is { Enabled: true, Sparkplug.Enabled: true })
            {
                var drops = new LinkReport(Component, _health, _logger).WatchDropsAsync(_outbox, _metrics, _time, cancellationToken);
                await await Task.WhenAny(StayConnectedAsync(cancellationToken), drops);
                await drops;
            }
            else
            {
                await GiveUpAsync(cancellationToken);
                await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Stopped as asked.
        }
    }

    private Task StayConnectedAsync(CancellationToken cancellationToken) => new Reconnection(_options, _time, NoteLoss).RunAsync(
        Life, (failures, connected) => RunConnectionAsync(failures, connected, cancellationToken), cancellationToken);

    private void NoteLoss(string reason, bool isFirst)
    {
        _health.Report(Component, HealthState.Failed, reason);
        if (isFirst)
        {
            SparkplugLog.LinkLost(_logger, reason, _outbox.PendingCount);
        }
    }

    private async Task RunConnectionAsync(int failures, Action connected, CancellationToken cancellationToken)
    {
        var (credentials, outdated) = _credentials.Take(failures);
        var stream = new BrokerStream(_options, credentials);
        var number = await NextBirthDeathAsync(cancellationToken);
        var host = new HostWatch();
        await using var session = new SparkplugSession(
            _topics, _identity, _store, _outbox, _health, _versions, number, TimeSpan.FromSeconds(_options.AcknowledgeTimeoutSeconds), host, _time, _logger, _metrics);
        var link = session.Link;
        link.Life = Life;
        var options = MqttClientOptionsFactory.MakePlain(_options, stream, credentials, MqttClientOptionsFactory.ClientId(_identity) + "-sparkplug");
        options.WillTopic = _topics.Death;
        options.WillPayload = SparkplugSession.Death(number, _time);
        options.WillQualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce;
        options.WillRetain = false;
        try
        {
            await link.ConnectAsync(options, cancellationToken);
        }
        finally
        {
            // A broker that could not be reached has seen no CONNECT: the number is still to be used.
            _unused = !stream.Reached;
        }

        connected();
        await SubscribeAsync(link, cancellationToken);
        await ServeAsync(session, host, outdated, cancellationToken);
    }

    private async Task SubscribeAsync(MqttLink link, CancellationToken cancellationToken)
    {
        if (await link.SubscribeAsync(_topics.Command, cancellationToken) is { } refusal)
        {
            throw new LinkLostException($"the broker refuses the subscription to {_topics.Command}: {refusal}");
        }

        if (_topics.State is { } state && await link.SubscribeAsync(state, cancellationToken, retained: true) is { } reason)
        {
            throw new LinkLostException($"the broker refuses the subscription to {state}: {reason}");
        }
    }

    private async Task ServeAsync(SparkplugSession session, HostWatch host, Task outdated, CancellationToken cancellationToken)
    {
        using var end = new CancellationTokenSource();
        var watching = session.Link.WatchAsync(_options.KeepAliveSeconds, end.Token);
        using var stopped = new CancellationTokenSource();
        await using var stopping = cancellationToken.Register(() => stopped.CancelAfter(TimeSpan.FromMilliseconds(_options.StopDrainMilliseconds)));
        var living = LiveAsync(session, host, end.Token);
        var told = Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
#pragma warning disable VSTHRD003 // Completed by the keeper of the credentials.
        await Task.WhenAny(watching, living, outdated, told);
#pragma warning restore VSTHRD003
        if (cancellationToken.IsCancellationRequested)
        {
            await Task.WhenAny(watching, living, DrainedAsync(stopped.Token));
        }

        var reason = cancellationToken.IsCancellationRequested ? "the box stops" : outdated.IsCompleted ? "its credentials are renewed" : "its primary host went offline";
        await end.CancelAsync();
        await Task.WhenAll(watching, living).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (watching.IsFaulted || living.IsFaulted)
        {
            await (watching.IsFaulted ? watching : living);
        }

        SparkplugLog.Died(_logger, reason);
        using var patience = new CancellationTokenSource(GoodbyePatience, _time);
        try
        {
            await session.DieAsync(patience.Token);
        }
        catch (Exception exception) when (exception is LinkLostException or OperationCanceledException)
        {
            // The Last Will then says it.
            PublishLog.GoodbyeLost(_logger, exception.Message);
        }
    }

    /// <summary>Waits for the primary host where there is one, then runs the session until the host goes offline.</summary>
    private async Task LiveAsync(SparkplugSession session, HostWatch host, CancellationToken cancellationToken)
    {
        if (_topics.State is { } state && !host.State.Online)
        {
            _health.Report(Component, HealthState.Warning, $"the primary host of {state} is not online: metrics wait in the store");
            await OnlineAsync(host, online: true, cancellationToken);
        }

        _health.Report(Component, HealthState.Ok);
        using var alive = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var offline = _topics.State is null ? Task.Delay(Timeout.InfiniteTimeSpan, _time, alive.Token) : OnlineAsync(host, online: false, alive.Token);
        var running = RunSessionAsync(session, alive.Token);
        await Task.WhenAny(offline, running);
        await alive.CancelAsync();
        await Task.WhenAll(offline, running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (running.IsFaulted)
        {
            await running;
        }
    }

    private static async Task OnlineAsync(HostWatch host, bool online, CancellationToken cancellationToken)
    {
        while (true)
        {
            var (now, changed) = host.State;
            if (now == online)
            {
                return;
            }

#pragma warning disable VSTHRD003 // Completed by the link's messages.
            await changed.WaitAsync(cancellationToken);
#pragma warning restore VSTHRD003
        }
    }

    private async Task RunSessionAsync(SparkplugSession session, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await session.RunAsync(cancellationToken);
            }
            catch (StoreFaultException exception)
            {
                // The store reports itself; metrics stay where they are.
                SparkplugLog.StoreUnusable(_logger, exception);
                await Task.Delay(StoreFaultPause, _time, cancellationToken);
            }
        }
    }

    private async Task DrainedAsync(CancellationToken cancellationToken)
    {
        while (_outbox.PendingCount > 0 && !cancellationToken.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), _time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The next number of a connection, durable before it is used: one that a host has seen is not used again after a restart, until all 256 have been.</summary>
    private async Task<byte> NextBirthDeathAsync(CancellationToken cancellationToken)
    {
        try
        {
            _lastBirthDeath ??= int.TryParse(await _store.ReadValueAsync(BirthDeathKey, cancellationToken), CultureInfo.InvariantCulture, out var known) ? known : -1;
            if (!_unused)
            {
                var next = (_lastBirthDeath.Value + 1) % 256;
                await _store.WriteValueAsync(BirthDeathKey, next.ToString(CultureInfo.InvariantCulture), cancellationToken);
                _lastBirthDeath = next;
            }
        }
        catch (StoreFaultException exception)
        {
            throw new LinkLostException($"the number of the connection cannot be made durable: {exception.Message}", exception);
        }

        _unused = true;
        return (byte)_lastBirthDeath!.Value;
    }

    private async Task GiveUpAsync(CancellationToken cancellationToken)
    {
        var count = 0L;
        try
        {
            while (await _outbox.PeekAsync(512, cancellationToken) is { Count: > 0 } waiting)
            {
                await _outbox.MarkSentAsync([.. waiting.Select(m => m.Id)], cancellationToken);
                count += waiting.Count;
            }
        }
        catch (StoreFaultException exception)
        {
            SparkplugLog.StoreUnusable(_logger, exception);
        }

        if (count > 0)
        {
            SparkplugLog.GivenUp(_logger, count);
        }
    }
}
