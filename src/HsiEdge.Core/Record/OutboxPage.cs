namespace HsiEdge.Core.Record;

/// <summary>Some waiting messages.</summary>
/// <param name="Messages">Highest priority first, in the order of their recording within a priority.</param>
/// <param name="Next">Where the next read goes on.</param>
/// <param name="Last">Whether there were no more of the priorities asked for.</param>
public sealed record OutboxPage(IReadOnlyList<WaitingMessage> Messages, OutboxPosition Next, bool Last);
