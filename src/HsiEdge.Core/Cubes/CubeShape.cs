namespace HsiEdge.Core.Cubes;

/// <summary>Size of a cube: lines × samples × bands, each at least 1.</summary>
public readonly record struct CubeShape
{
    /// <summary>Makes a shape.</summary>
    /// <param name="lines">Number of lines (rows), ≥ 1.</param>
    /// <param name="samples">Number of samples (columns), ≥ 1.</param>
    /// <param name="bands">Number of bands, ≥ 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A size is below 1.</exception>
    public CubeShape(int lines, int samples, int bands)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lines, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(bands, 1);
        Lines = lines;
        Samples = samples;
        Bands = bands;
    }

    /// <summary>Number of lines (rows).</summary>
    public int Lines { get; }

    /// <summary>Number of samples (columns).</summary>
    public int Samples { get; }

    /// <summary>Number of bands.</summary>
    public int Bands { get; }

    /// <summary>lines × samples.</summary>
    public long PixelCount => (long)Lines * Samples;

    /// <summary>lines × samples × bands.</summary>
    public long ValueCount => PixelCount * Bands;

    /// <summary>Distance in values between neighbours along each axis for an interleave.</summary>
    /// <param name="interleave">The memory order.</param>
    /// <returns>Strides of line, sample and band, in values (not bytes).</returns>
    public (long Line, long Sample, long Band) Strides(Interleave interleave) => interleave switch
    {
        Interleave.Bsq => (Samples, 1, PixelCount),
        Interleave.Bil => ((long)Samples * Bands, 1, Samples),
        Interleave.Bip => ((long)Samples * Bands, Bands, 1),
        _ => throw new ArgumentOutOfRangeException(nameof(interleave), interleave, "not an interleave"),
    };

    /// <inheritdoc/>
    public override string ToString() => $"{Lines} lines × {Samples} samples × {Bands} bands";
}
