using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Core.Publish;

/// <summary>A further form in which results and alerts are told, besides the box's own messages. What it makes is written in the transaction of what it tells of.</summary>
public interface IMessageDialect
{
    /// <summary>Messages of one cube.</summary>
    /// <param name="result">The result.</param>
    /// <param name="transitions">Alert changes that it caused.</param>
    /// <param name="openAlerts">Every alert open afterwards.</param>
    IReadOnlyList<OutboxMessage> ForResult(CaptureResult result, IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts);

    /// <summary>Messages of alert changes that no cube caused.</summary>
    /// <param name="transitions">The changes.</param>
    /// <param name="openAlerts">Every alert open afterwards.</param>
    /// <param name="latest">The latest result; null when there is none.</param>
    IReadOnlyList<OutboxMessage> ForTransitions(IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts, CaptureResult? latest);
}
