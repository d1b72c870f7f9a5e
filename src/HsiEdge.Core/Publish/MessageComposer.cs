using HsiEdge.Core.Interpret;
using HsiEdge.Core.Record;

namespace HsiEdge.Core.Publish;

/// <summary>Makes the messages of the MQTT contract from what happened.</summary>
public sealed class MessageComposer
{
    /// <summary>Makes a composer.</summary>
    public MessageComposer(ApplianceIdentity identity, UlidGenerator ids, TimeProvider time) => throw new NotImplementedException();

    /// <summary>Messages of one cube: result, ledger, overlay and its alert transitions.</summary>
    public IReadOnlyList<OutboxMessage> ForResult(CaptureResult result, IReadOnlyList<AlertTransition> transitions, byte[] overlayPng) =>
        throw new NotImplementedException();

    /// <summary>Messages of alert transitions that no cube caused.</summary>
    public IReadOnlyList<OutboxMessage> ForTransitions(IReadOnlyList<AlertTransition> transitions) => throw new NotImplementedException();
}
