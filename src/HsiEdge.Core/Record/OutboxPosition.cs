namespace HsiEdge.Core.Record;

/// <summary>How far a reader of the outbox has come: the number of the last message read, a priority. Numbers grow with each message of a run.</summary>
/// <param name="High">Of <see cref="MessagePriority.High"/>.</param>
/// <param name="Normal">Of <see cref="MessagePriority.Normal"/>.</param>
/// <param name="Low">Of <see cref="MessagePriority.Low"/>.</param>
/// <param name="Seen">Number of the newest message that was in the outbox at the time of the read.</param>
public sealed record OutboxPosition(long High, long Normal, long Low, long Seen)
{
    /// <summary>Before the first message.</summary>
    public static OutboxPosition Start { get; } = new(0, 0, 0, 0);

    /// <summary>Number of the last message read of a priority.</summary>
    public long Of(MessagePriority priority) => priority switch
    {
        MessagePriority.High => High,
        MessagePriority.Normal => Normal,
        _ => Low,
    };

    /// <summary>The position after reading a message.</summary>
    public OutboxPosition After(MessagePriority priority, long number) => priority switch
    {
        MessagePriority.High => this with { High = number },
        MessagePriority.Normal => this with { Normal = number },
        _ => this with { Low = number },
    };
}
