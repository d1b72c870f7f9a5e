namespace HsiEdge.Core.Trigger;

/// <summary>
/// Tells a good input line from a stuck, chattering or floating one, and counts lost edges. Pure: fed with edges and with the time, in ns on one clock.
/// A fault is there within a second of what shows it, if <see cref="Check"/> is asked at least every 250 ms, and goes
/// <see cref="LineLimits.GoodAfter"/> after the last of it. Of several the gravest is named: floating, chattering, stuck, lost edges. Thread-safe.
/// </summary>
public sealed class LineWatch
{
    private const long Second = 1_000_000_000;
    private readonly Lock _gate = new();
    private readonly LineLimits _limits;
    private readonly long[] _recent;
    private long _edges;
    private long _restlessSince;
    private long _lastEdge;
    private long? _activeSince;
    private long? _floatingAt;
    private long? _chatteringAt;
    private long? _lostAt;

    /// <summary>Begins to watch.</summary>
    /// <param name="line">Which line.</param>
    /// <param name="limits">What a good one does not do.</param>
    /// <param name="active">Its level now.</param>
    /// <param name="now">Now in ns.</param>
    public LineWatch(PinLine line, LineLimits limits, bool active, long now)
    {
        ArgumentNullException.ThrowIfNull(line);
        ArgumentNullException.ThrowIfNull(limits);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limits.StuckAfter, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThan(limits.ChatterEdgesPerSecond, 2);
        Line = line;
        _limits = limits;
        _recent = new long[limits.ChatterEdgesPerSecond + 1];
        _activeSince = active ? now : null;
        _lastEdge = now - Nanoseconds(LineLimits.Stable);
    }

    /// <summary>The line.</summary>
    public PinLine Line { get; }

    /// <summary>Edges that the kernel lost so far.</summary>
    public long LostEdges { get; private set; }

    /// <summary>Takes one edge of the line.</summary>
    /// <param name="edge">In the order the kernel saw them.</param>
    public void Observe(in PinEdge edge)
    {
        lock (_gate)
        {
            // A kernel whose clock steps back within a line is none we know; the order is worth more than the figure.
            var at = Math.Max(edge.TimestampNanoseconds, _lastEdge);
            if (at - _lastEdge >= Nanoseconds(LineLimits.Stable))
            {
                _restlessSince = at;
            }

            _lastEdge = at;
            _recent[_edges % _recent.Length] = at;
            _edges++;
            if (edge.LostBefore > 0)
            {
                LostEdges += edge.LostBefore;
                _lostAt = at;
            }

            if (IsChatter(at))
            {
                _chatteringAt = at;
            }

            if (at - _restlessSince >= Nanoseconds(LineLimits.FloatingAfter))
            {
                _floatingAt = at;
            }

            // A lost release ends the press before it.
            _activeSince = !edge.Active ? null : edge.LostBefore > 0 ? at : _activeSince ?? at;
        }
    }

    /// <summary>Takes the level that the kernel reports between edges: an edge that was lost last leaves no other trace.</summary>
    /// <param name="active">The level.</param>
    /// <param name="now">When it was read, in ns.</param>
    public void ObserveLevel(bool active, long now)
    {
        lock (_gate)
        {
            _activeSince = active ? _activeSince ?? now : null;
        }
    }

    /// <summary>What is wrong with the line, or null.</summary>
    /// <param name="now">Now in ns.</param>
    public LineFault? Check(long now)
    {
        lock (_gate)
        {
            return Shows(_floatingAt, now) ? Fault(
                    LineFaultKind.Floating, $"has no stable level; expected rest between two uses. Its presses are not taken. Check that its wire is on the pin and its ground connected, and that the profile asks for the right bias ({Line.Bias})")
                : Shows(_chatteringAt, now) ? Fault(
                    LineFaultKind.Chattering, $"chatters; expected at most {_limits.ChatterEdgesPerSecond} edges a second. Check the contact and its cable, or raise debounceMicroseconds ({Line.DebounceMicroseconds:0}) in the board's profile")
                : IsStuck(now) ? Fault(
                    LineFaultKind.Stuck, $"is held active for more than {_limits.StuckAfter.TotalSeconds:0.###} s. Check the pedal and its cable for a jam or a short, and activeLow ({(Line.ActiveLow ? "true" : "false")}) in the board's profile")
                : Shows(_lostAt, now) ? Fault(
                    LineFaultKind.LostEdges, $"lost edges, {LostEdges} so far: they came faster than they were read. Check for chatter, and that nothing else starves this machine")
                : null;
        }
    }

    private static long Nanoseconds(TimeSpan time) => time.Ticks * 100;

    private static bool Shows(long? at, long now) => at is { } then && now - then < Nanoseconds(LineLimits.GoodAfter);

    /// <summary>Only what people hold can be stuck: an interlock is active all day.</summary>
    private bool IsStuck(long now) => Line.Role == PinRole.Footswitch && _activeSince is { } since && now - since >= Nanoseconds(_limits.StuckAfter);

    /// <summary>The oldest of the last n + 1 edges is less than a second old.</summary>
    private bool IsChatter(long at) => _edges >= _recent.Length && at - _recent[_edges % _recent.Length] < Second;

    private LineFault Fault(LineFaultKind kind, string what) => new(Line, kind, $"the line {Line} {what}.");
}
