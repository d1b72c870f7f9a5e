namespace HsiEdge.Core.Trigger;

/// <summary>
/// How far a pulse program has come, told while it runs: one thread writes, any may read, nobody locks or allocates. Times are ticks of
/// <see cref="TimeProvider.GetTimestamp"/>.
/// </summary>
public sealed class PulseProgress
{
    private readonly long[] _timestamps;
    private int _done;

    /// <summary>Makes an empty one.</summary>
    /// <param name="capacity">Most actions of a program, ≥ 1.</param>
    public PulseProgress(int capacity)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        _timestamps = new long[capacity];
    }

    /// <summary>Most actions of a program.</summary>
    public int Capacity => _timestamps.Length;

    /// <summary>Actions carried out so far: their timestamps stand.</summary>
    public int Done => Volatile.Read(ref _done);

    /// <summary>When an action was carried out: read right before its write, so that nothing it causes is earlier.</summary>
    /// <param name="action">Its index in the program, below <see cref="Done"/>.</param>
    public long this[int action]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(action);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(action, Done);
            return _timestamps[action];
        }
    }

    /// <summary>For the engine: enters the next action.</summary>
    /// <param name="timestamp">When it was carried out.</param>
    public void Add(long timestamp)
    {
        _timestamps[_done] = timestamp;
        Volatile.Write(ref _done, _done + 1);
    }

    /// <summary>Empties it for another program; not while one runs.</summary>
    public void Reset() => Volatile.Write(ref _done, 0);
}
