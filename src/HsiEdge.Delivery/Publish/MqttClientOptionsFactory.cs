using System.Net;
using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Publish;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace HsiEdge.Delivery.Publish;

/// <summary>Makes the client's options anew for each connection, so that a renewed password or certificate is used without a restart.</summary>
internal static class MqttClientOptionsFactory
{
    /// <summary>Makes those of the box's own link, with its Last Will and a session that the broker keeps.</summary>
    /// <param name="options">How to reach the broker.</param>
    /// <param name="stream">Connects.</param>
    /// <param name="credentials">User and password.</param>
    /// <param name="identity">Who the box is.</param>
    /// <param name="will">What the broker says should the link break.</param>
    public static MqttClientOptions Make(MqttOptions options, BrokerStream stream, LinkCredentials credentials, ApplianceIdentity identity, StatusMessage will)
    {
        var made = MakePlain(options, stream, credentials, ClientId(identity));
        made.CleanSession = false;
        made.SessionExpiryInterval = (uint)options.SessionExpirySeconds;
        made.WillTopic = identity.TopicPrefix + "status";
        made.WillPayload = JsonSerializer.SerializeToUtf8Bytes(will, HsiEdgeJson.Compact);
        made.WillContentType = MessageComposer.JsonContentType;
        made.WillPayloadFormatIndicator = MqttPayloadFormatIndicator.CharacterData;
        made.WillQualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce;
        made.WillRetain = true;
        return made;
    }

    /// <summary>Makes those of a link that leaves nothing behind: clean start, no session, no Last Will.</summary>
    /// <param name="options">How to reach the broker.</param>
    /// <param name="stream">Connects.</param>
    /// <param name="credentials">User and password.</param>
    /// <param name="clientId">Its client id.</param>
    public static MqttClientOptions MakePlain(MqttOptions options, BrokerStream stream, LinkCredentials credentials, string clientId) => new()
    {
        ProtocolVersion = MqttProtocolVersion.V500,
        ClientId = clientId,
        CleanSession = true,
        SessionExpiryInterval = 0,
        KeepAlivePeriod = TimeSpan.FromSeconds(options.KeepAliveSeconds),
        Timeout = TimeSpan.FromSeconds(options.AcknowledgeTimeoutSeconds),
        Credentials = credentials.UserName is { } user ? new MqttClientCredentials(user, credentials.Password) : null,
        ChannelOptions = new MqttClientTcpOptions
        {
            RemoteEndpoint = new DnsEndPoint(options.Host, options.Port),
            BufferSize = 256 * 1024,
            StreamProvider = stream,
        },
    };

    /// <summary>Client id of the box's own link, and stem of the others'.</summary>
    public static string ClientId(ApplianceIdentity identity) => $"hsiedge-{identity.Site}-{identity.Cart}";
}
