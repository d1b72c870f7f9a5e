using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using HsiEdge.Core;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace HsiEdge.Demo;

/// <summary>A message as the broker delivered it.</summary>
/// <param name="Topic">Whole topic.</param>
/// <param name="Payload">Bytes.</param>
/// <param name="Properties">MQTT 5 user properties.</param>
internal sealed record DemoMessage(string Topic, byte[] Payload, IReadOnlyDictionary<string, string> Properties);

/// <summary>What a dashboard is: a client of the broker that sees nothing but messages. Writes each down and hands them on in order.</summary>
internal sealed class DemoSubscriber : IAsyncDisposable
{
    private const string AnswerTopic = "demo/answers";
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Channel<DemoMessage> _messages = Channel.CreateUnbounded<DemoMessage>();
    private readonly StreamWriter _file;
    private readonly TimeProvider _time;
    private TaskCompletionSource<string>? _answer;

    private DemoSubscriber(string file, TimeProvider time)
    {
        _file = new StreamWriter(file, append: false, new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)) { NewLine = "\n" };
        _time = time;
        _client.ApplicationMessageReceivedAsync += ReceiveAsync;
    }

    /// <summary>Messages below <c>hsiedge/</c> as they come.</summary>
    public ChannelReader<DemoMessage> Messages => _messages.Reader;

    /// <summary>Connects and subscribes.</summary>
    public static async Task<DemoSubscriber> ConnectAsync(int port, string file, TimeProvider time, CancellationToken cancellationToken)
    {
        var subscriber = new DemoSubscriber(file, time);
        var options = new MqttClientOptionsBuilder()
            .WithTcpServer("127.0.0.1", port).WithClientId("hsiedge-demo").WithProtocolVersion(MqttProtocolVersion.V500).WithCleanStart().Build();
        await subscriber._client.ConnectAsync(options, cancellationToken);
        await subscriber._client.SubscribeAsync("hsiedge/v1/#", MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken);
        await subscriber._client.SubscribeAsync(AnswerTopic, MqttQualityOfServiceLevel.AtLeastOnce, cancellationToken);
        return subscriber;
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    /// <returns>The answer's JSON.</returns>
    public async Task<string> CommandAsync(string topic, object payload, CancellationToken cancellationToken)
    {
        _answer = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new MqttApplicationMessageBuilder()
            .WithTopic(topic).WithPayload(JsonSerializer.SerializeToUtf8Bytes(payload, HsiEdgeJson.Compact)).WithContentType("application/json")
            .WithResponseTopic(AnswerTopic).WithCorrelationData([1]).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build();
        await _client.PublishAsync(message, cancellationToken);
        return await _answer.Task.WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_client.IsConnected)
        {
            await _client.DisconnectAsync();
        }

        _client.Dispose();
        await _file.DisposeAsync();
    }

    private async Task ReceiveAsync(MqttApplicationMessageReceivedEventArgs received)
    {
        var message = received.ApplicationMessage;
        var payload = message.Payload.ToArray();
        var properties = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var property in message.UserProperties ?? [])
        {
            properties[property.Name] = property.ReadValueAsString();
        }

        await WriteLineAsync(message, payload, properties);
        if (message.Topic == AnswerTopic)
        {
            _answer?.TrySetResult(Encoding.UTF8.GetString(payload));
        }
        else
        {
            await _messages.Writer.WriteAsync(new DemoMessage(message.Topic, payload, properties));
        }
    }

    private async Task WriteLineAsync(MqttApplicationMessage message, byte[] payload, Dictionary<string, string> properties)
    {
        var isJson = message.ContentType == "application/json" && payload.Length > 0;
        var line = new
        {
            ReceivedUtc = _time.GetUtcNow(),
            message.Topic,
            message.Retain,
            message.ContentType,
            Properties = properties,
            Bytes = payload.Length,
            Payload = isJson ? JsonSerializer.Deserialize<JsonElement>(payload) : (JsonElement?)null,
        };
        await _file.WriteLineAsync(JsonSerializer.Serialize(line, HsiEdgeJson.Compact));
        await _file.FlushAsync();
    }
}
