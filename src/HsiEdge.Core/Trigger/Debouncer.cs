namespace HsiEdge.Core.Trigger;

/// <summary>
/// Lets a level count only when it stood for a time, as the kernel does where it can; where the kernel has done so already every level stands long enough
/// and nothing is lost. Pure: fed with the edges of one line and with the time, in ns. An edge that counts keeps its own time.
/// </summary>
public sealed class Debouncer
{
    private readonly long _nanoseconds;
    private bool _active;
    private PinEdge? _candidate;

    /// <summary>Begins.</summary>
    /// <param name="microseconds">How long a level must stand, ≥ 0; 0 lets every edge count.</param>
    /// <param name="active">The level now.</param>
    public Debouncer(double microseconds, bool active)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(microseconds);
        _nanoseconds = (long)Math.Ceiling(microseconds * 1000);
        _active = active;
    }

    /// <summary>When to ask <see cref="Elapse"/> next, in ns; null while nothing waits.</summary>
    public long? DueNanoseconds => _candidate?.TimestampNanoseconds + _nanoseconds;

    /// <summary>Takes one edge.</summary>
    /// <param name="edge">In the order the kernel saw them.</param>
    /// <returns>The edge that counts by now, or null: the edge before, if its level stood until this one; or this one.</returns>
    public PinEdge? Take(in PinEdge edge)
    {
        var before = Elapse(edge.TimestampNanoseconds);
        if (edge.LostBefore > 0 && edge.Active)
        {
            // The release between two presses is among the lost.
            _active = false;
        }

        _candidate = edge.Active == _active ? null : edge;
        return before ?? (_nanoseconds == 0 ? Elapse(edge.TimestampNanoseconds) : null);
    }

    /// <summary>Lets time pass.</summary>
    /// <param name="now">Now in ns; every edge up to then has been taken.</param>
    /// <returns>The edge that counts by now, or null.</returns>
    public PinEdge? Elapse(long now)
    {
        if (_candidate is not { } edge || now - edge.TimestampNanoseconds < _nanoseconds)
        {
            return null;
        }

        (_active, _candidate) = (edge.Active, null);
        return edge;
    }
}
