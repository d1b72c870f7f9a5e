using System.Diagnostics;
using System.Globalization;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class LedgerSimulationTests(ITestOutputHelper output)
{
    private const string PulsesVariable = "HSIEDGE_LEDGER_EDGES";
    private const ulong Seed = 20201;
    private const int CapturesOfASetup = 20;

    /// <summary>1 million pulses; the environment variable HSIEDGE_LEDGER_EDGES asks for more.</summary>
    [Fact]
    public void Every_pulse_and_frame_is_accounted_for_and_no_cube_has_a_wrong_band()
    {
        var wanted = long.Parse(Environment.GetEnvironmentVariable(PulsesVariable) ?? "1000000", CultureInfo.InvariantCulture);
        var begun = Stopwatch.GetTimestamp();
        var totals = Simulate(wanted);
        var line = $"{totals.Pulses} pulses (seed {Seed}): {totals.Frames} frames, {totals.Ignored} triggers ignored, {totals.Lost} frames lost; {totals.Captures} captures: "
            + $"{totals.Accepted} accepted, {totals.Captures - totals.Accepted} dropped ({100.0 * (totals.Captures - totals.Accepted) / totals.Captures:0.0} %), "
            + $"{totals.Faultless} without a fault of which {totals.FaultlessDropped} dropped; {totals.AcceptedWithFaults} accepted in spite of faults; "
            + $"wrong bands in cubes {totals.WrongBands}; wrong pairs in ledgers of dropped captures {totals.WrongPairs}; {Stopwatch.GetElapsedTime(begun).TotalSeconds:0.0} s";
        output.WriteLine(line);
        TestContext.Current.SendDiagnosticMessage(line);

        Assert.Equal(0, totals.WrongBands);
        // A camera whose clock steps by about a spacing misleads the ledger of a capture that is lost anyway.
        Assert.InRange(totals.WrongPairs, 0, totals.Frames / 2000);
        Assert.Equal(0, totals.FaultlessDropped);
        Assert.Equal(0, totals.Unaccounted);
        Assert.InRange((double)totals.Accepted / totals.Captures, 0.45, 0.8);
        Assert.InRange(totals.AcceptedWithFaults, totals.Captures / 100, totals.Captures);
    }

    [Fact]
    public void The_same_seed_gives_the_same_history() => Assert.Equal(Simulate(20_000), Simulate(20_000));

    private static Totals Simulate(long pulses)
    {
        var simulation = new LedgerSimulation(Seed);
        var totals = new Totals();
        for (var capture = 0L; totals.Pulses < pulses;)
        {
            // Another camera each time: what the last one sent is another's.
            var setup = simulation.Draw();
            var earlier = new EarlierFrames();
            for (var i = 0; i < CapturesOfASetup; i++, capture++)
            {
                totals = RunOne(simulation, setup, earlier, capture, totals);
            }
        }

        return totals;
    }

    private static Totals RunOne(LedgerSimulation simulation, LedgerSimulation.Setup setup, EarlierFrames earlier, long capture, Totals totals)
    {
        var steps = setup.Schedule.Steps.Count;
        var ledger = new CaptureLedger(setup.Schedule, simulation.Time.GetTimestamp(), simulation.Time, 100, earlier);
        var cube = new (long Capture, int Step)[steps];
        var truth = simulation.Run(capture, setup, ledger, cube);
        var closed = ledger.Close(capture, TriggerCause.Footswitch);
        var faultless = truth.Faults == 0;
        var right = 0;
        for (var i = 0; i < steps; i++)
        {
            right += cube[i] == (capture, i) ? 1 : 0;
        }

        totals = totals with
        {
            Pulses = totals.Pulses + truth.Sent,
            Frames = totals.Frames + truth.Frames.Count,
            Ignored = totals.Ignored + truth.Ignored,
            Lost = totals.Lost + truth.Lost,
            Captures = totals.Captures + 1,
            Accepted = totals.Accepted + (ledger.IsComplete ? 1 : 0),
            AcceptedWithFaults = totals.AcceptedWithFaults + (ledger.IsComplete && !faultless ? 1 : 0),
            Faultless = totals.Faultless + (faultless ? 1 : 0),
            FaultlessDropped = totals.FaultlessDropped + (faultless && !ledger.IsComplete ? 1 : 0),
            WrongBands = totals.WrongBands + (ledger.IsComplete ? steps - right : 0),
            WrongPairs = totals.WrongPairs + closed.Frames.Where((f, i) => f.Step is { } step && truth.Frames[i] != (capture, step)).Count(),
            Unaccounted = totals.Unaccounted + (Balances(closed, truth) ? 0 : 1),
        };
        simulation.Advance(50_000_000);
        if (ledger.OwedUntil(LedgerSimulation.TimeoutMilliseconds) is { } until)
        {
            simulation.AdvanceTo(until);
        }

        return totals;
    }

    /// <summary>Every pulse has one verdict and every frame one, and they agree about each other.</summary>
    private static bool Balances(TriggerLedger ledger, LedgerSimulation.CaptureTruth truth)
    {
        var figures = ledger.Summarize();
        return figures.Sent == truth.Sent
            && figures.Sent == figures.Paired + figures.Late + figures.Missed
            && ledger.Frames.Count == truth.Frames.Count
            && ledger.Frames.Count(f => f.Verdict is FrameVerdict.Paired) == figures.Paired
            && ledger.Frames.Count(f => f.Verdict is FrameVerdict.Late) == figures.Late
            && ledger.Frames.All(f => f.Verdict == FrameVerdict.Spurious == f.Step is null)
            && ledger.Pulses.All(p => p.Frame is { } frame ? p.Verdict != PulseVerdict.Missed && ledger.Frames[frame].Step == p.Step : p.Verdict == PulseVerdict.Missed);
    }

    /// <summary>What came of all captures.</summary>
    private sealed record Totals
    {
        public long Pulses { get; init; }

        public long Frames { get; init; }

        public long Ignored { get; init; }

        public long Lost { get; init; }

        public long Captures { get; init; }

        public long Accepted { get; init; }

        public long AcceptedWithFaults { get; init; }

        public long Faultless { get; init; }

        public long FaultlessDropped { get; init; }

        public long WrongBands { get; init; }

        public long WrongPairs { get; init; }

        public long Unaccounted { get; init; }
    }
}
