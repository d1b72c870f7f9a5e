namespace HsiEdge.Core.Calibrate;

/// <summary>What is known to be wrong with a result's calibration; travels with the result. Stale and drifted inhibit alerts visibly.</summary>
[Flags]
public enum CalibrationFlags
{
    /// <summary>Nothing is wrong.</summary>
    None = 0,

    /// <summary>The references are older than the limit.</summary>
    Stale = 1,

    /// <summary>The references no longer fit what the camera sees (level or temperature drift).</summary>
    Drifted = 2,

    /// <summary>More than the allowed share of pixels is saturated.</summary>
    ManySaturated = 4,

    /// <summary>More than the allowed share of pixels is under-exposed.</summary>
    ManyUnderExposed = 8,

    /// <summary>The cube's bands were resampled to the model's.</summary>
    Resampled = 16,
}
