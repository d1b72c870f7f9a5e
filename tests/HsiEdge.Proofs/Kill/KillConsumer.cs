using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using HsiEdge.Core.Publish;
using HsiEdge.Testing;
using MQTTnet;
using MQTTnet.Formatter;
using MQTTnet.Protocol;

namespace HsiEdge.Proofs.Kill;

/// <summary>A consumer with a session that the broker keeps: every message of every cart by its id, with a hash of its payload.</summary>
internal sealed class KillConsumer : IAsyncDisposable
{
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentDictionary<string, ConcurrentDictionary<string, string>> _carts = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<byte[]>> _answers = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, ConcurrentQueue<byte[]>> _results = new(StringComparer.Ordinal);
    private readonly KillTally _tally;
    private bool _closing;

    private KillConsumer(KillTally tally)
    {
        _tally = tally;
        _client.ApplicationMessageReceivedAsync += arguments =>
        {
            Take(arguments.ApplicationMessage);
            return Task.CompletedTask;
        };
    }

    /// <summary>Connects and subscribes.</summary>
    /// <param name="port">TCP port of the broker.</param>
    /// <param name="name">Client id: a consumer and a witness of it have different ones.</param>
    /// <param name="tally">Takes what is found wrong.</param>
    public static async Task<KillConsumer> ConnectAsync(int port, string name, KillTally tally)
    {
        var consumer = new KillConsumer(tally);
        var options = new MqttClientOptionsBuilder().WithRoomyTcpServer(port).WithProtocolVersion(MqttProtocolVersion.V500)
            .WithClientId(name).WithCleanStart(false).WithSessionExpiryInterval(3600).Build();
        consumer._client.DisconnectedAsync += arguments =>
        {
            if (!consumer._closing)
            {
                tally.Fault(KillFault.Harness, $"{name} lost its connection: {arguments.ReasonString ?? arguments.Exception?.Message}");
            }

            return Task.CompletedTask;
        };
        await consumer._client.ConnectAsync(options, CancellationToken.None);
        await consumer._client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(f => f.WithTopic("hsiedge/#").WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithRetainAsPublished())
            .WithTopicFilter(f => f.WithTopic("answers/#").WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce)).Build());
        return consumer;
    }

    /// <summary>Messages of a cart: id and hash of the payload.</summary>
    public IReadOnlyDictionary<string, string> Of(string cart) => _carts.GetOrAdd(cart, _ => new ConcurrentDictionary<string, string>(StringComparer.Ordinal));

    /// <summary>Payloads of a cart's <c>result</c> messages.</summary>
    public ConcurrentQueue<byte[]> ResultsOf(string cart) => _results.GetOrAdd(cart, _ => new ConcurrentQueue<byte[]>());

    /// <summary>Forgets a cart.</summary>
    public void Forget(string cart)
    {
        _carts.TryRemove(cart, out _);
        _results.TryRemove(cart, out _);
    }

    /// <summary>Has the broker send something to everybody: what it holds back for no reason then comes along.</summary>
    public Task PokeAsync() => _client.PublishAsync(
        new MqttApplicationMessageBuilder().WithTopic("hsiedge/v1/proof/poke/tick").WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).Build(), CancellationToken.None);

    /// <summary>Sends a command; null when no answer came in time.</summary>
    public async Task<byte[]?> CommandAsync(string cart, string verb, string payload, CancellationToken patience)
    {
        var topic = $"answers/{Guid.NewGuid():N}";
        var answer = _answers.GetOrAdd(topic, _ => new TaskCompletionSource<byte[]>(TaskCreationOptions.RunContinuationsAsynchronously));
        try
        {
            await _client.PublishAsync(
                new MqttApplicationMessageBuilder().WithTopic($"hsiedge/v1/proof/{cart}/command/{verb}").WithPayload(payload).WithResponseTopic(topic)
                    .WithMessageExpiryInterval(2).Build(),
                patience);
#pragma warning disable VSTHRD003 // Completed by the client's own loop.
            return await answer.Task.WaitAsync(patience);
#pragma warning restore VSTHRD003
        }
        catch (OperationCanceledException)
        {
            return answer.Task.IsCompletedSuccessfully ? await answer.Task : null;
        }
        finally
        {
            _answers.TryRemove(topic, out _);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _closing = true;
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Take(MqttApplicationMessage message)
    {
        if (message.Topic.StartsWith("answers/", StringComparison.Ordinal))
        {
            if (_answers.TryGetValue(message.Topic, out var answer))
            {
                answer.TrySetResult(message.Payload.ToArray());
            }

            return;
        }

        var levels = message.Topic.Split('/');
        if (levels is not ["hsiedge", _, _, var cart, .. var rest] || rest is ["command", ..])
        {
            return;
        }

        if (rest is ["result"])
        {
            ResultsOf(cart).Enqueue(message.Payload.ToArray());
        }

        if (message.UserProperties?.Find(p => p.Name == UserPropertyNames.Id) is { } id)
        {
            var key = Encoding.UTF8.GetString(id.ValueBuffer.Span);
            var hash = Fingerprint.Of(message.Payload.ToArray());
            var known = _carts.GetOrAdd(cart, _ => new ConcurrentDictionary<string, string>(StringComparer.Ordinal)).GetOrAdd(key, hash);
            if (known != hash)
            {
                _tally.Fault(KillFault.Duplicate, $"{cart}: message {key} on {message.Topic} came with two different payloads.");
            }
        }
    }
}
