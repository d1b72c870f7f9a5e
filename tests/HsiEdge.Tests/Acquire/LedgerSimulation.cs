using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Tests.Acquire;

/// <summary>
/// A camera, a line and a link that fail in every known way, with an oracle that knows which pulse each frame was made by. What holds in nature holds here
/// too: a trigger makes at most one exposure, an exposure takes the next number, a frame comes within the frame timeout or never. Copies of frames come at any
/// time; where the camera has no clock to know them by, those of earlier captures only before the first pulse.
/// </summary>
internal sealed class LedgerSimulation(ulong seed)
{
    public const double TimeoutMilliseconds = 1000;
    private const long Microsecond = 1000;
    private Xoshiro256 _random = new(seed);
    private readonly SimulatedClock _clock = new();
    private readonly List<Arrival> _arrivals = [];
    private readonly List<Arrival> _echoes = [];
    private ulong _nextId = 1;
    private long _deviceOffset = 12_345_678_901;

    /// <summary>Clock of the ledger: ns.</summary>
    public TimeProvider Time => _clock;

    /// <summary>Runs one capture against a ledger.</summary>
    /// <param name="capture">Its number.</param>
    /// <param name="setup">What camera and plan.</param>
    /// <param name="ledger">Gets pulses, edges and frames.</param>
    /// <param name="cube">Receives, for each step, what the frame that the ledger took for it truly was: capture number and step.</param>
    public CaptureTruth Run(long capture, Setup setup, CaptureLedger ledger, (long Capture, int Step)[] cube)
    {
        var truth = new CaptureTruth();
        BringEchoes(setup, truth);
        _nextId = setup.CountsAnew ? 1 : _nextId;
        if (setup.Waits)
        {
            RunWaiting(capture, setup, ledger, cube, truth);
        }
        else
        {
            RunSpaced(capture, setup, ledger, cube, truth);
        }

        return truth;
    }

    /// <summary>Draws camera and plan.</summary>
    public Setup Draw()
    {
        _echoes.Clear();
        var steps = 1 + (int)(Uniform() * 40);
        var spacing = 2000 + (Uniform() * 20_000);
        var exposures = Enumerable.Range(0, steps).Select(_ => spacing * (0.2 + (Uniform() * 0.6))).ToArray();
        var waits = Chance(0.4);
        var plan = new ScanPlan("simulated", WavelengthAxis.Linear(1000, 1000 + steps, steps), exposures, 0, 0.2, false)
        {
            Trigger = new LineTrigger(100, waits ? null : spacing),
        };
        return new Setup(
            ScanSchedule.Of(plan), spacing * Microsecond, waits, HasClock: Chance(0.6), StampsEnd: Chance(0.3), SaysStep: Chance(0.15), HasEdges: Chance(0.3), CountsAnew: Chance(0.5),
            Latency: (long)(spacing * Microsecond * Uniform() * (Chance(0.3) ? 3 : 0.4)), FaultRate: Chance(0.4) ? 0 : Chance(0.5) ? 0.01 : 0.1);
    }

    public void Advance(long nanoseconds) => _clock.Now += nanoseconds;

    public void AdvanceTo(long timestamp) => _clock.Now = Math.Max(_clock.Now, timestamp);

    private double Uniform() => _random.NextUnit();

    private bool Chance(double probability) => Uniform() < probability;

    private long Between(long low, long high) => low + (long)(Uniform() * (high - low));

    /// <summary>Copies of frames of earlier captures turn up: in the buffers before the first pulse, or in the middle.</summary>
    private void BringEchoes(Setup setup, CaptureTruth truth)
    {
        _arrivals.Clear();
        foreach (var echo in _echoes)
        {
            var at = !setup.HasClock || Chance(0.5) ? _clock.Now : _clock.Now + Between(0, (long)(setup.SpacingNanoseconds * setup.Schedule.Steps.Count));
            _arrivals.Add(echo with { Host = at });
            truth.Faults++;
        }

        _echoes.Clear();
    }

    private void RunSpaced(long capture, Setup setup, CaptureLedger ledger, (long, int)[] cube, CaptureTruth truth)
    {
        var steps = setup.Schedule.Steps;
        var sent = new long[steps.Count];
        var at = _clock.Now + (500 * Microsecond);
        for (var i = 0; i < sent.Length; i++, at += (long)setup.SpacingNanoseconds)
        {
            sent[i] = at + Between(0, 30 * Microsecond);
            Expose(capture, setup, i, sent[i], ledger, truth);
        }

        _arrivals.Sort((a, b) => a.Host.CompareTo(b.Host));
        var told = 0;
        foreach (var arrival in _arrivals)
        {
            AdvanceTo(arrival.Host);
            for (; told < sent.Length && sent[told] <= arrival.Host; told++)
            {
                ledger.Sent(told, sent[told]);
            }

            Deliver(arrival, setup, ledger, cube, truth);
        }

        for (; told < sent.Length; told++)
        {
            ledger.Sent(told, sent[told]);
        }

        AdvanceTo(sent[^1]);
        truth.Sent = sent.Length;
    }

