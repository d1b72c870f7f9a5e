namespace HsiEdge.Core.Cubes;

/// <summary>Order of values in a cube's memory or file, as ENVI defines it.</summary>
public enum Interleave
{
    /// <summary>Band-sequential: band, then line, then sample (sample is fastest).</summary>
    Bsq,

    /// <summary>Band-interleaved-by-line: line, then band, then sample (sample is fastest).</summary>
    Bil,

    /// <summary>Band-interleaved-by-pixel: line, then sample, then band (band is fastest).</summary>
    Bip,
}
