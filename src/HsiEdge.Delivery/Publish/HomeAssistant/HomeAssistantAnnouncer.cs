using System.Text;
using System.Threading.Channels;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Protocol;

namespace HsiEdge.Delivery.Publish.HomeAssistant;

/// <summary>
/// Announces the box to Home Assistant on each connect, whenever the announcement changes, and when Home Assistant says that it has started; takes
/// everything back once when the option is turned off (docs/decisions/0019-other-tongues.md).
/// </summary>
internal sealed class HomeAssistantAnnouncer
{
    // What was announced, so that it can be taken back after a restart with the option off or another prefix.
    private const string AnnouncedKey = "mqtt.homeAssistant";
    private static readonly TimeSpan VersionsPeriod = TimeSpan.FromSeconds(5);

    private readonly MqttOptions _options;
    private readonly ApplianceIdentity _identity;
    private readonly IResultStore _store;
    private readonly HealthBoard _health;
    private readonly MessageComposer _composer;
    private readonly Func<ActiveVersions> _versions;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly DiscoveryComposer _discovery;
    private readonly Channel<bool> _births = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Makes an announcer.</summary>
    public HomeAssistantAnnouncer(
        MqttOptions options, ApplianceIdentity identity, IResultStore store, HealthBoard health, MessageComposer composer, Func<ActiveVersions> versions,
        TimeProvider time, ILogger logger)
    {
        (_options, _identity, _store, _health, _composer, _versions, _time, _logger) = (options, identity, store, health, composer, versions, time, logger);
        _discovery = new DiscoveryComposer(identity, options.HomeAssistant.Prefix);
    }

    private bool Enabled => _options.HomeAssistant.Enabled;

    /// <summary>Takes a message if it is Home Assistant's.</summary>
    public bool Takes(MqttApplicationMessage message)
    {
        if (!Enabled || message.Topic != _discovery.BirthTopic)
        {
            return false;
        }

        if (Encoding.UTF8.GetString(message.Payload) == "online")
        {
            _births.Writer.TryWrite(item: true);
        }

        return true;
    }

    /// <summary>Before the outbox is sent: takes back what is no longer to be there, and states the summary, which a newer one in the outbox then overwrites.</summary>
    public async Task GreetAsync(MqttLink link, Action<string, string> refused, CancellationToken cancellationToken)
    {
        try
        {
            await TakeBackAsync(link, refused, cancellationToken);
            if (!Enabled)
            {
                return;
            }

            var latest = await _store.ListAsync(new ResultQuery(1), cancellationToken);
            var summary = _composer.ForSummary(latest.Count > 0 ? latest[0] : null, await _store.ReadOpenAlertsAsync(cancellationToken));
            var message = OutgoingMessage.Fresh(summary, _identity.TopicPrefix);
            refused(summary.Topic, await link.PublishAsync(message, cancellationToken) ?? string.Empty);
            refused(_discovery.BirthTopic, await link.SubscribeAsync(_discovery.BirthTopic, cancellationToken) ?? string.Empty);
        }
        catch (StoreFaultException exception)
        {
            // The store reports itself; what is retained stays as it is until the next connect.
            PublishLog.OutboxUnreadable(_logger, exception);
        }
    }

    /// <summary>Announces, and again after each change and each birth of Home Assistant, until stopped.</summary>
    public async Task RunAsync(MqttLink link, Action<string, string> refused, CancellationToken cancellationToken)
    {
        var announced = string.Empty;
        while (Enabled)
        {
            var (version, items) = _health.Snapshot();
            var payload = _discovery.Compose(items.Select(i => i.Component), _versions()).ToJsonString();
            if (payload != announced)
            {
                refused(_discovery.Topic, await link.PublishAsync(Config(_discovery.Topic, payload), cancellationToken) ?? string.Empty);
                PublishLog.Announced(_logger, _discovery.Topic);
                announced = payload;
            }

            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var born = _births.Reader.WaitToReadAsync(either.Token).AsTask();
            var changed = _health.WaitForChangeAsync(version, either.Token);
            // A model that was loaded changes no health.
            var looked = Task.Delay(VersionsPeriod, _time, either.Token);
            await Task.WhenAny(born, changed, looked);
            await either.CancelAsync();
            await Task.WhenAll(born, changed, looked).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellationToken.ThrowIfCancellationRequested();
            if (_births.Reader.TryRead(out _))
            {
                announced = string.Empty;
            }
        }

        await Task.Delay(Timeout.InfiniteTimeSpan, _time, cancellationToken);
    }

    private async Task TakeBackAsync(MqttLink link, Action<string, string> refused, CancellationToken cancellationToken)
    {
        var wanted = Enabled ? _discovery.Topic : null;
        var known = await _store.ReadValueAsync(AnnouncedKey, cancellationToken);
        if (known == wanted)
        {
            return;
        }

        if (known is not null)
        {
            string[] topics = Enabled ? [known] : [known, _identity.TopicPrefix + "summary"];
            foreach (var topic in topics)
            {
                if (await link.PublishAsync(Config(topic, string.Empty), cancellationToken) is { } reason)
                {
                    // Not taken back: tried again at the next connect.
                    refused(topic, reason);
                    return;
                }
            }

            PublishLog.TakenBack(_logger, known);
        }

        // Before the announcement is made: a power cut in between leaves nothing that nobody would take back.
        await _store.WriteValueAsync(AnnouncedKey, wanted, cancellationToken);
    }

    private static MqttApplicationMessage Config(string topic, string payload) => new()
    {
        Topic = topic,
        PayloadSegment = Encoding.UTF8.GetBytes(payload),
        ContentType = payload.Length == 0 ? null : MessageComposer.JsonContentType,
        PayloadFormatIndicator = MqttPayloadFormatIndicator.CharacterData,
        Retain = true,
    };
}
