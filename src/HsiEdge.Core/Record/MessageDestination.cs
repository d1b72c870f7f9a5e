namespace HsiEdge.Core.Record;

/// <summary>Which link sends a waiting message. Each has an order of its own and waits on its own: one that is away does not hold up the other.</summary>
public enum MessageDestination
{
    /// <summary>The box's own topics.</summary>
    Topics = 0,

    /// <summary>The Sparkplug edge node: payloads are metrics, the link wraps them when they are sent.</summary>
    Sparkplug = 1,
}
