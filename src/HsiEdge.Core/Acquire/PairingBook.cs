using System.Runtime.InteropServices;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// Finds which frame answers which pulse, as frames arrive (docs/decisions/0013-pairing.md). What it rests on: a trigger makes at most one exposure, each exposure
/// takes the camera's next number, a frame never arrives before its pulse. Not safe for several threads; all times in ticks of the clock.
/// </summary>
internal sealed class PairingBook
{
    private readonly ScanSchedule _schedule;
    private readonly long _begun;
    private readonly double _ticksPerMicrosecond;
    private readonly PulseEntry[] _pulses;
    private readonly List<FrameEntry> _frames;
    private readonly Dictionary<ulong, ulong> _deviceTimeOfId;
    private readonly PairingClock _clock;
    private readonly EarlierFrames _earlier;
    private int _sent;
    private int _answered;
    private int _anchor = -1;

    public PairingBook(ScanSchedule schedule, EarlierFrames earlier, long begun, long ticksPerSecond)
    {
        _schedule = schedule;
        _earlier = earlier;
        _begun = LastTimestamp = begun;
        _ticksPerMicrosecond = ticksPerSecond / 1e6;
        _pulses = new PulseEntry[schedule.Steps.Count];
        Array.Fill(_pulses, PulseEntry.Open);
        _frames = new List<FrameEntry>(_pulses.Length + 4);
        _deviceTimeOfId = new Dictionary<ulong, ulong>(_pulses.Length + 4);
        _clock = new PairingClock(schedule, _ticksPerMicrosecond);
    }

    public IReadOnlyList<PulseEntry> Pulses => _pulses;

    public IReadOnlyList<FrameEntry> Frames => _frames;

    public bool IsComplete => Doubt is null && _answered == _pulses.Length;

    public long LastTimestamp { get; private set; }

    public string? Doubt { get; private set; }

    public int FirstMissingStep => _answered == _pulses.Length ? -1 : Array.FindIndex(_pulses, p => !p.IsAnswered);

    /// <summary>A pulsed camera's frames come after their pulses; a free-running one's pulses are reckoned from its frames, so that time says nothing there.</summary>
    private bool TimeCounts => !_schedule.IsPushbroom;

    public void Sent(int step, long timestamp)
    {
        if ((uint)step < (uint)_pulses.Length && _pulses[step].Sent is null)
        {
            _pulses[step].Sent = timestamp;
            _sent++;
        }
    }

    public FrameVerdict Enter(BandFrame frame, double lateAfterMicroseconds, out int step)
    {
        step = Match(frame);
        var verdict = FrameVerdict.Spurious;
        if (step >= 0)
        {
            LastTimestamp = Math.Max(LastTimestamp, frame.HostTimestamp);
            verdict = !frame.Complete ? FrameVerdict.Incomplete
                : OffsetMicroseconds(step, frame.HostTimestamp) > lateAfterMicroseconds ? FrameVerdict.Late : FrameVerdict.Paired;
            _pulses[step].Frame = _frames.Count;
            _pulses[step].IsAnswered = frame.Complete;
            _answered += frame.Complete ? 1 : 0;
        }

        _frames.Add(new FrameEntry(
            frame.FrameId, frame.DeviceTimestampNanoseconds, frame.HostTimestamp, frame.Complete, IsStated: frame.Step is not null, verdict, step));
        if (step >= 0 && frame.Step is null && (_anchor < 0 || step > _frames[_anchor].Step))
        {
            _anchor = _frames.Count - 1;
        }

        return verdict;
    }

    /// <summary>From the pulse to the arrival, less the exposure, in µs.</summary>
    public double OffsetMicroseconds(int step, long host) =>
        ((host - _pulses[step].Sent!.Value) / _ticksPerMicrosecond) - _schedule.Steps[step].ExposureMicroseconds;

    public long? OwedUntil(double timeoutMicroseconds)
    {
        long? until = null;
        for (var i = 0; i < _pulses.Length; i++)
        {
            if (_pulses[i] is { Sent: { } sent, Frame: < 0 })
            {
                until = Math.Max(until ?? 0, sent + (long)((_schedule.Steps[i].ExposureMicroseconds + timeoutMicroseconds) * _ticksPerMicrosecond));
            }
        }

        return until;
    }

    /// <summary>Weighs the edges and the whole capture, and takes back pairings that something speaks against.</summary>
    public void Audit(List<long> edges)
    {
        foreach (var (id, device) in _deviceTimeOfId)
        {
            _earlier.Add(id, device);
        }

        if (TimeCounts)
        {
            EnterEdges(edges);
        }

        if (_answered == _pulses.Length && Doubt is null)
        {
            return;
        }

        // Of a capture that is lost, what stays paired in the ledger is only what is certain in itself.
        var chainIsSure = _anchor >= 0 && IsNewest(_frames[_anchor]);
        foreach (ref var frame in CollectionsMarshal.AsSpan(_frames))
        {
            if (frame is { Step: >= 0, IsStated: false } && (Doubt is not null || !(frame.DeviceNanoseconds != 0 ? chainIsSure : IsNewest(frame))))
            {
                TakeBack(ref frame);
            }
        }
    }

