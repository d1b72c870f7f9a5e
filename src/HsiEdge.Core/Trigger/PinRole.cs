namespace HsiEdge.Core.Trigger;

/// <summary>What a line of the board is wired to. Inputs and outputs as the box sees them.</summary>
public enum PinRole
{
    /// <summary>Input: the footswitch; active while it is pressed.</summary>
    Footswitch,

    /// <summary>Output: the camera's trigger input; each pulse makes one frame.</summary>
    CameraTrigger,

    /// <summary>Input: active while the camera exposes (its strobe or "exposure active" output).</summary>
    ExposureActive,

    /// <summary>Output: steps or selects the light source; one line, or several for one-hot and binary coding.</summary>
    SourceStep,

    /// <summary>Input: active when the light source has settled.</summary>
    SourceSync,

    /// <summary>Output: lamp that is lit while an alert is open.</summary>
    AlertLamp,

    /// <summary>Output: lamp that is lit while a trigger would be taken, and blinks at one that is refused.</summary>
    ReadyLamp,

    /// <summary>Input: active while it is safe to make light (door, lid, key switch closed).</summary>
    Interlock,
}
