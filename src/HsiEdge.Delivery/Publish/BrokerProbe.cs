using System.Net.Sockets;
using HsiEdge.Core.Publish;
using MQTTnet;
using MQTTnet.Exceptions;

namespace HsiEdge.Delivery.Publish;

/// <summary>Tries the broker once, as a client of its own name that leaves nothing behind: no session, no Last Will, no message.</summary>
public static class BrokerProbe
{
    /// <summary>Connects and disconnects.</summary>
    /// <param name="options">How to reach the broker.</param>
    /// <param name="identity">Who the box is.</param>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <returns>Null when the broker accepted the connection; otherwise what it or the network said.</returns>
    /// <exception cref="Core.BadInputException">A file of the options cannot be read.</exception>
    public static async Task<string?> TryAsync(MqttOptions options, ApplianceIdentity identity, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(identity);
        var unsent = new StatusMessage(
            1, identity.Site, identity.Cart, identity.BootId, 0, ApplianceState.Offline, [], DateTimeOffset.UnixEpoch, identity.SoftwareVersion, null, null);
        var made = MqttClientOptionsFactory.Make(options, identity, unsent);
        made.ClientId += "-doctor";
        made.CleanSession = true;
        made.SessionExpiryInterval = 0;
        made.WillTopic = null;
        made.WillPayload = null;
        made.WillContentType = null;
        using var client = new MqttClientFactory().CreateMqttClient();
        try
        {
            var answer = await client.ConnectAsync(made, cancellationToken);
            if (answer.ResultCode != MqttClientConnectResultCode.Success)
            {
                return $"the broker refuses the connection: {answer.ResultCode}";
            }

            await client.DisconnectAsync(new MqttClientDisconnectOptions(), cancellationToken);
            return null;
        }
        catch (Exception e) when (e is MqttCommunicationException or SocketException or IOException or TimeoutException
            || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return (e.InnerException ?? e).Message;
        }
    }
}
