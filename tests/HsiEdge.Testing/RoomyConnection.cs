using System.Net;
using MQTTnet;

namespace HsiEdge.Testing;

/// <summary>A consumer's connection to a broker on loopback.</summary>
public static class RoomyConnection
{
    private const int BufferBytes = 1 << 20;

    /// <summary>
    /// As <c>WithTcpServer</c>, with room for what comes: the client's own 8 kB are less than one segment of loopback, and every window then waits for
    /// a delayed acknowledgement, so that some 200 kB/s pass.
    /// </summary>
    public static MqttClientOptionsBuilder WithRoomyTcpServer(this MqttClientOptionsBuilder builder, int port) => builder
        .WithEndPoint(new IPEndPoint(IPAddress.Loopback, port)).WithTcpServer(o => o.BufferSize = BufferBytes);
}
