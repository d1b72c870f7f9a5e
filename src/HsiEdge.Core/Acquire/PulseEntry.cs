namespace HsiEdge.Core.Acquire;

/// <summary>A pulse in the books while they are open.</summary>
internal struct PulseEntry
{
    /// <summary>A pulse not yet sent.</summary>
    public static PulseEntry Open => new() { Frame = -1 };

    /// <summary>When it was sent, in ticks.</summary>
    public long? Sent { get; set; }

    /// <summary>Its exposure edge, in ticks.</summary>
    public long? Edge { get; set; }

    /// <summary>Index of its frame, complete or not; −1 for none.</summary>
    public int Frame { get; set; }

    /// <summary>Whether that frame is complete.</summary>
    public bool IsAnswered { get; set; }
}

/// <summary>A frame in the books while they are open.</summary>
internal readonly record struct FrameEntry(ulong Id, ulong DeviceNanoseconds, long Host, bool Complete, bool IsStated, FrameVerdict Verdict, int Step);
