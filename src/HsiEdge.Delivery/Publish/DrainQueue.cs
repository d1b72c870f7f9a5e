using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Publish;

/// <summary>
/// Messages read ahead of their sending, and which of them may go now. Messages of a retained topic and of an alert go one at a time: the last one
/// sent is the one that stays. Of a topic that the broker refuses only the first refused message is kept, as the probe; the rest is read again
/// when the broker takes that one.
/// </summary>
internal sealed class DrainQueue
{
    private readonly Queue<WaitingMessage>[] _read = [new(), new(), new()];
    private readonly Queue<WaitingMessage> _first = new();
    private readonly Dictionary<string, Queue<WaitingMessage>> _busy = new(StringComparer.Ordinal);
    private readonly Dictionary<string, WaitingMessage> _probes = new(StringComparer.Ordinal);

    /// <summary>Messages held.</summary>
    public int Count { get; private set; }

    /// <summary>Adds messages just read.</summary>
    public void Add(IReadOnlyList<WaitingMessage> messages)
    {
        foreach (var message in messages)
        {
            _read[(int)message.Message.Priority].Enqueue(message);
        }

        Count += messages.Count;
    }

    /// <summary>Takes the next message that may be sent now.</summary>
    public bool TryTake(out WaitingMessage message)
    {
        while (Next() is { } next)
        {
            Count--;
            var topic = next.Message.Topic;
            if (_probes.TryGetValue(topic, out var probe) && probe.Number != next.Number)
            {
                continue;
            }

            if (!IsSerial(next.Message))
            {
                message = next;
                return true;
            }

            if (_busy.TryGetValue(topic, out var behind))
            {
                behind.Enqueue(next);
                Count++;
                continue;
            }

            _busy.Add(topic, new Queue<WaitingMessage>());
            message = next;
            return true;
        }

        message = null!;
        return false;
    }

    /// <summary>A message taken is no longer on its way: the next of its topic may go.</summary>
    public void Release(WaitingMessage message)
    {
        if (IsSerial(message.Message) && _busy.Remove(message.Message.Topic, out var behind))
        {
            while (behind.TryDequeue(out var next))
            {
                _first.Enqueue(next);
            }
        }
    }

    /// <summary>Notes that the broker refuses a message.</summary>
    /// <returns>True when it is to be tried again later: it is the topic's first.</returns>
    public bool Refuse(WaitingMessage message)
    {
        if (_probes.TryGetValue(message.Message.Topic, out var probe) && probe.Number < message.Number)
        {
            return false;
        }

        _probes[message.Message.Topic] = message;
        return true;
    }

    /// <summary>Whether a message stands for a refused topic.</summary>
    public bool IsProbe(WaitingMessage message) => _probes.TryGetValue(message.Message.Topic, out var probe) && probe.Number == message.Number;

    /// <summary>Puts a refused topic's probe in front, to be sent again.</summary>
    public void Retry(string topic)
    {
        if (_probes.TryGetValue(topic, out var probe))
        {
            _first.Enqueue(probe);
            Count++;
        }
    }

    /// <summary>Notes that the broker takes a topic again.</summary>
    public void Accept(string topic) => _probes.Remove(topic);

    /// <summary>Forgets what was read: it is read again. Refused topics stay known.</summary>
    public void Clear()
    {
        foreach (var queue in _read)
        {
            queue.Clear();
        }

        _first.Clear();
        _busy.Clear();
        Count = 0;
    }

    private static bool IsSerial(OutboxMessage message) => message.Retain || message.Priority == MessagePriority.High;

    private WaitingMessage? Next()
    {
        if (_first.TryDequeue(out var first))
        {
            return first;
        }

        for (var priority = MessagePriority.High; priority >= MessagePriority.Low; priority--)
        {
            if (_read[(int)priority].TryDequeue(out var next))
            {
                return next;
            }
        }

        return null;
    }
}
