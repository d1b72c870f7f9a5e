namespace HsiEdge.Core.Infer;

/// <summary>Class of each pixel, lines × samples, sample fastest: 0 = no data, otherwise position in the card + 1.</summary>
public sealed class ClassMap
{
    /// <summary>Value of a pixel without data.</summary>
    public const byte NoData = 0;

    /// <summary>Makes a map over a buffer that it owns from here on.</summary>
    /// <param name="lines">Lines ≥ 1.</param>
    /// <param name="samples">Samples ≥ 1.</param>
    /// <param name="values">lines × samples values, or null for a new buffer of no data.</param>
    public ClassMap(int lines, int samples, byte[]? values = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(lines, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(samples, 1);
        Lines = lines;
        Samples = samples;
        Values = values ?? new byte[checked(lines * samples)];
        if (Values.Length != lines * samples)
        {
            throw new ArgumentException($"{Values.Length} values for {lines} × {samples}.", nameof(values));
        }
    }

    /// <summary>Lines (rows).</summary>
    public int Lines { get; }

    /// <summary>Samples (columns).</summary>
    public int Samples { get; }

    /// <summary>lines × samples values.</summary>
    public byte[] Values { get; }

    /// <summary>Class of one pixel.</summary>
    /// <param name="line">Line, 0-based.</param>
    /// <param name="sample">Sample, 0-based.</param>
    public byte this[int line, int sample] => Values[(line * Samples) + sample];
}
