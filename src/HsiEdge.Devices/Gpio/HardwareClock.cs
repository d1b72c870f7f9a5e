namespace HsiEdge.Devices.Gpio;

/// <summary>
/// Puts the hardware timestamp engine's clock on CLOCK_MONOTONIC. An edge is read after it happened, so each reading bounds the difference of the clocks from above;
/// the least of the late readings is kept, and let grow by what two crystals may drift apart.
/// </summary>
internal sealed class HardwareClock
{
    // Two crystals of 50 ppm each.
    private const double LargestDrift = 100e-6;

    // A difference that jumps by more is another clock (the engine was set again), not a late reading.
    private const long RestartNanoseconds = 1_000_000_000;
    private long? _difference;
    private long _received;

    /// <summary>Converts one stamp.</summary>
    /// <param name="stamped">Time of the engine in ns.</param>
    /// <param name="received">CLOCK_MONOTONIC in ns when it was read.</param>
    /// <returns>CLOCK_MONOTONIC in ns, never after <paramref name="received"/>.</returns>
    public long ToMonotonic(long stamped, long received)
    {
        var seen = received - stamped;
        var grown = _difference is { } known ? known + (long)((received - _received) * LargestDrift) : long.MaxValue;
        _difference = _difference is null || seen < grown || seen - grown > RestartNanoseconds ? seen : grown;
        _received = received;
        return Math.Min(received, stamped + _difference.Value);
    }
}