    /// <summary>Whether no later pulse was out yet when it arrived.</summary>
    private bool IsNewest(FrameEntry frame) => frame.Step + 1 >= _pulses.Length || !IsOut(frame.Step + 1, frame.Host);

    private bool IsOut(int step, long at) => _pulses[step].Sent is { } sent && sent <= at;

    private void TakeBack(ref FrameEntry frame)
    {
        if (_pulses[frame.Step].IsAnswered)
        {
            _pulses[frame.Step].IsAnswered = false;
            _answered--;
        }

        _pulses[frame.Step].Frame = -1;
        frame = frame with { Step = -1, Verdict = FrameVerdict.Spurious };
    }

    private int Match(BandFrame frame)
    {
        var isKnown = !_deviceTimeOfId.TryAdd(frame.FrameId, frame.DeviceTimestampNanoseconds);
        if (isKnown && frame.Step is null && _deviceTimeOfId[frame.FrameId] != frame.DeviceTimestampNanoseconds)
        {
            return Distrust($"frame number {frame.FrameId} came twice with different device times: the camera started again");
        }

        // A copy, or received before the first pulse was out: what was left of an earlier capture.
        if (isKnown || _earlier.Holds(frame.FrameId, frame.DeviceTimestampNanoseconds) || frame.HostTimestamp < _begun || _sent == 0 || (TimeCounts && !IsOut(0, frame.HostTimestamp)))
        {
            return -1;
        }

        return frame.Step is { } step ? MatchStated(frame, step) : Doubt is null ? MatchSilent(frame) : -1;
    }

    /// <summary>The camera says the step; its number and the time must not contradict.</summary>
    private int MatchStated(BandFrame frame, int step)
    {
        if ((uint)step >= (uint)_pulses.Length || _pulses[step].IsAnswered || _pulses[step].Sent is null || (TimeCounts && !IsOut(step, frame.HostTimestamp)))
        {
            return -1;
        }

        var (below, above) = (step - 1, step + 1);
        while (below >= 0 && _pulses[below].Frame < 0)
        {
            below--;
        }

        while (above < _sent && _pulses[above].Frame < 0)
        {
            above++;
        }

        var follows = below < 0 || Fits(frame.FrameId, _frames[_pulses[below].Frame].Id, step - below);
        var precedes = above >= _sent || Fits(_frames[_pulses[above].Frame].Id, frame.FrameId, above - step);
        return follows && precedes ? step : -1;
    }

    /// <summary>Numbers grow with the steps; where the camera runs free, by exactly one a step.</summary>
    private bool Fits(ulong later, ulong earlier, int steps) => later > earlier && (TimeCounts || later - earlier == (ulong)steps);

    /// <summary>Number and time alone say which step it is.</summary>
    private int MatchSilent(BandFrame frame)
    {
        if (_anchor < 0)
        {
            return _pulses[0].IsAnswered ? -1 : 0;
        }

        var anchor = _frames[_anchor];
        var byNumber = anchor.Step + unchecked((long)(frame.FrameId - anchor.Id));
        if (byNumber < 0 || byNumber >= _pulses.Length)
        {
            return Distrust($"frame number {frame.FrameId} belongs to no pulse of this capture");
        }

        var step = (int)byNumber;
        if (_pulses[step].IsAnswered || (TimeCounts && !IsOut(step, frame.HostTimestamp)))
        {
            return Distrust($"frame number {frame.FrameId} came before the pulse that its number stands for");
        }

        if (!TimeCounts || frame.DeviceTimestampNanoseconds == 0 || anchor.DeviceNanoseconds == 0 || _clock.Agrees(_pulses, anchor, frame, step))
        {
            return step;
        }

        // A trigger that the camera ignored takes no number: the frame is a later pulse's, and the camera's clock says which.
        for (var later = step + 1; later < _pulses.Length && IsOut(later, frame.HostTimestamp); later++)
        {
            if (!_pulses[later].IsAnswered && _clock.Agrees(_pulses, anchor, frame, later))
            {
                return later;
            }
        }

        return Distrust($"the device time of frame number {frame.FrameId} fits no pulse");
    }

    private int Distrust(string reason)
    {
        Doubt ??= reason;
        return -1;
    }

    private void EnterEdges(List<long> edges)
    {
        // The pulse's own timestamp is taken around the switching of the line, so its edge may seem a little earlier.
        const double SlackMicroseconds = 200;
        edges.Sort();
        var step = -1;
        var last = -1;
        foreach (var edge in edges)
        {
            while (step + 1 < _pulses.Length && IsOut(step + 1, edge + (long)(SlackMicroseconds * _ticksPerMicrosecond)))
            {
                step++;
            }

            if (step < 0 || _pulses[step].Edge is not null)
            {
                Distrust("the camera exposed more often than it was triggered");
                continue;
            }

            _pulses[step].Edge = edge;
            last = step;
        }

        for (var i = 0; i < last; i++)
        {
            // Edges come in order: with a later one seen, this pulse had none, and what it was paired with is not its own.
            if (_pulses[i] is { Edge: null, Frame: >= 0 } && _frames[_pulses[i].Frame] is { IsStated: false })
            {
                Distrust($"the pulse of step {i} started no exposure, yet a frame stands for it");
            }
        }
    }
}
