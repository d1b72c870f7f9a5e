using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Core.Publish;

/// <summary>Tells the latest result and the open alerts in one retained message (<see cref="SummaryMessage"/>).</summary>
/// <param name="composer">Makes the message.</param>
public sealed class SummaryDialect(MessageComposer composer) : IMessageDialect
{
    /// <inheritdoc/>
    public IReadOnlyList<OutboxMessage> ForResult(CaptureResult result, IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts) =>
        [composer.ForSummary(result, openAlerts)];

    /// <inheritdoc/>
    public IReadOnlyList<OutboxMessage> ForTransitions(IReadOnlyList<AlertTransition> transitions, IReadOnlyList<Alert> openAlerts, CaptureResult? latest) =>
        [composer.ForSummary(latest, openAlerts)];
}
