using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
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
    /// <summary>Makes them.</summary>
    /// <exception cref="BadInputException">A file cannot be read or is not what its key promises.</exception>
    public static MqttClientOptions Make(MqttOptions options, ApplianceIdentity identity, StatusMessage will)
    {
        EndPoint endPoint = IPAddress.TryParse(options.Host, out var address)
            ? new IPEndPoint(address, options.Port)
            : new DnsEndPoint(options.Host, options.Port);
        return new MqttClientOptions
        {
            ProtocolVersion = MqttProtocolVersion.V500,
            ClientId = $"hsiedge-{identity.Site}-{identity.Cart}",
            CleanSession = false,
            SessionExpiryInterval = (uint)options.SessionExpirySeconds,
            KeepAlivePeriod = TimeSpan.FromSeconds(options.KeepAliveSeconds),
            Timeout = TimeSpan.FromSeconds(options.AcknowledgeTimeoutSeconds),
            Credentials = Credentials(options),
            WillTopic = identity.TopicPrefix + "status",
            WillPayload = JsonSerializer.SerializeToUtf8Bytes(will, HsiEdgeJson.Compact),
            WillContentType = MessageComposer.JsonContentType,
            WillPayloadFormatIndicator = MqttPayloadFormatIndicator.CharacterData,
            WillQualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            WillRetain = true,
            ChannelOptions = new MqttClientTcpOptions
            {
                RemoteEndpoint = endPoint,
                BufferSize = 256 * 1024,
                // The library's default resets the connection on closing, which can overtake the DISCONNECT and set off the Last Will.
                LingerState = new LingerOption(enable: true, seconds: 2),
                TlsOptions = Tls(options),
            },
        };
    }

    private static MqttClientCredentials? Credentials(MqttOptions options)
    {
        if (options.UserName is not { } user)
        {
            return null;
        }

        var password = options.PasswordFile is { } path ? Read("PasswordFile", path, () => File.ReadLines(path).FirstOrDefault() ?? string.Empty) : null;
        return new MqttClientCredentials(user, password is null ? null : Encoding.UTF8.GetBytes(password));
    }

    private static MqttClientTlsOptions Tls(MqttOptions options)
    {
        var tls = new MqttClientTlsOptions { UseTls = options.UseTls, TargetHost = options.Host };
        if (options.CaFile is { } authorities)
        {
            tls.TrustChain = Read("CaFile", authorities, () =>
            {
                var chain = new X509Certificate2Collection();
                chain.ImportFromPemFile(authorities);
                return chain.Count > 0 ? chain : throw new CryptographicException("it holds no certificate.");
            });
            // A private authority has no revocation service that a cart could reach; it revokes through the broker.
            tls.RevocationMode = X509RevocationMode.NoCheck;
        }

        if (options is { ClientCertificateFile: { } certificate, ClientKeyFile: { } key })
        {
            var own = Read("ClientCertificateFile", certificate, () => X509Certificate2.CreateFromPemFile(certificate, key));
            tls.ClientCertificatesProvider = new DefaultMqttCertificatesProvider([own]);
        }

        return tls;
    }

    private static T Read<T>(string key, string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BadInputException($"Mqtt:{key} '{path}' cannot be used: {exception.Message} Expected a readable file of the right kind (PEM for certificates).", exception);
        }
    }
}