    /// <summary>As a pace does that waits for each frame: it takes the first frame received after the pulse for the answer, and gives up after two without one.</summary>
    private void RunWaiting(long capture, Setup setup, CaptureLedger ledger, (long, int)[] cube, CaptureTruth truth)
    {
        var missesInARow = 0;
        for (var i = 0; i < setup.Schedule.Steps.Count && missesInARow < 2; i++)
        {
            Advance(Between(20 * Microsecond, 300 * Microsecond));
            var sent = _clock.Now;
            ledger.Sent(i, sent);
            truth.Sent++;
            Expose(capture, setup, i, sent, ledger, truth);
            var deadline = sent + (long)((setup.Schedule.Steps[i].ExposureMicroseconds + (TimeoutMilliseconds * 1000)) * Microsecond);
            var answered = false;
            while (!answered && TakeFirst(deadline) is { } arrival)
            {
                AdvanceTo(arrival.Host);
                answered = arrival.Host >= sent;
                Deliver(arrival, setup, ledger, cube, truth);
            }

            missesInARow = answered ? 0 : missesInARow + 1;
            AdvanceTo(answered ? _clock.Now : deadline);
        }

        // It listens a moment longer for a frame too many.
        while (TakeFirst(_clock.Now + (long)(TimeoutMilliseconds * 1000 * Microsecond)) is { } surplus)
        {
            AdvanceTo(surplus.Host);
            Deliver(surplus, setup, ledger, cube, truth);
        }
    }

    private Arrival? TakeFirst(long deadline)
    {
        var first = -1;
        for (var i = 0; i < _arrivals.Count; i++)
        {
            first = first < 0 || _arrivals[i].Host < _arrivals[first].Host ? i : first;
        }

        if (first < 0 || _arrivals[first].Host > deadline)
        {
            return null;
        }

        var arrival = _arrivals[first];
        _arrivals.RemoveAt(first);
        return arrival;
    }

    private void Expose(long capture, Setup setup, int step, long sent, CaptureLedger ledger, CaptureTruth truth)
    {
        if (Fault(setup, truth) && Chance(0.15))
        {
            Restart();
        }

        if (Fault(setup, truth))
        {
            truth.Ignored++;
            return;
        }

        var exposed = sent + Between(1 * Microsecond, 5 * Microsecond);
        if (setup.HasEdges && !Fault(setup, truth))
        {
            ledger.ExposureSeen(exposed);
        }

        if (Fault(setup, truth) && Chance(0.2))
        {
            _deviceOffset += Between(-2_000_000_000, 2_000_000_000);
        }

        var exposure = (long)(setup.Schedule.Steps[step].ExposureMicroseconds * Microsecond);
        var device = setup.HasClock ? (ulong)(exposed + _deviceOffset + (setup.StampsEnd ? exposure : 0)) : 0;
        var frame = new Arrival(
            capture, step, setup.SaysStep ? step : null, _nextId++, device, exposed + exposure + setup.Latency + Between(0, 100 * Microsecond), Complete: !Fault(setup, truth));
        if (Fault(setup, truth))
        {
            truth.Lost++;
            return;
        }

        var late = Fault(setup, truth) ? Between(0, (long)(Chance(0.7) ? setup.SpacingNanoseconds * 4 : (TimeoutMilliseconds - 200) * 1000 * Microsecond)) : 0;
        _arrivals.Add(frame with { Host = frame.Host + late });
        while (Fault(setup, truth))
        {
            _arrivals.Add(frame with { Host = frame.Host + Between(0, (long)setup.SpacingNanoseconds * 4) });
            if (Chance(0.3))
            {
                _echoes.Add(frame);
            }
        }
    }

    /// <summary>The camera starts again: its numbers and its clock begin anew, what was under way is gone.</summary>
    private void Restart()
    {
        _nextId = Chance(0.5) ? 0UL : 1UL;
        _deviceOffset = -_clock.Now + Between(0, 1_000_000_000);
        _arrivals.RemoveAll(a => a.Host > _clock.Now && Chance(0.7));
    }

    private bool Fault(Setup setup, CaptureTruth truth)
    {
        if (setup.FaultRate == 0 || !Chance(setup.FaultRate))
        {
            return false;
        }

        truth.Faults++;
        return true;
    }

    private static void Deliver(Arrival arrival, Setup setup, CaptureLedger ledger, (long Capture, int Step)[] cube, CaptureTruth truth)
    {
        truth.Frames.Add((arrival.Capture, arrival.TrueStep));
        var verdict = ledger.Enter(new BandFrame(arrival.SaidStep, arrival.Id, arrival.Device, arrival.Host, arrival.Complete, ReadOnlyMemory<ushort>.Empty), out var step);
        if (verdict is FrameVerdict.Paired or FrameVerdict.Late)
        {
            cube[step] = (arrival.Capture, arrival.TrueStep);
        }
    }

    /// <summary>Camera and plan of one capture.</summary>
    internal sealed record Setup(
        ScanSchedule Schedule, double SpacingNanoseconds, bool Waits, bool HasClock, bool StampsEnd, bool SaysStep, bool HasEdges, bool CountsAnew, long Latency, double FaultRate);

    /// <summary>What truly happened.</summary>
    internal sealed class CaptureTruth
    {
        public int Sent { get; set; }

        public int Faults { get; set; }

        public int Ignored { get; set; }

        public int Lost { get; set; }

        /// <summary>Capture and step of each frame delivered, in the order of delivery.</summary>
        public List<(long Capture, int Step)> Frames { get; } = [];
    }

    private sealed record Arrival(long Capture, int TrueStep, int? SaidStep, ulong Id, ulong Device, long Host, bool Complete);

    private sealed class SimulatedClock : TimeProvider
    {
        public long Now { get; set; } = 1_000_000_000;

        public override long TimestampFrequency => 1_000_000_000;

        public override long GetTimestamp() => Now;
    }
}
