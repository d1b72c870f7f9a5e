namespace HsiEdge.Core.Acquire;

/// <summary>
/// The books of one capture: every pulse as it was sent, every exposure edge, every frame as it arrived, and which frame answers which pulse
/// (docs/decisions/0013-pairing.md). A frame is paired by its number and by time; what both do not settle is spurious, its pulse missed and the capture lost.
/// Thread-safe. Times are ticks of the clock; those of the closed ledger are µs after the trigger.
/// </summary>
public sealed class CaptureLedger : ICapturePulses
{
    private readonly Lock _gate = new();
    private readonly ScanSchedule _schedule;
    private readonly TriggerEventTime _origin;
    private readonly double _lateAfterMicroseconds;
    private readonly List<long> _edges = [];
    private readonly long _begun;
    private readonly PairingBook _book;
    private bool _closed;

    /// <summary>Opens the books of one capture.</summary>
    /// <param name="schedule">What will be sent.</param>
    /// <param name="triggerTimestamp">When the trigger was seen, in ticks of the clock: the zero of the ledger's times.</param>
    /// <param name="time">Clock of all timestamps.</param>
    /// <param name="lateAfterMilliseconds">Time for a frame beyond its exposure after which it is late, in ms.</param>
    public CaptureLedger(ScanSchedule schedule, long triggerTimestamp, TimeProvider time, double lateAfterMilliseconds)
        : this(schedule, triggerTimestamp, time, lateAfterMilliseconds, new EarlierFrames())
    {
    }

    /// <summary>As the other, for a camera of which earlier captures are known.</summary>
    /// <param name="schedule">What will be sent.</param>
    /// <param name="triggerTimestamp">When the trigger was seen.</param>
    /// <param name="time">Clock of all timestamps.</param>
    /// <param name="lateAfterMilliseconds">As above.</param>
    /// <param name="earlier">Frames of earlier captures of the same camera; this capture's join them when it is closed.</param>
    public CaptureLedger(ScanSchedule schedule, long triggerTimestamp, TimeProvider time, double lateAfterMilliseconds, EarlierFrames earlier)
    {
        ArgumentNullException.ThrowIfNull(schedule);
        ArgumentNullException.ThrowIfNull(time);
        _schedule = schedule;
        _origin = new TriggerEventTime(triggerTimestamp, 1e6 / time.TimestampFrequency);
        _lateAfterMicroseconds = lateAfterMilliseconds * 1000;
        _begun = time.GetTimestamp();
        _book = new PairingBook(schedule, earlier, _begun, time.TimestampFrequency);
    }

    /// <summary>Whether every pulse was sent and has its frame. Final once closed: closing may find that a pairing was not certain.</summary>
    public bool IsComplete
    {
        get
        {
            lock (_gate)
            {
                return _book.IsComplete;
            }
        }
    }

    /// <summary>Host timestamp of the last frame, or of the opening.</summary>
    public long LastTimestamp
    {
        get
        {
            lock (_gate)
            {
                return _book.LastTimestamp;
            }
        }
    }

    /// <summary>The first step without a usable frame; −1 when none is missing.</summary>
    public int FirstMissingStep
    {
        get
        {
            lock (_gate)
            {
                return _book.FirstMissingStep;
            }
        }
    }

    /// <summary>Why the pairing cannot be trusted, for people; null while nothing speaks against it.</summary>
    public string? Doubt
    {
        get
        {
            lock (_gate)
            {
                return _book.Doubt;
            }
        }
    }

    /// <inheritdoc/>
    public void Sent(int step, long timestamp)
    {
        lock (_gate)
        {
            _book.Sent(step, timestamp);
        }
    }

    /// <inheritdoc/>
    public void ExposureSeen(long timestamp)
    {
        lock (_gate)
        {
            // One from before the books were opened is an earlier capture's, told late.
            if (!_closed && timestamp >= _begun)
            {
                _edges.Add(timestamp);
            }
        }
    }

    /// <summary>Enters one frame.</summary>
    /// <param name="frame">The frame as it arrived.</param>
    /// <param name="step">The step that it answers; −1 when it is spurious.</param>
    /// <returns>What it is; only <see cref="FrameVerdict.Paired"/> and <see cref="FrameVerdict.Late"/> ones belong in the cube, and the cube counts only when <see cref="IsComplete"/> stands after <see cref="Close"/>.</returns>
    public FrameVerdict Enter(BandFrame frame, out int step)
    {
        ArgumentNullException.ThrowIfNull(frame);
        lock (_gate)
        {
            return _book.Enter(frame, _lateAfterMicroseconds, out step);
        }
    }

    /// <summary>Closes the books: weighs all evidence together, takes back what is not certain.</summary>
    /// <param name="sequence">Trigger sequence within the boot.</param>
    /// <param name="cause">What asked for the capture.</param>
    public TriggerLedger Close(long sequence, Trigger.TriggerCause cause)
    {
        lock (_gate)
        {
            if (!_closed)
            {
                _closed = true;
                _book.Audit(_edges);
            }

            return new TriggerLedger(sequence, cause, Pulses(), Frames());
        }
    }

    /// <summary>When the last frame still owed can have arrived at the latest, in ticks; null when none is owed. Ask once closed.</summary>
    /// <param name="timeoutMilliseconds">Time for a frame beyond its exposure after which it does not come any more, in ms.</param>
    public long? OwedUntil(double timeoutMilliseconds)
    {
        lock (_gate)
        {
            return _book.OwedUntil(timeoutMilliseconds * 1000);
        }
    }

    private LedgerPulse[] Pulses()
    {
        var pulses = new LedgerPulse[_schedule.Steps.Count];
        for (var i = 0; i < pulses.Length; i++)
        {
            var (step, entry) = (_schedule.Steps[i], _book.Pulses[i]);
            var verdict = !entry.IsAnswered ? PulseVerdict.Missed : _book.Frames[entry.Frame].Verdict == FrameVerdict.Late ? PulseVerdict.Late : PulseVerdict.Paired;
            pulses[i] = new LedgerPulse(
                i, step.Band, step.PlannedMicroseconds, _origin.After(entry.Sent), _origin.After(entry.Edge), verdict, entry.IsAnswered ? entry.Frame : null);
        }

        return pulses;
    }

    private LedgerFrame[] Frames()
    {
        var frames = new LedgerFrame[_book.Frames.Count];
        for (var i = 0; i < frames.Length; i++)
        {
            var entry = _book.Frames[i];
            frames[i] = new LedgerFrame(
                entry.Id, entry.DeviceNanoseconds, _origin.After(entry.Host)!.Value, entry.Complete, entry.Verdict, entry.Step < 0 ? null : entry.Step,
                entry.Step < 0 ? null : Math.Round(_book.OffsetMicroseconds(entry.Step, entry.Host), 1));
        }

        return frames;
    }

    /// <summary>Ticks as µs after the trigger, to a tenth.</summary>
    private readonly record struct TriggerEventTime(long Timestamp, double MicrosecondsPerTick)
    {
        public double? After(long? timestamp) => timestamp is { } at ? Math.Round((at - Timestamp) * MicrosecondsPerTick, 1) : null;
    }
}
