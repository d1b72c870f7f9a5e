namespace HsiEdge.Core.Calibrate;

/// <summary>Whether a pixel's spectrum can be classified. Anything but <see cref="Valid"/> becomes "no data" (class 0), counted, never classified.</summary>
public enum PixelState : byte
{
    /// <summary>Usable.</summary>
    Valid = 0,

    /// <summary>At least one band at or above the saturation level.</summary>
    Saturated = 1,

    /// <summary>Signal too close to dark (white − dark or raw − dark below the limit) for a ratio to mean anything.</summary>
    UnderExposed = 2,

    /// <summary>Named by the bad-pixel map.</summary>
    Dead = 3,

    /// <summary>The source holds no value (data ignore value, NaN, infinity).</summary>
    Missing = 4,
}
