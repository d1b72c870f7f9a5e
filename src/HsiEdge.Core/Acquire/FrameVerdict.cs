namespace HsiEdge.Core.Acquire;

/// <summary>What a <see cref="CaptureLedger"/> takes a frame for.</summary>
public enum FrameVerdict
{
    /// <summary>The complete frame of a pulse, in time.</summary>
    Paired,

    /// <summary>The complete frame of a pulse, after its time.</summary>
    Late,

    /// <summary>A frame with parts missing: its pulse stays unanswered.</summary>
    Incomplete,

    /// <summary>It answers no pulse, or which one is not certain: a duplicate, one of an earlier capture, or a step that the plan does not have.</summary>
    Spurious,
}
