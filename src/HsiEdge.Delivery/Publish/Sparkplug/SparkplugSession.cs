using System.Buffers;
using System.Threading.Channels;
using Google.Protobuf;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Publish.Sparkplug.Wire;
using Microsoft.Extensions.Logging;
using MQTTnet;

namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>
/// One connection of the edge node, from birth to death. One loop sends everything, so sequence numbers have no gaps. What waits in the store is sent with
/// QoS 0, as the specification demands, and removed only after the broker has answered a later packet of the same connection: it then has what came before.
/// </summary>
internal sealed class SparkplugSession : IAsyncDisposable
{
    private const int BatchMessages = 64;
    private static readonly TimeSpan VersionsPeriod = TimeSpan.FromSeconds(5);

    private readonly SparkplugTopics _topics;
    private readonly ApplianceIdentity _identity;
    private readonly IResultStore _store;
    private readonly IOutbox _outbox;
    private readonly HealthBoard _health;
    private readonly Func<ActiveVersions> _versions;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MqttLink _link;
    private readonly PublishMetrics? _metrics;
    private readonly byte _birthDeathSequence;
    private readonly Channel<bool> _asked = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private Dictionary<string, SparkplugMetric> _told = [];
    private bool _born;
    private long _bornAt;
    private byte _sequence;

    /// <summary>Makes a session over a link that is about to connect.</summary>
    /// <param name="topics">Topics of the node.</param>
    /// <param name="identity">Who the box is.</param>
    /// <param name="store">Latest result and open alerts for the birth certificate.</param>
    /// <param name="outbox">Waiting metrics.</param>
    /// <param name="health">Health to tell.</param>
    /// <param name="versions">What is active.</param>
    /// <param name="birthDeathSequence">Number of this connection, 0…255.</param>
    /// <param name="patience">Time for each acknowledgement.</param>
    /// <param name="host">Watches the primary host.</param>
    /// <param name="time">Source of the time.</param>
    /// <param name="logger">Log.</param>
    /// <param name="metrics">Counts what is sent; null counts nothing.</param>
    public SparkplugSession(
        SparkplugTopics topics, ApplianceIdentity identity, IResultStore store, IOutbox outbox, HealthBoard health, Func<ActiveVersions> versions, byte birthDeathSequence,
        TimeSpan patience, HostWatch host, TimeProvider time, ILogger logger, PublishMetrics? metrics)
    {
        (_topics, _identity, _store, _outbox, _health, _versions, _birthDeathSequence, _time, _logger) =
            (topics, identity, store, outbox, health, versions, birthDeathSequence, time, logger);
        _metrics = metrics;
        _link = new MqttLink((_, message) => ReceiveAsync(message, host), patience, time);
    }

    /// <summary>The connection.</summary>
    public MqttLink Link => _link;

    /// <summary>The death certificate of a connection: its Last Will.</summary>
    public static byte[] Death(byte birthDeathSequence, TimeProvider time)
    {
        var payload = new SparkplugPayload { Timestamp = Metrics.Milliseconds(time.GetUtcNow()) };
        payload.Metrics.Add(Metrics.Int64(NodeMetrics.BirthDeathSequence, birthDeathSequence));
        payload.Metrics[0].Timestamp = payload.Timestamp;
        return payload.ToByteArray();
    }

    /// <summary>Says the birth certificate, then tells changes and what waits, until stopped or the link is lost.</summary>
    /// <param name="cancellationToken">Stops it.</param>
    /// <exception cref="StoreFaultException">The store cannot be read or written just now.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var (version, items) = _health.Snapshot();
            List<SparkplugMetric> now = [.. NodeMetrics.OfHealth(items), .. NodeMetrics.OfVersions(_versions())];
            if (_asked.Reader.TryRead(out _) || !_born || now.Exists(m => !_told.ContainsKey(m.Name)))
            {
                await BirthAsync(now, cancellationToken);
            }

            await TellChangesAsync(now, cancellationToken);

