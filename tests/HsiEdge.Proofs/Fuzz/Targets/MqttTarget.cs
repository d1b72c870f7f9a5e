using System.Buffers;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json;
using HsiEdge.Core.Publish;
using HsiEdge.Delivery.Publish;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using MQTTnet;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>
/// Commands over a real Mosquitto to the box's publisher with its handler and a real store: verb, payload, and what goes with a message (response topic, retain flag, content
/// type, user properties, correlation data). A message that asks for an answer where the box may answer gets one, within seconds, as JSON with its correlation data.
/// </summary>
internal sealed class MqttTarget : IFuzzTarget
{
    private const string Answers = "fuzz/answers/";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private readonly CommandRig _rig;
    private readonly MosquittoBroker _broker;
    private readonly CancellationTokenSource _stop = new();
    private readonly IMqttClient _client = new MqttClientFactory().CreateMqttClient();
    private readonly ConcurrentDictionary<string, TaskCompletionSource<MqttApplicationMessage>> _waiting = new(StringComparer.Ordinal);
    private readonly Task _running;
    private long _number;

    private MqttTarget(CommandRig rig, MosquittoBroker broker)
    {
        (_rig, _broker) = (rig, broker);
        var publisher = new MqttPublisher(
            new MqttOptions { Port = broker.Port }, rig.Samples.Identity, rig.Store, rig.Store, rig.Health, rig.Handler, () => ActiveVersions.None, TimeProvider.System, NullLogger<MqttPublisher>.Instance);
        _running = publisher.RunAsync(_stop.Token);
        _client.ApplicationMessageReceivedAsync += arguments =>
        {
            if (_waiting.TryRemove(arguments.ApplicationMessage.Topic, out var waiting))
            {
                waiting.TrySetResult(arguments.ApplicationMessage);
            }

            return Task.CompletedTask;
        };
    }

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Text, PartKind.Json, PartKind.Bytes];

    public IReadOnlyList<string> Words => _rig.Words;

    /// <summary>Makes one.</summary>
    public static async Task<IFuzzTarget> MakeAsync()
    {
        var target = new MqttTarget(await CommandRig.MakeAsync(), await MosquittoBroker.StartAsync("set_tcp_nodelay true"));
        await target._client.ConnectAsync(new MqttClientOptionsBuilder().WithTcpServer("127.0.0.1", target._broker.Port).Build(), CancellationToken.None);
        await target._client.SubscribeAsync(new MqttClientSubscribeOptionsBuilder().WithTopicFilter(Answers + "#", MqttQualityOfServiceLevel.AtLeastOnce).Build());
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await target.AskAsync("end-case", [], [], TimeSpan.FromMilliseconds(200));
                return target;
            }
            catch (TimeoutException) when (attempt < 100)
            {
                // The box has not subscribed yet.
            }
        }
    }

    public IEnumerable<FuzzInput> Seeds() => _rig.Good.Select((g, i) => new FuzzInput([Encoding.UTF8.GetBytes(g.Verb), Encoding.UTF8.GetBytes(g.Payload), [(byte)i, 1, 2, 3]]));

    public async ValueTask<string> RunAsync(FuzzInput input)
    {
        if (_running.IsCompleted)
        {
            await _running;
            throw new InvalidOperationException("The publisher has ended.");
        }

        // The broker takes no topic with these; they never reach the box.
        var verb = new string([.. Encoding.UTF8.GetString(input.Parts[0]).Where(c => c is not ('+' or '#' or '/') && !char.IsControl(c) && !char.IsSurrogate(c) && c is < '\uFDD0' or > '\uFDEF' && c < '\uFFFE').Take(200)]);
        var answer = await AskAsync(verb, input.Parts[1], input.Parts[2], Patience);
        using var json = JsonDocument.Parse(answer);
        return json.RootElement.GetProperty("ok").GetBoolean() ? "read " + json.RootElement.GetProperty("verb").GetString() : "refused " + json.RootElement.GetProperty("error").GetString();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Task.WhenAny(_running);
        _client.Dispose();
        await _broker.DisposeAsync();
        await _rig.DisposeAsync();
        _stop.Dispose();
    }

    private async Task<byte[]> AskAsync(string verb, byte[] payload, byte[] extras, TimeSpan patience)
    {
        var topic = Answers + (++_number).ToString(CultureInfo.InvariantCulture);
        var waiting = new TaskCompletionSource<MqttApplicationMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[topic] = waiting;
        var message = Compose(verb, payload, extras);
        message.ResponseTopic = topic;
        await _client.PublishAsync(message, CancellationToken.None);
        if (extras.Length > 0 && (extras[0] & 0x40) != 0)
        {
            // One that wants its answer where the box may not, or cannot, give it: the answer that is awaited shows that the box has got past it.
            var hostile = Compose(verb, payload, extras);
            hostile.ResponseTopic = (extras[0] & 3) switch { 0 => _rig.Samples.Identity.TopicPrefix + "status", 1 => null, 2 => "$SYS/x", _ => new string('t', 60_000) };
            await _client.PublishAsync(hostile, CancellationToken.None);
        }

        var answer = await waiting.Task.WaitAsync(patience);
        return answer.CorrelationData is { } data && data.AsSpan().SequenceEqual(message.CorrelationData)
            ? answer.Payload.ToArray()
            : throw new InvalidDataException("The answer has other correlation data than the command.");
    }

    private MqttApplicationMessage Compose(string verb, byte[] payload, byte[] extras)
    {
        var flags = extras.Length > 1 ? extras[1] : 0;
        return new MqttApplicationMessage
        {
            Topic = _rig.Samples.Identity.TopicPrefix + "command/" + verb,
            PayloadSegment = payload,
            QualityOfServiceLevel = (MqttQualityOfServiceLevel)(1 + (flags & 1)),
            // Retained only under verbs that there are: the broker keeps one a topic.
            Retain = (flags & 0x0E) == 0x0E && CommandVerbs.All.Contains(verb),
            CorrelationData = extras.Length > 60_000 ? extras[..60_000] : [1, .. extras],
            ContentType = (flags & 0x10) != 0 ? Printable(extras) : "application/json",
            UserProperties = (flags & 0x20) == 0 ? [] : [.. extras.Take(64).Select(b => new MqttUserProperty(Printable(extras), Encoding.UTF8.GetBytes(Printable([b]))))],
            MessageExpiryInterval = (flags & 0x80) != 0 ? 60u : 0,
        };
    }

    private static string Printable(byte[] bytes) => new([.. bytes.Take(300).Select(b => (char)(32 + (b % 95)))]);
}
