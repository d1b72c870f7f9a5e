using System.Globalization;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace HsiEdge.Delivery.Publish;

/// <summary>
/// Sends waiting messages with QoS 1, several in flight, alerts first, and marks them sent only on a success PUBACK. Messages of a retained
/// topic and of an alert keep their order: the last one sent is the one that stays. A topic that the broker refuses is left alone for a
/// while, so that one bad topic does not stop the rest; nothing is dropped.
/// </summary>
internal sealed class OutboxDrain
{
    private static readonly TimeSpan RefusalPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan StoreFaultPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan RefusedOnlyPause = TimeSpan.FromSeconds(1);
    private const int PeekBeyondRefused = 512;

    private readonly MqttOptions _options;
    private readonly string _topicPrefix;
    private readonly IOutbox _outbox;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Dictionary<string, DateTimeOffset> _refusedUntil = new(StringComparer.Ordinal);

    /// <summary>Makes a drain.</summary>
    public OutboxDrain(MqttOptions options, string topicPrefix, IOutbox outbox, TimeProvider time, ILogger logger) =>
        (_options, _topicPrefix, _outbox, _time, _logger) = (options, topicPrefix, outbox, time, logger);

    /// <summary>Sends what waits and what comes, until stopped or the link is lost.</summary>
    /// <param name="link">The connection.</param>
    /// <param name="refused">Takes topic and reason of what the broker refuses, and an empty reason once it takes the topic again.</param>
    /// <param name="cancellationToken">Stops; messages in flight may be sent again next time.</param>
    public async Task RunAsync(MqttLink link, Action<string, string> refused, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await _outbox.WaitForMessagesAsync(cancellationToken);
                if (!await SendBatchAsync(link, refused, cancellationToken))
                {
                    await Task.Delay(RefusedOnlyPause, _time, cancellationToken);
                }
            }
            catch (StoreFaultException exception)
            {
                // The store reports itself; messages stay where they are.
                PublishLog.OutboxUnreadable(_logger, exception);
                await Task.Delay(StoreFaultPause, _time, cancellationToken);
            }
        }
    }

    private async Task<bool> SendBatchAsync(MqttLink link, Action<string, string> refused, CancellationToken cancellationToken)
    {
        var room = Math.Min(_options.MaximumInFlight, link.ReceiveMaximum);
        var waiting = await _outbox.PeekAsync(_refusedUntil.Count == 0 ? room : PeekBeyondRefused, cancellationToken);
        var now = _time.GetUtcNow();
        var batch = waiting.Where(m => !_refusedUntil.TryGetValue(m.Topic, out var until) || until <= now).Take(room).ToList();
        if (batch.Count == 0)
        {
            return waiting.Count == 0;
        }

        var lanes = batch.GroupBy(m => m.Retain || m.Priority == MessagePriority.High ? m.Topic : m.Id, StringComparer.Ordinal)
            .Select(lane => SendLaneAsync(link, lane, refused, cancellationToken)).ToList();
        var outcomes = await Task.WhenAll(lanes);
        var sent = outcomes.SelectMany(o => o.Sent).ToList();
        if (sent.Count > 0)
        {
            // Not cancelled by a stop: what the broker has need not be sent again.
            await _outbox.MarkSentAsync(sent, CancellationToken.None);
        }

        if (outcomes.Select(o => o.Fault).FirstOrDefault(f => f is not null) is { } fault)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(fault);
        }

        return true;
    }

    private async Task<(List<string> Sent, Exception? Fault)> SendLaneAsync(
        MqttLink link, IEnumerable<OutboxMessage> lane, Action<string, string> refused, CancellationToken cancellationToken)
    {
        var sent = new List<string>();
        try
        {
            foreach (var message in lane)
            {
                if (await link.PublishAsync(ToMqtt(message, _topicPrefix, _options, _time), cancellationToken) is { } reason)
                {
                    lock (_refusedUntil)
                    {
                        _refusedUntil[message.Topic] = _time.GetUtcNow() + RefusalPause;
                    }

                    refused(message.Topic, reason);
                    break;
                }

                sent.Add(message.Id);
                lock (_refusedUntil)
                {
                    if (_refusedUntil.Remove(message.Topic))
                    {
                        refused(message.Topic, string.Empty);
                    }
                }
            }
        }
        catch (Exception exception) when (exception is LinkLostException or OperationCanceledException)
        {
            return (sent, exception);
        }

        return (sent, null);
    }

    /// <summary>The message as sent now: its id, its age and whether it is late stand in user properties.</summary>
    public static MqttApplicationMessage ToMqtt(OutboxMessage message, string topicPrefix, MqttOptions options, TimeProvider time)
    {
        var age = Math.Max(0, (time.GetUtcNow() - message.CreatedUtc).TotalMilliseconds);
        var properties = message.UserProperties.Select(p => new MqttUserProperty(p.Key, Utf8(p.Value))).ToList();
        properties.Add(new MqttUserProperty(UserPropertyNames.Id, Utf8(message.Id)));
        properties.Add(new MqttUserProperty(UserPropertyNames.AgeMilliseconds, Utf8(((long)age).ToString(CultureInfo.InvariantCulture))));
        properties.Add(new MqttUserProperty(UserPropertyNames.Historical, Utf8(age > options.HistoricalAfterSeconds * 1000.0 ? "true" : "false")));
        return new MqttApplicationMessage
        {
            Topic = topicPrefix + message.Topic,
            PayloadSegment = message.Payload,
            ContentType = message.ContentType,
            PayloadFormatIndicator = message.ContentType == MessageComposer.JsonContentType ? MqttPayloadFormatIndicator.CharacterData : MqttPayloadFormatIndicator.Unspecified,
            Retain = message.Retain,
            UserProperties = properties,
        };
    }

    private static ReadOnlyMemory<byte> Utf8(string text) => System.Text.Encoding.UTF8.GetBytes(text);
}
