using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;

namespace HsiEdge.Core.Record;

/// <summary>All that one cube writes in one durable transaction.</summary>
public sealed record ResultRecord
{
    /// <summary>The result with its findings.</summary>
    public required CaptureResult Result { get; init; }

    /// <summary>Maps, stored compressed.</summary>
    public required CubeMaps Maps { get; init; }

    /// <summary>Names and colours for the maps.</summary>
    public required IReadOnlyList<ModelClass> Classes { get; init; }

    /// <summary>Overlay as PNG.</summary>
    public required byte[] OverlayPng { get; init; }

    /// <summary>Alert changes that this cube caused.</summary>
    public required IReadOnlyList<AlertTransition> Transitions { get; init; }

    /// <summary>Every alert open after this cube (including its hysteresis counters).</summary>
    public required IReadOnlyList<Alert> OpenAlerts { get; init; }

    /// <summary>The capture's ledger; null for a recording.</summary>
    public KeptLedger? Ledger { get; init; }

    /// <summary>Messages to send.</summary>
    public required IReadOnlyList<OutboxMessage> Messages { get; init; }
}
