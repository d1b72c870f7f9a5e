namespace HsiEdge.Devices.GenICam;

/// <summary>What became of a camera's frames over all its goings and comings: figures that only grow.</summary>
internal sealed class CameraHistory
{
    private readonly Lock _gate = new();
    private GenICamCounters _former = GenICamCounters.None;
    private FrameStream? _stream;
    private long _losses;
    private long _begun;

    /// <summary>All frames so far. A stream that has ended counts with what it had in the end.</summary>
    public GenICamCounters Totals
    {
        get
        {
            lock (_gate)
            {
                return _stream is null ? GenICamCounters.None : _former.Plus(_stream.Counters);
            }
        }
    }

    /// <summary>How often it went away.</summary>
    public long Losses => Interlocked.Read(ref _losses);

    /// <summary>How often it was found again.</summary>
    public long Reconnects => Math.Max(0, Interlocked.Read(ref _begun) - 1);

    /// <summary>It is there, with a new stream.</summary>
    public void Begin(FrameStream stream)
    {
        lock (_gate)
        {
            _former = _stream is null ? _former : _former.Plus(_stream.Counters);
            _stream = stream;
        }

        Interlocked.Increment(ref _begun);
    }

    /// <summary>It went away.</summary>
    public void Lose() => Interlocked.Increment(ref _losses);
}
