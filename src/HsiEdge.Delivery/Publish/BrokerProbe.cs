using System.Net.Sockets;
using HsiEdge.Core.Publish;
using MQTTnet;
using MQTTnet.Exceptions;

namespace HsiEdge.Delivery.Publish;

/// <summary>Tries the broker once, as a client of its own name that leaves nothing behind: no session, no Last Will, no message.</summary>
public static class BrokerProbe
{
    /// <summary>Reads password, certificates and key without connecting.</summary>
    /// <param name="options">Name the files.</param>
    /// <returns>What is unwise about the files, and what can expire.</returns>
    /// <exception cref="Core.BadInputException">A file cannot be read or is not what its key promises.</exception>
    public static (IReadOnlyList<string> Remarks, IReadOnlyList<CertificateDates> Dates) CheckCredentials(MqttOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var read = CredentialReader.Read(options);
        return (read.Remarks, read.Dates);
    }

    /// <summary>Connects and disconnects.</summary>
    /// <param name="options">How to reach the broker.</param>
    /// <param name="identity">Who the box is.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <returns>A refusal, or null when the broker accepted the connection: what it or the network said; and the dates of the certificates that it showed.</returns>
    /// <exception cref="Core.BadInputException">A file of the options cannot be read.</exception>
    public static async Task<(string? Refusal, IReadOnlyList<CertificateDates> Shown)> TryAsync(MqttOptions options, ApplianceIdentity identity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(identity);
        var credentials = CredentialReader.Read(options);
        var stream = new BrokerStream(options, credentials);
        var made = MqttClientOptionsFactory.MakePlain(options, stream, credentials, MqttClientOptionsFactory.ClientId(identity) + "-doctor");
        using var client = new MqttClientFactory().CreateMqttClient();
        try
        {
            var answer = await client.ConnectAsync(made, cancellationToken);
            if (answer.ResultCode != MqttClientConnectResultCode.Success)
            {
                return ($"the broker refuses the connection: {answer.ResultCode}", DatesOf(stream));
            }

            await client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellationToken);
            return (null, DatesOf(stream));
        }
        catch (Exception e) when (e is MqttCommunicationException or SocketException or IOException or TimeoutException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (stream.Fault ?? TlsFault.Find(e) ?? (e.InnerException ?? e).Message, DatesOf(stream));
        }
    }

    private static IReadOnlyList<CertificateDates> DatesOf(BrokerStream stream) =>
        [.. stream.Shown.Select(c => CertificateDates.Of(c, "the broker's certificate chain", "Tell whoever runs the broker."))];
}
