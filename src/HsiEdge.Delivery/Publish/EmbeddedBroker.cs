using System.Net;
using System.Net.Sockets;
using HsiEdge.Core;
using Microsoft.Extensions.Logging;
using MQTTnet.Server;

namespace HsiEdge.Delivery.Publish;

/// <summary>A broker within the process for the demo: on 127.0.0.1 only, for anyone on this machine, keeping nothing beyond its life.</summary>
public sealed class EmbeddedBroker : IAsyncDisposable
{
    private const int WaitingPerClient = 10_000;

    private readonly MqttServer _server;

    private EmbeddedBroker(MqttServer server, int port) => (_server, Port) = (server, port);

    /// <summary>TCP port that it listens on.</summary>
    public int Port { get; }

    /// <summary>Starts a broker.</summary>
    /// <param name="port">TCP port, or 0 to choose a free one.</param>
    /// <param name="logger">Log.</param>
    /// <exception cref="BadInputException">The port is in use or may not be used.</exception>
    public static async Task<EmbeddedBroker> StartAsync(int port, ILogger<EmbeddedBroker> logger)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(port);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(port, IPEndPoint.MaxPort);
        var options = new MqttServerOptionsBuilder()
            .WithDefaultEndpoint()
            .WithDefaultEndpointBoundIPAddress(IPAddress.Loopback)
            .WithDefaultEndpointBoundIPV6Address(IPAddress.None)
            .WithDefaultEndpointPort(port)
            .WithPersistentSessions()
            .WithMaxPendingMessagesPerClient(WaitingPerClient)
            .Build();
        var server = new MqttServerFactory().CreateMqttServer(options);
        try
        {
            await server.StartAsync();
        }
        catch (SocketException exception)
        {
            server.Dispose();
            throw new BadInputException(
                $"TCP port {port} of 127.0.0.1 cannot be used for the embedded broker: {exception.Message}. " +
                "Stop the program that uses it, or choose another port (0 takes a free one).", exception);
        }

        var actual = options.DefaultEndpointOptions.Port;
        PublishLog.BrokerStarted(logger, actual);
        return new EmbeddedBroker(server, actual);
    }

    /// <summary>Disconnects all clients and stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _server.StopAsync(new MqttServerStopOptions());
        _server.Dispose();
    }
}
