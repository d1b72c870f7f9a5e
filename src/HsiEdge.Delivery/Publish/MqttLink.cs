using System.Net.Sockets;
using System.Security.Authentication;
using HsiEdge.Core.Publish;
using MQTTnet;
using MQTTnet.Exceptions;
using MQTTnet.Packets;
using MQTTnet.Protocol;

namespace HsiEdge.Delivery.Publish;

/// <summary>One connection to the broker: every call has a time limit, and all the ways a connection ends become a <see cref="LinkLostException"/>.</summary>
internal sealed class MqttLink : IAsyncDisposable
{
    // Topic, properties and framing beside the payload: a generous bound for the check against the broker's largest packet.
    private const int OverheadBytes = 2_048;

    /// <summary>Bytes that may be under way before an acknowledgement is waited for longer than usual.</summary>
    public const int PatientBytes = 64 * 1024;

    // The slowest network that is still one: what goes beyond PatientBytes gets this much time.
    private const double SlowestBytesPerSecond = 32 * 1024;

    private readonly IMqttClient _client;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource<string> _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private MqttClientConnectResult? _granted;
    private long _bytesUnderWay;

    /// <summary>Makes an unconnected link.</summary>
    /// <param name="received">Takes messages; must not throw.</param>
    /// <param name="patience">Time for each acknowledgement.</param>
    /// <param name="time">Source of the time.</param>
    public MqttLink(Func<MqttLink, MqttApplicationMessage, Task> received, TimeSpan patience, TimeProvider time)
    {
        (_patience, _time) = (patience, time);
        _client = new MqttClientFactory().CreateMqttClient();
        _client.ApplicationMessageReceivedAsync += arguments => received(this, arguments.ApplicationMessage);
        _client.DisconnectedAsync += arguments =>
        {
            _lost.TrySetResult(Describe(arguments));
            return Task.CompletedTask;
        };
    }

    /// <summary>Takes a sign of life at each probe of the link.</summary>
    public Heartbeat Life { get; set; } = Heartbeat.Unwatched;

    /// <summary>Messages that may be in flight at once by the broker's word.</summary>
    public int ReceiveMaximum => _granted?.ReceiveMaximum is { } maximum and > 0 ? maximum : ushort.MaxValue;

    /// <summary>Keep-alive that the broker asks for in s, or null: MQTTnet ignores it, <see cref="WatchAsync"/> does not.</summary>
    public int? ServerKeepAliveSeconds => _granted?.ServerKeepAlive is { } seconds and > 0 ? seconds : null;

    /// <summary>Connects; only a success CONNACK counts.</summary>
    public async Task ConnectAsync(MqttClientOptions options, CancellationToken cancellationToken)
    {
        var stream = (options.ChannelOptions as MqttClientTcpOptions)?.StreamProvider as BrokerStream;
        MqttClientConnectResult result;
        try
        {
            result = await WithPatienceAsync(token => _client.ConnectAsync(options, token), "CONNACK", _patience, cancellationToken);
        }
        catch (LinkLostException exception) when ((stream?.Fault ?? TlsFault.Find(exception)) is { } fault)
        {
            throw new LinkLostException(fault, exception);
        }

        if (result.ResultCode != MqttClientConnectResultCode.Success)
        {
            throw new LinkLostException($"the broker refuses the connection: {result.ResultCode} {result.ReasonString}".TrimEnd());
        }

        _granted = result;
    }

    /// <summary>Publishes with QoS 1.</summary>
    /// <returns>Null when the broker took it (success PUBACK); else why it refuses it.</returns>
    public async Task<string?> PublishAsync(MqttApplicationMessage message, CancellationToken cancellationToken)
    {
        if (WhyTooLarge(message) is { } tooLarge)
        {
            return tooLarge;
        }

        message.QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce;
        var bytes = message.Payload.Length;
        Interlocked.Add(ref _bytesUnderWay, bytes);
        try
        {
            var result = await WithPatienceAsync(token => _client.PublishAsync(message, token), "PUBACK", _patience, cancellationToken);
            return result.IsSuccess ? null : $"{result.ReasonCode} {result.ReasonString}".TrimEnd();
        }
        finally
        {
            Interlocked.Add(ref _bytesUnderWay, -bytes);
        }
    }

    /// <summary>Why the broker would not take a message of this size; null when it would.</summary>
    public string? WhyTooLarge(MqttApplicationMessage message) => _granted?.MaximumPacketSize is { } largest and > 0 && message.Payload.Length + OverheadBytes > largest
        ? $"{message.Payload.Length} bytes are more than the broker's largest packet of {largest}"
        : null;

    /// <summary>Publishes with QoS 0: nothing answers; <see cref="FlushAsync"/> tells when the broker has it.</summary>
    public Task PublishQuietlyAsync(MqttApplicationMessage message, CancellationToken cancellationToken)
    {
        message.QualityOfServiceLevel = MqttQualityOfServiceLevel.AtMostOnce;
        return WithPatienceAsync(token => _client.PublishAsync(message, token), "end of a publish", _patience, cancellationToken);
    }

