namespace HsiEdge.Core.Cubes;

/// <summary>What a cube's values mean.</summary>
public enum SpectralQuantity
{
    /// <summary>Detector counts (digital numbers): they need dark and white references.</summary>
    RawCounts,

    /// <summary>Reflectance R = (raw − dark)/(white − dark), dimensionless, nominally 0…1.</summary>
    Reflectance,

    /// <summary>Absorbance A = −log10 R, dimensionless.</summary>
    Absorbance,
}