            // Before the read: what is stored after it ends the wait.
            var seen = _outbox.LastNumber;
            if (!await SendWaitingAsync(cancellationToken))
            {
                await WaitAsync(version, seen, cancellationToken);
            }
        }
    }

    /// <summary>Says the death certificate, and goodbye so that the broker says it too, as the specification demands of MQTT 5.</summary>
    public async Task DieAsync(CancellationToken cancellationToken)
    {
        await _link.PublishAsync(new MqttApplicationMessage { Topic = _topics.Death, PayloadSegment = Death(_birthDeathSequence, _time) }, cancellationToken);
        await _link.DisconnectAsync(cancellationToken, MqttClientDisconnectOptionsReason.DisconnectWithWillMessage);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _link.DisposeAsync();

    private async Task BirthAsync(List<SparkplugMetric> now, CancellationToken cancellationToken)
    {
        // What is stored by now is told by the certificate itself; as data it is history. Reads of the store queue behind the transactions that gave these numbers.
        _bornAt = _outbox.LastNumber;
        var latest = await _store.ListAsync(new ResultQuery(1), cancellationToken);
        var open = await _store.ReadOpenAlertsAsync(cancellationToken);
        List<SparkplugMetric> metrics =
        [
            Metrics.Int64(NodeMetrics.BirthDeathSequence, _birthDeathSequence),
            Metrics.Boolean(NodeMetrics.Rebirth, value: false),
            .. NodeMetrics.OfIdentity(_identity),
            .. now,
            .. NodeMetrics.OfResult(latest.Count > 0 ? latest[0] : null),
            .. NodeMetrics.OfAlert(open.Count > 0 ? open[^1] : null, transition: null),
            .. NodeMetrics.OfOpenAlerts(open),
        ];
        _sequence = 0;
        await SendAsync(_topics.Birth, metrics, cancellationToken);
        _told = metrics.ToDictionary(m => m.Name, Bare, StringComparer.Ordinal);
        _born = true;
        SparkplugLog.Born(_logger, _topics.Birth, _birthDeathSequence, metrics.Count, _outbox.PendingCount);
    }

    private async Task TellChangesAsync(List<SparkplugMetric> now, CancellationToken cancellationToken)
    {
        var changed = now.FindAll(m => !_told[m.Name].Equals(Bare(m)));
        if (changed.Count > 0)
        {
            await SendAsync(_topics.Data, changed, cancellationToken);
            foreach (var metric in changed)
            {
                _told[metric.Name] = Bare(metric);
            }
        }
    }

    private async Task<bool> SendWaitingAsync(CancellationToken cancellationToken)
    {
        var waiting = await _outbox.PeekAsync(BatchMessages, cancellationToken);
        if (waiting.Count == 0)
        {
            return false;
        }

        var begin = _time.GetTimestamp();
        foreach (var message in waiting)
        {
            if (Read(message) is { } stored)
            {
                await SendAsync(_topics.Data, stored.Metrics, cancellationToken);
            }
        }

        await _link.FlushAsync(_topics.Never, cancellationToken);

        foreach (var _ in waiting)
        {
            _metrics?.CountSent("sparkplug", _time.GetElapsedTime(begin).TotalMilliseconds);
        }

        // Not cancelled by a stop: what the broker has need not be sent again.
        await _outbox.MarkSentAsync([.. waiting.Select(m => m.Id)], CancellationToken.None);
        return true;
    }

    private SparkplugPayload? Read(OutboxMessage message)
    {
        try
        {
            var stored = SparkplugPayload.Parser.ParseFrom(message.Payload);
            foreach (var metric in stored.Metrics.Where(_ => message.Number <= _bornAt))
            {
                metric.IsHistorical = true;
            }

            return stored;
        }
        catch (InvalidProtocolBufferException exception)
        {
            // Damage must not hold up what waits behind it.
            SparkplugLog.Damaged(_logger, message.Id, exception);
            return null;
        }
    }

    private async Task SendAsync(string topic, IReadOnlyCollection<SparkplugMetric> metrics, CancellationToken cancellationToken)
    {
        var payload = new SparkplugPayload { Timestamp = Metrics.Milliseconds(_time.GetUtcNow()), Seq = _sequence };
        payload.Metrics.AddRange(metrics);
        foreach (var metric in payload.Metrics.Where(m => !m.HasTimestamp))
        {
            metric.Timestamp = payload.Timestamp;
        }

        // Counted before it is sent: a send that fails ends the connection, and the next one begins anew.
        _sequence++;
        await _link.PublishQuietlyAsync(new MqttApplicationMessage { Topic = topic, PayloadSegment = payload.ToByteArray() }, cancellationToken);
    }

    private async Task WaitAsync(long version, long seen, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] reasons =
        [
            _outbox.WaitForMessagesAsync(OutboxPosition.Start with { Seen = seen }, either.Token), _health.WaitForChangeAsync(version, either.Token), _asked.Reader.WaitToReadAsync(either.Token).AsTask(),
            Task.Delay(VersionsPeriod, _time, either.Token),
        ];
        await Task.WhenAny(reasons);
        await either.CancelAsync();
        await Task.WhenAll(reasons).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private Task ReceiveAsync(MqttApplicationMessage message, HostWatch host)
    {
        var payload = message.Payload.ToArray();
        if (message.Topic == _topics.State)
        {
            if (host.Take(payload) is { } fault)
            {
                SparkplugLog.NotUnderstood(_logger, message.Topic, fault);
            }

            return Task.CompletedTask;
        }

        try
        {
            foreach (var metric in SparkplugPayload.Parser.ParseFrom(payload).Metrics)
            {
                Obey(message.Topic, metric);
            }
        }
        catch (InvalidProtocolBufferException exception)
        {
            SparkplugLog.NotUnderstood(_logger, message.Topic, exception.Message);
        }

        return Task.CompletedTask;
    }

    private void Obey(string topic, SparkplugMetric metric)
    {
        if (metric is { Name: NodeMetrics.Rebirth, ValueCase: SparkplugMetric.ValueOneofCase.BooleanValue })
        {
            if (metric.BooleanValue)
            {
                _asked.Writer.TryWrite(item: true);
            }
        }
        else
        {
            SparkplugLog.NotUnderstood(_logger, topic, $"metric '{metric.Name}' cannot be written; expected {NodeMetrics.Rebirth} as a boolean. Other commands go to the box's own topics");
        }
    }

    private static SparkplugMetric Bare(SparkplugMetric metric)
    {
        var bare = metric.Clone();
        bare.ClearTimestamp();
        return bare;
    }
}
