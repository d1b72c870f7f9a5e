namespace HsiEdge.Core.Infer;

/// <summary>Probability of each class for each pixel: lines × samples × classes, class fastest, 0…1, summing to 1; NaN where there is no data.</summary>
public sealed class ProbabilityMap
{
    /// <summary>Makes a map over a buffer that it owns from here on.</summary>
    /// <param name="lines">Lines ≥ 1.</param>
    /// <param name="samples">Samples ≥ 1.</param>
    /// <param name="classes">Classes ≥ 1.</param>
    /// <param name="values">lines × samples × classes values, or null for a new buffer.</param>
    public ProbabilityMap(int lines, int samples, int classes, float[]? values = null)
    {
        Lines = lines;
        Samples = samples;
        Classes = classes;
        Values = values ?? new float[checked(lines * samples * classes)];
        if (Values.Length != lines * samples * classes)
        {
            throw new ArgumentException($"{Values.Length} values for {lines} × {samples} × {classes}.", nameof(values));
        }
    }

    /// <summary>Lines (rows).</summary>
    public int Lines { get; }

    /// <summary>Samples (columns).</summary>
    public int Samples { get; }

    /// <summary>Number of classes.</summary>
    public int Classes { get; }

    /// <summary>lines × samples × classes values, class fastest.</summary>
    public float[] Values { get; }

    /// <summary>Probabilities of one pixel, one a class.</summary>
    /// <param name="line">Line, 0-based.</param>
    /// <param name="sample">Sample, 0-based.</param>
    public ReadOnlySpan<float> At(int line, int sample) => Values.AsSpan(((line * Samples) + sample) * Classes, Classes);
}
