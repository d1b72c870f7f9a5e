namespace HsiEdge.Core.Acquire;

/// <summary>
/// Pairs the trigger pulses of one capture with the frames they made, by band number, frame counter and time. Not safe for several threads.
/// </summary>
public sealed class FrameLedger : ICapturePulses
{
    private readonly bool[] _answered;
    private readonly ScanPlan _plan;
    private readonly TimeProvider _time;
    private readonly double _lateAfterMilliseconds;
    private readonly long _begunTimestamp;
    private long _previousTimestamp;
    private ulong? _lastFrameId;
    private int _paired;
    private int _late;
    private int _spurious;

    /// <summary>Opens the ledger of one capture; one pulse a band will be sent.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="time">Clock of the frames' host timestamps.</param>
    /// <param name="lateAfterMilliseconds">Time for a frame beyond settle time and exposure after which it is late, in ms.</param>
    public FrameLedger(ScanPlan plan, TimeProvider time, double lateAfterMilliseconds)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(time);
        _plan = plan;
        _time = time;
        _lateAfterMilliseconds = lateAfterMilliseconds;
        _answered = new bool[plan.Wavelengths.Count];
        _begunTimestamp = time.GetTimestamp();
        _previousTimestamp = _begunTimestamp;
    }

    /// <summary>Whether every pulse has its frame.</summary>
    public bool IsComplete => _paired + _late == _answered.Length;

    /// <summary>Host timestamp of the last frame, or of the opening.</summary>
    public long LastTimestamp => _previousTimestamp;

    /// <summary>The first band without a usable frame; −1 when none is missing.</summary>
    public int FirstMissingBand => Array.IndexOf(_answered, false);

    /// <summary>Enters one frame.</summary>
    /// <param name="frame">The frame as it arrived.</param>
    /// <returns>What it is; only <see cref="FrameVerdict.Paired"/> and <see cref="FrameVerdict.Late"/> ones belong in the cube.</returns>
    public FrameVerdict Enter(BandFrame frame)
    {
        ArgumentNullException.ThrowIfNull(frame);
        var isOld = frame.HostTimestamp < _begunTimestamp || (_lastFrameId is { } last && frame.FrameId <= last);
        if (isOld || frame.Step is not { } step || step < 0 || step >= _answered.Length || _answered[step])
        {
            _spurious++;
            return FrameVerdict.Spurious;
        }

        _lastFrameId = frame.FrameId;
        var waitMilliseconds = _time.GetElapsedTime(_previousTimestamp, frame.HostTimestamp).TotalMilliseconds;
        _previousTimestamp = frame.HostTimestamp;
        if (!frame.Complete)
        {
            return FrameVerdict.Incomplete;
        }

        _answered[step] = true;
        if (waitMilliseconds - DueMilliseconds(step) > _lateAfterMilliseconds)
        {
            _late++;
            return FrameVerdict.Late;
        }

        _paired++;
        return FrameVerdict.Paired;
    }

    /// <inheritdoc/>
    public void Sent(int step, long timestamp)
    {
    }

    /// <inheritdoc/>
    public void ExposureSeen(long timestamp)
    {
    }

    /// <summary>Settle time and exposure of a band in ms: when its frame can be there at the earliest.</summary>
    /// <param name="band">Band of the plan, 0-based.</param>
    public double DueMilliseconds(int band) => (_plan.SettleMicroseconds + _plan.ExposureMicroseconds[band]) / 1000;

    /// <summary>Closes the books: sent = paired + late + missed.</summary>
    public LedgerSummary Summarize() => new(_answered.Length, _paired, _late, _answered.Length - _paired - _late, _spurious);
}
