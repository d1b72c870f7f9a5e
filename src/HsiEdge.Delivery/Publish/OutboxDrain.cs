using System.Runtime.ExceptionServices;
using System.Threading.Channels;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using Microsoft.Extensions.Logging;
using MQTTnet;

namespace HsiEdge.Delivery.Publish;

/// <summary>
/// Sends waiting messages over one connection with QoS 1: a sliding window in flight, read ahead from the store, alerts first; marked sent only on a
/// success PUBACK, many in one transaction. Results and ledgers leave in the order of their recording, so their first deliveries keep it. One loop
/// holds all state; what takes time runs beside it and hands back what is to be done then.
/// </summary>
internal sealed class OutboxDrain
{
    private const int ReadAhead = 256;
    private const int AlertRoom = 16;
    private const long MaximumBytesInFlight = MqttLink.PatientBytes;

    private readonly MqttOptions _options;
    private readonly string _topicPrefix;
    private readonly IOutbox _outbox;
    private readonly PublishMetrics? _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MqttLink _link;
    private readonly Action<string, string> _refused;
    private readonly Channel<Action> _next = Channel.CreateUnbounded<Action>(new UnboundedChannelOptions { SingleReader = true });
    private readonly DrainQueue _queue = new();
    private readonly SentMarks _marks;
    private readonly HashSet<string> _tooLarge = new(StringComparer.Ordinal);
    private readonly HashSet<string> _pausing = new(StringComparer.Ordinal);
    private readonly Queue<string> _paused = new();
    private OutboxPosition _position = OutboxPosition.Start;
    private WaitingMessage? _taken;
    private int _running;
    private int _inFlight;
    private long _bytesInFlight;
    private bool _more = true;
    private bool _news;
    private bool _reading;
    private bool _waiting;
    private bool _rewinding;

    /// <summary>Makes a drain for one connection.</summary>
    /// <param name="options">Validated options.</param>
    /// <param name="topicPrefix">What stands before each topic.</param>
    /// <param name="outbox">Waiting messages.</param>
    /// <param name="link">The connection.</param>
    /// <param name="refused">Takes topic and reason of what the broker refuses, and an empty reason once it takes the topic again.</param>
    /// <param name="metrics">Takes the figures.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logger">Log.</param>
    public OutboxDrain(
        MqttOptions options, string topicPrefix, IOutbox outbox, MqttLink link, Action<string, string> refused, PublishMetrics? metrics, TimeProvider time,
        ILogger logger)
    {
        (_options, _topicPrefix, _outbox, _link, _refused) = (options, topicPrefix, outbox, link, refused);
        (_metrics, _time, _logger, _marks) = (metrics, time, logger, new SentMarks(outbox, time, logger));
    }

    /// <summary>How long a refused topic is left alone.</summary>
    public TimeSpan RefusalPause { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Takes its signs of life while something is on its way; else it rests.</summary>
    public Heartbeat Life { get; init; } = Heartbeat.Unwatched;

    private int Room => Math.Min(_options.MaximumInFlight, _link.ReceiveMaximum);

    /// <summary>Sends what waits and what comes, until stopped or the link is lost. Messages then in flight are sent again next time.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (true)
            {
                Read(stop.Token);
                Send(stop.Token);
                _marks.Next(_rewinding, Start, stop.Token);
                Rewind();
                Wait(stop.Token);
                Pause(stop.Token);
                ShowLife();
                do
                {
                    await PerformNextAsync(cancellationToken);
                }
                while (_next.Reader.TryPeek(out _));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await EndAsync();
            Life.Rest();
        }
    }

    private void ShowLife()
    {
        if (_inFlight > 0 || _reading || _marks.IsMarking)
        {
            Life.Beat();
        }
        else
        {
            Life.Rest();
        }
    }

    private async Task PerformNextAsync(CancellationToken cancellationToken)
    {
        var then = await _next.Reader.ReadAsync(cancellationToken);
        _running--;
        then();
    }

    // What the broker has need not be sent again.
    private async Task EndAsync()
    {
        while (_running > 0)
        {
            try
            {
                await PerformNextAsync(CancellationToken.None);
            }
            catch (Exception exception) when (exception is LinkLostException or OperationCanceledException)
            {
                // The end that is under way.
            }
        }

        await _marks.EndAsync();
    }

    private void Start(Task<Action> work)
    {
        _running++;
        _ = HandBackAsync(work);
    }

    // Never fails: what fails is thrown by the loop.
    private async Task HandBackAsync(Task<Action> work)
    {
        Action then;
        try
        {
#pragma warning disable VSTHRD003 // Started by the loop, in this class.
            then = await work;
#pragma warning restore VSTHRD003
        }
        catch (Exception exception)
        {
            var fault = ExceptionDispatchInfo.Capture(exception);
            then = fault.Throw;
        }

        _next.Writer.TryWrite(then);
    }

