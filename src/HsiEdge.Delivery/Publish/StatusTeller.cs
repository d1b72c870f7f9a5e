using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Publish;
using MQTTnet;
using MQTTnet.Protocol;

namespace HsiEdge.Delivery.Publish;

/// <summary>Says who the box is and how it fares: <c>status</c>, <c>health/*</c> and open alerts, all retained.</summary>
internal sealed class StatusTeller
{
    private readonly ApplianceIdentity _identity;
    private readonly MessageComposer _composer;
    private readonly HealthBoard _health;
    private readonly Func<ActiveVersions> _versions;

    /// <summary>Makes a teller.</summary>
    public StatusTeller(ApplianceIdentity identity, MessageComposer composer, HealthBoard health, Func<ActiveVersions> versions) =>
        (_identity, _composer, _health, _versions) = (identity, composer, health, versions);

    /// <summary>Number of this connection.</summary>
    public long Session { get; set; }

    /// <summary>What the broker says should the link break.</summary>
    public StatusMessage Will(long session) => _composer.ComposeStatus(ApplianceState.Offline, ["connection lost"], session, _versions());

    /// <summary>Says that the box stops.</summary>
    public Task<string?> TellStoppedAsync(MqttLink link, CancellationToken cancellationToken) =>
        PublishAsync(link, "status", _composer.ComposeStatus(ApplianceState.Offline, ["stopped"], Session, _versions()), cancellationToken);

    /// <summary>Says the status, then each component's health, then goes on saying what changes.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="told">Called once everything was said for the first time.</param>
    /// <param name="refused">Takes topic and reason of what the broker refuses.</param>
    /// <param name="cancellationToken">Stops.</param>
    public async Task RunAsync(MqttLink link, Func<Task> told, Action<string, string> refused, CancellationToken cancellationToken)
    {
        var known = new Dictionary<string, HealthItem>(StringComparer.Ordinal);
        var first = true;
        while (true)
        {
            var (version, items) = _health.Snapshot();
            await TellAsync(link, "status", Compose(items), refused, cancellationToken);
            foreach (var item in items.Where(i => !known.TryGetValue(i.Component, out var old) || old != i))
            {
                await TellAsync(link, "health/" + item.Component, _composer.ComposeHealth(item), refused, cancellationToken);
                known[item.Component] = item;
            }

            if (first)
            {
                first = false;
                await told();
            }

            await _health.WaitForChangeAsync(version, cancellationToken);
        }
    }

    /// <summary>Topic as sent.</summary>
    public string FullTopic(string topic) => _identity.TopicPrefix + topic;

    private StatusMessage Compose(IReadOnlyList<HealthItem> items)
    {
        var reasons = items.Where(i => i.State != HealthState.Ok).Select(i => $"{i.Component}: {i.Reason}").ToList();
        return _composer.ComposeStatus(reasons.Count == 0 ? ApplianceState.Online : ApplianceState.Degraded, reasons, Session, _versions());
    }

    private async Task TellAsync<T>(MqttLink link, string topic, T payload, Action<string, string> refused, CancellationToken cancellationToken)
    {
        if (await PublishAsync(link, topic, payload, cancellationToken) is { } reason)
        {
            refused(topic, reason);
        }
    }

    private Task<string?> PublishAsync<T>(MqttLink link, string topic, T payload, CancellationToken cancellationToken) => link.PublishAsync(
        new MqttApplicationMessage
        {
            Topic = FullTopic(topic),
            PayloadSegment = JsonSerializer.SerializeToUtf8Bytes(payload, HsiEdgeJson.Compact),
            ContentType = MessageComposer.JsonContentType,
            PayloadFormatIndicator = MqttPayloadFormatIndicator.CharacterData,
            Retain = true,
        },
        cancellationToken);
}
