namespace HsiEdge.Core.Publish;

/// <summary>The signs of life of one stage; see <see cref="Liveness"/>. Beating is free of locks and allocations.</summary>
public sealed class Heartbeat : IDisposable
{
    private const long Resting = long.MinValue;
    private readonly string _stage;
    private readonly TimeProvider _time;
    private readonly Action<Heartbeat> _forget;
    private long _limitTicks;
    private long _last = Resting;
    private string? _ended;

    internal Heartbeat(string stage, TimeSpan limit, TimeProvider time, Action<Heartbeat> forget)
    {
        (_stage, _time, _forget, _limitTicks) = (stage, time, forget, limit.Ticks);
    }

    /// <summary>Nobody watches: for tools, and where a part stands alone.</summary>
    public static Heartbeat Unwatched { get; } = new("unwatched", TimeSpan.MaxValue, TimeProvider.System, static _ => { });

    /// <summary>At work and alive: begins a work, or goes on with it.</summary>
    public void Beat() => Volatile.Write(ref _last, _time.GetTimestamp());

    /// <summary>Waits for work: silence says nothing until the next beat.</summary>
    public void Rest() => Volatile.Write(ref _last, Resting);

    /// <summary>Begins a work that may be silent for longer than others, or for as long as they may.</summary>
    /// <param name="limit">Longest silence from now on.</param>
    public void Beat(TimeSpan limit)
    {
        Volatile.Write(ref _limitTicks, limit.Ticks);
        Beat();
    }

    /// <summary>The stage ended without being told to: it is dead for good.</summary>
    /// <param name="reason">Why.</param>
    public void End(string reason) => Volatile.Write(ref _ended, reason);

    /// <summary>The stage ended as it should and is not watched any more.</summary>
    public void Dispose() => _forget(this);

    internal LifeSign Read()
    {
        var last = Volatile.Read(ref _last);
        var limit = new TimeSpan(Volatile.Read(ref _limitTicks));
        var silent = last == Resting ? TimeSpan.Zero : _time.GetElapsedTime(last);
        return Volatile.Read(ref _ended) is { } ended ? new LifeSign(_stage, Alive: false, $"{_stage} ended: {ended}")
            : silent > limit ? new LifeSign(_stage, Alive: false, FormattableString.Invariant($"{_stage} has been silent for {silent.TotalSeconds:0.0} s; its limit is {limit.TotalSeconds:0.###} s"))
            : new LifeSign(_stage, Alive: true, "");
    }
}
