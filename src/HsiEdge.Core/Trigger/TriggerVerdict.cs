namespace HsiEdge.Core.Trigger;

/// <summary>What became of a <see cref="TriggerEvent"/>: each gets exactly one verdict.</summary>
public enum TriggerVerdict
{
    /// <summary>A cube was captured and its result recorded.</summary>
    Captured,

    /// <summary>Not taken, with a reason (busy, safe mode, disk full).</summary>
    Refused,

    /// <summary>Taken, but no usable cube came of it, with the reason (camera fault, store fault).</summary>
    Missed,
}
