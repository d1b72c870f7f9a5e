using System.Globalization;
using System.Text;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace HsiEdge.Delivery.Publish;

/// <summary>A stored message as it is sent now: its id, its age and whether it is late stand in user properties.</summary>
internal static class OutgoingMessage
{
    /// <summary>A message from the outbox. Its age is counted by the monotonic clock; one from before the program was last started is late by that alone.</summary>
    public static MqttApplicationMessage Of(WaitingMessage waiting, string topicPrefix, MqttOptions options, TimeProvider time)
    {
        var age = time.GetElapsedTime(waiting.BornTimestamp);
        return Make(waiting.Message, topicPrefix, age, waiting.EarlierRun || age.TotalSeconds > options.HistoricalAfterSeconds);
    }

    /// <summary>A message made just now.</summary>
    public static MqttApplicationMessage Fresh(OutboxMessage message, string topicPrefix) => Make(message, topicPrefix, TimeSpan.Zero, historical: false);

    private static MqttApplicationMessage Make(OutboxMessage message, string topicPrefix, TimeSpan age, bool historical)
    {
        var milliseconds = Math.Max(0, (long)age.TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
        var properties = message.UserProperties.Select(p => new MqttUserProperty(p.Key, Utf8(p.Value))).ToList();
        properties.Add(new MqttUserProperty(UserPropertyNames.Id, Utf8(message.Id)));
        properties.Add(new MqttUserProperty(UserPropertyNames.AgeMilliseconds, Utf8(milliseconds)));
        properties.Add(new MqttUserProperty(UserPropertyNames.Historical, Utf8(historical ? "true" : "false")));
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

    private static ReadOnlyMemory<byte> Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
