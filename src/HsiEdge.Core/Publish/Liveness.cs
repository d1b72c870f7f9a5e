namespace HsiEdge.Core.Publish;

/// <summary>
/// Which stages show signs of life, by the monotonic clock. A stage asks for a <see cref="Heartbeat"/> and beats: one that is at work and silent for longer
/// than its limit, or that ended without being told to, is dead, whatever the health board says. Thread-safe.
/// </summary>
public sealed class Liveness
{
    private readonly TimeProvider _time;
    private readonly Lock _gate = new();
    private readonly List<Heartbeat> _stages = [];

    /// <summary>Watches nothing yet.</summary>
    /// <param name="time">Source of the time.</param>
    public Liveness(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
    }

    /// <summary>Begins to watch a stage, which is at rest until its first beat.</summary>
    /// <param name="stage">Its name, for people.</param>
    /// <param name="limit">Longest silence while it is at work, &gt; 0.</param>
    /// <returns>What the stage beats; disposed when the stage ends as it should.</returns>
    public Heartbeat Watch(string stage, TimeSpan limit)
    {
        ArgumentException.ThrowIfNullOrEmpty(stage);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(limit, TimeSpan.Zero);
        var heartbeat = new Heartbeat(stage, limit, _time, Forget);
        lock (_gate)
        {
            _stages.Add(heartbeat);
        }

        return heartbeat;
    }

    /// <summary>Every stage that is watched now, in the order of their names.</summary>
    public IReadOnlyList<LifeSign> Read()
    {
        lock (_gate)
        {
            return [.. _stages.Select(s => s.Read()).OrderBy(s => s.Stage, StringComparer.Ordinal)];
        }
    }

    private void Forget(Heartbeat heartbeat)
    {
        lock (_gate)
        {
            _stages.Remove(heartbeat);
        }
    }
}