    /// <summary>
    /// Returns once the broker has taken what was sent before on this connection. It unsubscribes from a filter that was never subscribed to: the answer bears
    /// the packet's number, whereas a PINGRESP may belong to an earlier ping of the library's own.
    /// </summary>
    public Task FlushAsync(string neverSubscribed, CancellationToken cancellationToken) =>
        WithPatienceAsync(token => _client.UnsubscribeAsync(new MqttClientUnsubscribeOptions { TopicFilters = { neverSubscribed } }, token), "UNSUBACK", _patience, cancellationToken);

    /// <summary>Subscribes with QoS 1.</summary>
    /// <param name="topicFilter">To what.</param>
    /// <param name="cancellationToken">Stops.</param>
    /// <param name="retained">Whether the broker is to send what it keeps.</param>
    /// <returns>Null when granted; else why not.</returns>
    public async Task<string?> SubscribeAsync(string topicFilter, CancellationToken cancellationToken, bool retained = false)
    {
        var options = new MqttClientSubscribeOptions();
        options.TopicFilters.Add(new MqttTopicFilter
        {
            Topic = topicFilter,
            QualityOfServiceLevel = MqttQualityOfServiceLevel.AtLeastOnce,
            RetainHandling = retained ? MqttRetainHandling.SendAtSubscribe : MqttRetainHandling.DoNotSendOnSubscribe,
            NoLocal = true,
        });
        var result = await WithPatienceAsync(token => _client.SubscribeAsync(options, token), "SUBACK", _patience, cancellationToken);
        var code = result.Items.Single().ResultCode;
        return code <= MqttClientSubscribeResultCode.GrantedQoS2 ? null : $"{code} {result.ReasonString}".TrimEnd();
    }

    /// <summary>
    /// Probes the link by the monotonic clock and ends with <see cref="LinkLostException"/> when it is gone: at most 1.5 keep-alives after it last
    /// worked, unless more than <see cref="PatientBytes"/> are under way. Half a keep-alive of silence, then at most 0.75 for the answer.
    /// </summary>
    public async Task WatchAsync(int keepAliveSeconds, CancellationToken cancellationToken)
    {
        var keepAlive = TimeSpan.FromSeconds(Math.Min(keepAliveSeconds, ServerKeepAliveSeconds ?? int.MaxValue));
        var interval = keepAlive * 0.5;
        var patience = keepAlive * 0.75 < _patience ? keepAlive * 0.75 : _patience;
        while (true)
        {
            Life.Beat();
            using var pause = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
#pragma warning disable VSTHRD003 // Completed by the client's event.
            var first = await Task.WhenAny(_lost.Task, Task.Delay(interval, _time, pause.Token));
            await pause.CancelAsync();
            if (first == _lost.Task)
            {
                throw new LinkLostException(await _lost.Task);
            }
#pragma warning restore VSTHRD003

            cancellationToken.ThrowIfCancellationRequested();
            await WithPatienceAsync(
                async token =>
                {
                    await _client.PingAsync(token);
                    return true;
                },
                "PINGRESP",
                patience,
                cancellationToken);
        }
    }

    /// <summary>Says goodbye: the broker then drops the Last Will, unless the reason asks for it.</summary>
    public async Task DisconnectAsync(
        CancellationToken cancellationToken, MqttClientDisconnectOptionsReason reason = MqttClientDisconnectOptionsReason.NormalDisconnection)
    {
        if (_client.IsConnected)
        {
            await WithPatienceAsync(
                async token =>
                {
                    await _client.DisconnectAsync(new MqttClientDisconnectOptions { Reason = reason }, token);
                    return true;
                },
                "the goodbye",
                _patience,
                cancellationToken);
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private static string Describe(MqttClientDisconnectedEventArgs arguments) =>
        arguments.Exception?.GetBaseException().Message ?? arguments.ReasonString ?? $"the broker closed the connection ({arguments.Reason})";

    private async Task<T> WithPatienceAsync<T>(Func<CancellationToken, Task<T>> call, string awaited, TimeSpan usual, CancellationToken cancellationToken)
    {
        var limit = usual + TimeSpan.FromSeconds(Math.Max(0, Interlocked.Read(ref _bytesUnderWay) - PatientBytes) / SlowestBytesPerSecond);
        using var patience = new CancellationTokenSource(limit, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await call(both.Token);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception exception) when (cancellationToken.IsCancellationRequested && IsLinkFault(exception))
        {
            throw new OperationCanceledException("Stopped while waiting for the broker.", exception, cancellationToken);
        }
        catch (OperationCanceledException exception) when (patience.IsCancellationRequested)
        {
            throw new LinkLostException($"no {awaited} within {limit.TotalSeconds:0.#} s", exception);
        }
        catch (Exception exception) when (IsLinkFault(exception))
        {
            throw new LinkLostException(exception.GetBaseException().Message, exception);
        }
    }

    // The client fails waiting calls with whatever ended the connection; a call that meets it half torn down sees it disposed.
    private static bool IsLinkFault(Exception exception) => exception is MqttCommunicationException or MqttProtocolViolationException or SocketException
        or IOException or AuthenticationException or ObjectDisposedException or OperationCanceledException or InvalidOperationException or NullReferenceException;
}
