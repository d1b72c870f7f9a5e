namespace HsiEdge.Core.Trigger;

/// <summary>
/// Between the kernel's time of an edge (ns on CLOCK_MONOTONIC) and ticks of a <see cref="TimeProvider"/>: on Linux the same clock, in other units where
/// a test brings its own.
/// </summary>
public static class KernelTime
{
    private const long NanosecondsPerSecond = 1_000_000_000;

    /// <summary>Now in ns.</summary>
    /// <param name="time">Source of the time.</param>
    public static long Nanoseconds(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        return Nanoseconds(time, time.GetTimestamp());
    }

    /// <summary>An edge's time as the provider counts.</summary>
    /// <param name="time">Source of the time.</param>
    /// <param name="nanoseconds">Kernel time in ns.</param>
    public static long ToTimestamp(TimeProvider time, long nanoseconds)
    {
        ArgumentNullException.ThrowIfNull(time);
        var now = time.GetTimestamp();
        var age = Nanoseconds(time, now) - nanoseconds;
        return now - (long)((Int128)age * time.TimestampFrequency / NanosecondsPerSecond);
    }

    /// <summary>A provider that counts from the year 1 runs over here, and only differences count: they are right all the same.</summary>
    private static long Nanoseconds(TimeProvider time, long timestamp) =>
        time.TimestampFrequency == NanosecondsPerSecond ? timestamp : unchecked((long)((Int128)timestamp * NanosecondsPerSecond / time.TimestampFrequency));
}
