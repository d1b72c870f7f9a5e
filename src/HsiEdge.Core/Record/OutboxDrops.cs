namespace HsiEdge.Core.Record;

/// <summary>Messages given up before they were sent, since the program started. The results they tell of stay in the store.</summary>
/// <param name="Size">For the room that the outbox may take.</param>
/// <param name="Age">Because they waited too long.</param>
/// <param name="Superseded">Because a newer one of a retained topic took their place: nothing is lost by them.</param>
/// <param name="Damaged">Because they cannot be read: they stay in the store, and the others go past them.</param>
public sealed record OutboxDrops(long Size, long Age, long Superseded, long Damaged = 0)
{
    /// <summary>None.</summary>
    public static OutboxDrops None { get; } = new(0, 0, 0);

    /// <summary>Those that nobody will hear of.</summary>
    public long Lost => Size + Age + Damaged;
}
