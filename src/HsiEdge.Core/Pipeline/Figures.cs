using System.Diagnostics.Metrics;

namespace HsiEdge.Core.Pipeline;

/// <summary>What the instruments of all stages have in common. docs/metrics.md lists every instrument.</summary>
public static class Figures
{
    private static readonly double[] Buckets = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60];

    /// <summary>Makes a histogram of durations in s, with buckets from 1 ms to 1 min.</summary>
    /// <param name="meter">Its meter.</param>
    /// <param name="name">Its name.</param>
    /// <param name="description">What it measures.</param>
    public static Histogram<double> Durations(Meter meter, string name, string description)
    {
        ArgumentNullException.ThrowIfNull(meter);
        return meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Buckets });
    }

    /// <summary>The word for a value in an attribute, as the messages have it.</summary>
    /// <param name="value">The value.</param>
    public static string Word<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
