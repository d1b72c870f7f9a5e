using System.Buffers;
using System.Text.Json;
using System.Threading.Channels;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;
using MQTTnet;
using MQTTnet.Protocol;

namespace HsiEdge.Delivery.Publish;

/// <summary>
/// Takes commands from the broker, has them carried out, and answers each on its response topic with its correlation data. What cannot be carried out
/// is answered with the reason, never with silence. Commands are carried out one after another in the order of their arrival, but for those that
/// neither touch the camera nor the case (<see cref="Prompt"/>): they have a line of their own, so that an alert is acknowledged while a capture runs.
/// </summary>
internal sealed class CommandDesk
{
    private const int Waiting = 64;
    private const int LargestPayloadBytes = 64 * 1024;

    private readonly ApplianceIdentity _identity;
    private readonly ICommandHandler _handler;
    private readonly ILogger _logger;
    private readonly PublishMetrics? _metrics;
    private readonly Channel<MqttApplicationMessage> _queue = Channel.CreateBounded<MqttApplicationMessage>(Waiting);
    private readonly Channel<MqttApplicationMessage> _promptQueue = Channel.CreateBounded<MqttApplicationMessage>(Waiting);
    private volatile MqttLink? _link;

    /// <summary>Makes a desk.</summary>
    public CommandDesk(ApplianceIdentity identity, ICommandHandler handler, ILogger logger, PublishMetrics? metrics) =>
        (_identity, _handler, _logger, _metrics) = (identity, handler, logger, metrics);

    /// <summary>Verbs that need not wait for a capture.</summary>
    public static IReadOnlyList<string> Prompt { get; } = [CommandVerbs.Acknowledge, CommandVerbs.QueryResults];

    /// <summary>Topic filter of all commands.</summary>
    public string TopicFilter => Prefix + "+";

    private string Prefix => _identity.TopicPrefix + "command/";

    /// <summary>The connection that answers go out on, or null.</summary>
    public void UseLink(MqttLink? link) => _link = link;

    /// <summary>Takes a message from the broker.</summary>
    public async Task ReceiveAsync(MqttLink link, MqttApplicationMessage message)
    {
        var queue = Prompt.Contains(VerbOf(message)) ? _promptQueue : _queue;
        if (!queue.Writer.TryWrite(message))
        {
            await AnswerAsync(link, message, CommandAnswer.Refused(VerbOf(message), $"{Waiting} commands are waiting already. Send it again later."), CancellationToken.None);
        }
    }

    /// <summary>Carries out commands until stopped.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] lines = [RunLineAsync(_queue.Reader, either.Token), RunLineAsync(_promptQueue.Reader, either.Token)];
        await Task.WhenAny(lines);
        await either.CancelAsync();
        await Task.WhenAll(lines);
    }

    private async Task RunLineAsync(ChannelReader<MqttApplicationMessage> queue, CancellationToken cancellationToken)
    {
        await foreach (var message in queue.ReadAllAsync(cancellationToken))
        {
            var verb = VerbOf(message);
            CommandAnswer answer;
            Exception? unexpected = null;
            try
            {
                answer = Check(verb, message) ?? await _handler.HandleAsync(verb, message.Payload.ToArray(), cancellationToken);
            }
            catch (Exception exception) when (exception is BadInputException or StoreFaultException or CameraFaultException)
            {
                answer = CommandAnswer.Refused(verb, exception.Message);
            }
            catch (OperationCanceledException exception) when (cancellationToken.IsCancellationRequested)
            {
                answer = CommandAnswer.Refused(verb, "The box is stopping.");
                unexpected = exception;
            }
            catch (Exception exception)
            {
                answer = CommandAnswer.Refused(verb, $"Internal error: {exception.Message}");
                unexpected = exception;
            }

            _metrics?.CountCommand(CommandVerbs.All.Contains(verb) ? verb : "unknown", answer.Ok);
            PublishLog.CommandDone(_logger, verb, answer.Ok, answer.Error ?? string.Empty);
            await AnswerAsync(_link, message, answer, CancellationToken.None);
            if (unexpected is not null)
            {
                System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(unexpected);
            }
        }
    }

    private static CommandAnswer? Check(string verb, MqttApplicationMessage message)
    {
        if (!CommandVerbs.All.Contains(verb))
        {
            return CommandAnswer.Refused(verb, $"command/{verb} is unknown; expected one of {string.Join(", ", CommandVerbs.All.Order(StringComparer.Ordinal))}.");
        }

        if (message.Retain)
        {
            return CommandAnswer.Refused(verb, $"command/{verb} came as a retained message, which would repeat at every connect. Send it without retain.");
        }

        if (message.Payload.Length > LargestPayloadBytes)
        {
            return CommandAnswer.Refused(verb, $"command/{verb} has {message.Payload.Length} bytes; expected at most {LargestPayloadBytes}.");
        }

        if (message.Payload.IsEmpty)
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(message.Payload);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? null
                : CommandAnswer.Refused(verb, $"command/{verb} holds a JSON {document.RootElement.ValueKind}; expected a JSON object or an empty payload.");
        }
        catch (JsonException exception)
        {
            return CommandAnswer.Refused(verb, $"command/{verb} is not JSON: {exception.Message} Expected a JSON object or an empty payload.");
        }
    }

    private string VerbOf(MqttApplicationMessage message) =>
        message.Topic.StartsWith(Prefix, StringComparison.Ordinal) ? message.Topic[Prefix.Length..] : message.Topic;

    private async Task AnswerAsync(MqttLink? link, MqttApplicationMessage message, CommandAnswer answer, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(message.ResponseTopic))
        {
            PublishLog.NoResponseTopic(_logger, answer.Verb);
            return;
        }

        if (!MayAnswerOn(message.ResponseTopic))
        {
            PublishLog.BadResponseTopic(_logger, answer.Verb, message.ResponseTopic);
            return;
        }

        try
        {
            var refusal = link is null ? "there is no connection" : await link.PublishAsync(Compose(message, answer), cancellationToken);
            if (refusal is not null)
            {
                PublishLog.AnswerLost(_logger, answer.Verb, message.ResponseTopic, refusal);
            }
        }
        catch (LinkLostException exception)
        {
            PublishLog.AnswerLost(_logger, answer.Verb, message.ResponseTopic, exception.Message);
        }
    }

    // The box's own topics carry what the box says: nobody may have it say something else there.
    private bool MayAnswerOn(string topic) =>
        topic.AsSpan().IndexOfAny('+', '#', '\0') < 0
        && (!topic.StartsWith(_identity.TopicPrefix, StringComparison.Ordinal) || topic.StartsWith(_identity.TopicPrefix + "response/", StringComparison.Ordinal));

    private static MqttApplicationMessage Compose(MqttApplicationMessage message, CommandAnswer answer) => new()
    {
        Topic = message.ResponseTopic,
        PayloadSegment = JsonSerializer.SerializeToUtf8Bytes(answer, HsiEdgeJson.Compact),
        ContentType = MessageComposer.JsonContentType,
        PayloadFormatIndicator = MqttPayloadFormatIndicator.CharacterData,
        CorrelationData = message.CorrelationData,
    };
}
