using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using MQTTnet;
using MQTTnet.Protocol;

namespace HsiEdge.Testing;

/// <summary>
/// A second client at the broker, as a dashboard would be: keeps all it receives and can send commands. Each message of a box is held to the published
/// contract; the first that breaks it fails whatever waits, and the end of the observer.
/// </summary>
public sealed class MqttObserver : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly List<Received> _received = [];
    private readonly SemaphoreSlim _arrived = new(0);

    private int _checked;

    private MqttObserver() => _client.ApplicationMessageReceivedAsync += arguments =>
    {
        var m = arguments.ApplicationMessage;
        var properties = (m.UserProperties ?? []).ToDictionary(p => p.Name, p => Encoding.UTF8.GetString(p.ValueBuffer.Span), StringComparer.Ordinal);
        lock (_received)
        {
            _received.Add(new Received(m.Topic, m.Payload.ToArray(), m.Retain, m.QualityOfServiceLevel, m.ContentType, properties, m.CorrelationData));
        }

        _arrived.Release();
        return Task.CompletedTask;
    };

    /// <summary>All received so far, in order.</summary>
    public IReadOnlyList<Received> Messages
    {
        get
        {
            lock (_received)
            {
                return [.. _received];
            }
        }
    }

    /// <summary>Connects to 127.0.0.1 and subscribes.</summary>
    public static async Task<MqttObserver> ConnectAsync(int port, string filter = "#", string? clientId = null)
    {
        var observer = new MqttObserver();
        await observer.ConnectAgainAsync(port, filter, clientId);
        return observer;
    }

    /// <summary>Connects once more, after the broker was away.</summary>
    public async Task ConnectAgainAsync(int port, string filter = "#", string? clientId = null)
    {
        var options = new MqttClientOptionsBuilder().WithRoomyTcpServer(port).WithClientId(clientId ?? Guid.NewGuid().ToString("N")).Build();
        await _client.ConnectAsync(options, CancellationToken.None);
        await _client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(f => f.WithTopic(filter).WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithRetainAsPublished()).Build());
    }

    /// <summary>Waits until the messages received so far satisfy a condition.</summary>
    /// <exception cref="TimeoutException">They do not within the time; the message lists what came.</exception>
    public async Task<IReadOnlyList<Received>> WaitAsync(Func<IReadOnlyList<Received>, bool> condition, int seconds = 15)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        while (!condition(Messages))
        {
            try
            {
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException exception)
            {
                throw new TimeoutException($"Not within {seconds} s. Received: {string.Join("\n", Messages.Select(m => m.ToString()))}", exception);
            }
        }

        await RequireContractAsync();
        return Messages;
    }

    /// <summary>Publishes a message as given.</summary>
    public Task PublishAsync(MqttApplicationMessage message)
    {
        message.QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce;
        return _client.PublishAsync(message, CancellationToken.None);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        _arrived.Dispose();
        await RequireContractAsync();
    }

    // Not while receiving: an observer that lags behind loses what a killed broker had handed over.
    private async Task RequireContractAsync()
    {
        var messages = Messages;
        for (; _checked < messages.Count; _checked++)
        {
            if (await ContractCheck.FaultOfAsync(messages[_checked]) is { } fault)
            {
                throw new InvalidDataException(fault);
            }
        }
    }
}

/// <summary>A message as it came from the broker.</summary>
public sealed record Received(
    string Topic, byte[] Payload, bool Retain, MqttQualityOfServiceLevel QualityOfService, string? ContentType, IReadOnlyDictionary<string, string> Properties,
    byte[]? CorrelationData)
{
    /// <summary>Payload as JSON.</summary>
    public JsonNode Json => JsonNode.Parse(Payload)!;

    /// <inheritdoc/>
    public override string ToString() => $"{Topic}{(Retain ? " [retained]" : string.Empty)} {(ContentType == "image/png" ? $"{Payload.Length} bytes" : Encoding.UTF8.GetString(Payload))}";
}
