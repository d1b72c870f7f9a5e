using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// A dark or white reference in counts: one averaged line (1 × samples × bands) or a full frame (lines × samples × bands).
/// Values are stored sample-major, band fastest (BIP).
/// </summary>
public sealed class ReferenceFrame
{
    private readonly float[] _values;
    private double[]? _bandMeans;

    /// <summary>Makes a reference.</summary>
    /// <param name="shape">1 line or as many as the cube has; samples and bands of the cube.</param>
    /// <param name="values">Counts in BIP order; owned from here on.</param>
    public ReferenceFrame(CubeShape shape, float[] values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.LongLength != shape.ValueCount)
        {
            throw new ArgumentException($"{values.LongLength} values for {shape}.", nameof(values));
        }

        Shape = shape;
        _values = values;
    }

    /// <summary>Size; one line when averaged.</summary>
    public CubeShape Shape { get; }

    /// <summary>Counts of one pixel, one a band.</summary>
    /// <param name="line">Line of the cube; ignored when the reference is one averaged line.</param>
    /// <param name="sample">Sample of the cube.</param>
    public ReadOnlySpan<float> Spectrum(int line, int sample) =>
        _values.AsSpan((((Shape.Lines == 1 ? 0 : line) * Shape.Samples) + sample) * Shape.Bands, Shape.Bands);

    /// <summary>Mean counts of each capture that was averaged, in the order they were taken; empty where that is not known.</summary>
    public IReadOnlyList<double> CaptureMeans { get; init; } = [];

    /// <summary>All counts in BIP order.</summary>
    public ReadOnlySpan<float> Values => _values;

    /// <summary>Mean of the finite counts of each band; NaN where a band has none. Computed once.</summary>
    public IReadOnlyList<double> BandMeans() => _bandMeans ??= ComputeBandMeans();

    /// <summary>Mean of all finite counts; NaN when there is none.</summary>
    public double Mean()
    {
        double sum = 0;
        long count = 0;
        foreach (var value in _values)
        {
            if (float.IsFinite(value))
            {
                sum += value;
                count++;
            }
        }

        return sum / count;
    }

    private double[] ComputeBandMeans()
    {
        var sums = new double[Shape.Bands];
        var counts = new long[Shape.Bands];
        for (var i = 0; i < _values.Length; i++)
        {
            if (float.IsFinite(_values[i]))
            {
                sums[i % sums.Length] += _values[i];
                counts[i % sums.Length]++;
            }
        }

        return [.. sums.Zip(counts, (sum, count) => sum / count)];
    }
}