    private void Read(CancellationToken cancellationToken)
    {
        if (_reading || _rewinding)
        {
            return;
        }

        if ((_more || _news) && _queue.Count <= ReadAhead / 2)
        {
            (_reading, _news) = (true, false);
            Start(ReadAsync(ReadAhead - _queue.Count, MessagePriority.Low, cancellationToken));
        }
        else if (_news)
        {
            // The backlog is read far enough; alerts overtake it.
            (_reading, _news) = (true, false);
            Start(ReadAsync(AlertRoom, MessagePriority.High, cancellationToken));
        }
    }

    private async Task<Action> ReadAsync(int limit, MessagePriority atLeast, CancellationToken cancellationToken)
    {
        try
        {
            var page = await _outbox.ReadAsync(_position, limit, atLeast, cancellationToken);
            return () =>
            {
                (_reading, _position) = (false, page.Next);
                _queue.Add(page.Messages);
                _more = !page.Last || atLeast > MessagePriority.Low;
                _news |= !page.Last && atLeast > MessagePriority.Low;
            };
        }
        catch (StoreFaultException exception)
        {
            // The store reports itself; messages stay where they are.
            PublishLog.OutboxUnreadable(_logger, exception);
            await Task.Delay(SentMarks.StoreFaultPause, _time, cancellationToken);
            return () => (_reading, _more) = (false, true);
        }
    }

    private void Wait(CancellationToken cancellationToken)
    {
        if (!_waiting && !_news)
        {
            _waiting = true;
            Start(WaitAsync(_position, cancellationToken));
        }
    }

    private async Task<Action> WaitAsync(OutboxPosition position, CancellationToken cancellationToken)
    {
        await _outbox.WaitForMessagesAsync(position, cancellationToken);
        return () => (_waiting, _news) = (false, true);
    }

    private void Send(CancellationToken cancellationToken)
    {
        while (!_rewinding && _inFlight < Room && (_taken is not null || _queue.TryTake(out _taken)))
        {
            var size = _taken.Message.Payload.Length;
            if (_inFlight > 0 && _bytesInFlight + size > MaximumBytesInFlight)
            {
                return;
            }

            var (waiting, message) = (_taken, OutgoingMessage.Of(_taken, _topicPrefix, _options, _time));
            _taken = null;
            if (_link.WhyTooLarge(message) is { } reason)
            {
                // It alone is left where it is: the others of its topic may fit.
                _tooLarge.Add(waiting.Message.Topic);
                NoteRefused(waiting, reason);
                _queue.Release(waiting);
                continue;
            }

            _inFlight++;
            _bytesInFlight += size;
            Start(SendAsync(waiting, message, cancellationToken));
        }
    }

    private async Task<Action> SendAsync(WaitingMessage waiting, MqttApplicationMessage message, CancellationToken cancellationToken)
    {
        var begun = _time.GetTimestamp();
        var reason = await _link.PublishAsync(message, cancellationToken);
        var took = _time.GetElapsedTime(begun);
        return () =>
        {
            _inFlight--;
            _bytesInFlight -= waiting.Message.Payload.Length;
            if (reason is null)
            {
                Acknowledge(waiting, took);
            }
            else
            {
                Refuse(waiting, reason);
            }

            _queue.Release(waiting);
        };
    }

    private void Acknowledge(WaitingMessage waiting, TimeSpan took)
    {
        var topic = waiting.Message.Topic;
        _marks.Add(waiting.Message.Id);
        _metrics?.CountSent(waiting.Message.Priority switch { MessagePriority.High => "high", MessagePriority.Normal => "normal", _ => "low" }, took.TotalMilliseconds);
        if (_queue.IsProbe(waiting))
        {
            _queue.Accept(topic);
            _refused(topic, string.Empty);
            _rewinding = true;
        }
        else if (_tooLarge.Remove(topic))
        {
            _refused(topic, string.Empty);
        }
    }

    private void Refuse(WaitingMessage waiting, string reason)
    {
        NoteRefused(waiting, reason);
        if (_queue.Refuse(waiting) && _pausing.Add(waiting.Message.Topic))
        {
            _paused.Enqueue(waiting.Message.Topic);
        }
    }

    private void NoteRefused(WaitingMessage waiting, string reason)
    {
        _metrics?.CountRefused();
        _refused(waiting.Message.Topic, reason);
    }

    private void Pause(CancellationToken cancellationToken)
    {
        while (_paused.TryDequeue(out var topic))
        {
            Start(PauseAsync(topic, cancellationToken));
        }
    }

    private async Task<Action> PauseAsync(string topic, CancellationToken cancellationToken)
    {
        await Task.Delay(RefusalPause, _time, cancellationToken);
        return () =>
        {
            _pausing.Remove(topic);
            _queue.Retry(topic);
        };
    }

    // The broker takes a topic again whose later messages were passed over: once nothing is under way, all that waits is read anew, in order.
    private void Rewind()
    {
        if (_rewinding && _inFlight == 0 && !_reading && _marks.IsSettled)
        {
            _queue.Clear();
            (_taken, _position, _more, _rewinding) = (null, OutboxPosition.Start, true, false);
            Start(Task.FromResult<Action>(static () => { }));
        }
    }
}
