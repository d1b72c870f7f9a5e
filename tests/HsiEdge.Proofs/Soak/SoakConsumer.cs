using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HsiEdge.Testing;
using MQTTnet;
using MQTTnet.Protocol;

namespace HsiEdge.Proofs.Soak;

/// <summary>A dashboard at the broker: takes every message, drops repeats by their id, and asks the box things.</summary>
internal sealed class SoakConsumer : IAsyncDisposable
{
    private const string AnswerTopic = "soak/answers";
    private readonly string _prefix;
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly Lock _gate = new();
    private readonly HashSet<string> _messages = new(StringComparer.Ordinal);
    private readonly HashSet<string> _results = new(StringComparer.Ordinal);
    private readonly HashSet<string> _overlays = new(StringComparer.Ordinal);
    private readonly HashSet<string> _captured = new(StringComparer.Ordinal);
    private readonly Dictionary<int, (string Verb, long SentAt, bool Required)> _asked = [];
    private long _missed;
    private long _refused;
    private long _repeated;
    private int _unreadable;
    private int _answered;
    private int _question;

    private SoakConsumer(string prefix)
    {
        _prefix = prefix;
        _client.ApplicationMessageReceivedAsync += arguments =>
        {
            Take(arguments.ApplicationMessage);
            return Task.CompletedTask;
        };
    }

    /// <summary>Ids of the results that came.</summary>
    public IReadOnlySet<string> Results
    {
        get
        {
            lock (_gate)
            {
                return new HashSet<string>(_results, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Results of which a ledger came.</summary>
    public IReadOnlySet<string> Captured
    {
        get
        {
            lock (_gate)
            {
                return new HashSet<string>(_captured, StringComparer.Ordinal);
            }
        }
    }

    /// <summary>Counts: missed and refused triggers that the ledgers tell of, messages, repeats, overlays, payloads that could not be read, answers to commands.</summary>
    public (long Missed, long Refused, int Messages, long Repeated, int Overlays, int Unreadable, int Answered) Counts
    {
        get
        {
            lock (_gate)
            {
                return (_missed, _refused, _messages.Count, _repeated, _overlays.Count, _unreadable, _answered);
            }
        }
    }

    /// <summary>Commands sent while the link was whole that nothing has answered for so long.</summary>
    public int Unanswered(TimeSpan patience)
    {
        lock (_gate)
        {
            return _asked.Values.Count(a => a.Required && Stopwatch.GetElapsedTime(a.SentAt) > patience);
        }
    }

    /// <summary>Connects and subscribes to all that the box says.</summary>
    public static async Task<SoakConsumer> ConnectAsync(int port, string prefix)
    {
        var consumer = new SoakConsumer(prefix);
        await consumer._client.ConnectAsync(
            new MqttClientOptionsBuilder().WithRoomyTcpServer(port).WithClientId("soak-dashboard").WithKeepAlivePeriod(TimeSpan.FromMinutes(30)).Build(), CancellationToken.None);
        await consumer._client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder()
            .WithTopicFilter(prefix + "#", MqttQualityOfServiceLevel.AtLeastOnce).WithTopicFilter(AnswerTopic, MqttQualityOfServiceLevel.AtLeastOnce).Build());
        return consumer;
    }

    /// <summary>Sends a command.</summary>
    /// <param name="verb">Which.</param>
    /// <param name="payload">JSON.</param>
    /// <param name="required">Whether the answer has to come: no outage is under way or near.</param>
    public Task AskAsync(string verb, string payload, bool required)
    {
        int number;
        lock (_gate)
        {
            number = ++_question;
            _asked[number] = (verb, Stopwatch.GetTimestamp(), required);
        }

        return _client.PublishAsync(new MqttApplicationMessageBuilder().WithTopic(_prefix + "command/" + verb).WithPayload(payload)
            .WithQualityOfServiceLevel(MqttQualityOfServiceLevel.AtLeastOnce).WithResponseTopic(AnswerTopic)
            .WithCorrelationData(Encoding.ASCII.GetBytes(number.ToString(CultureInfo.InvariantCulture))).Build());
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Take(MqttApplicationMessage message)
    {
        lock (_gate)
        {
            if (message.Topic == AnswerTopic)
            {
                _answered += _asked.Remove(int.Parse(Encoding.ASCII.GetString(message.CorrelationData), CultureInfo.InvariantCulture)) ? 1 : 0;
                return;
            }

            var properties = message.UserProperties ?? [];
            var id = properties.FirstOrDefault(p => p.Name == "id") is { } found ? Encoding.UTF8.GetString(found.ValueBuffer.Span) : null;
            if (id is null || message.Topic.StartsWith(_prefix + "command/", StringComparison.Ordinal))
            {
                return;
            }

            if (!_messages.Add(id))
            {
                _repeated++;
                return;
            }

            TakeNew(message, message.Topic[_prefix.Length..], id);
        }
    }

    private void TakeNew(MqttApplicationMessage message, string topic, string id)
    {
        try
        {
            if (topic == "overlay")
            {
                _overlays.Add(id);
            }
            else if (topic == "result")
            {
                using var json = JsonDocument.Parse(message.Payload.ToArray());
                _results.Add(json.RootElement.GetProperty("id").GetString()!);
            }
            else if (topic == "ledger")
            {
                using var json = JsonDocument.Parse(message.Payload.ToArray());
                var count = json.RootElement.GetProperty("count").GetInt64();
                var verdict = json.RootElement.GetProperty("verdict").GetString();
                _missed += verdict == "missed" ? count : 0;
                _refused += verdict == "refused" ? count : 0;
                if (json.RootElement.TryGetProperty("resultId", out var result) && result.GetString() is { } resultId)
                {
                    _captured.Add(resultId);
                }
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            _unreadable++;
        }
    }
}
