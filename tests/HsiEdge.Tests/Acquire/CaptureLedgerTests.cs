using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class CaptureLedgerTests
{
    [Fact]
    public void An_exposure_edge_of_an_earlier_capture_that_is_told_late_says_nothing_of_this_one()
    {
        var time = new FakeTimeProvider();
        var earlier = time.GetTimestamp();
        time.Advance(TimeSpan.FromSeconds(1));
        var plan = new ScanPlan("one", new WavelengthAxis([1000]), [2000.0], 0, 0.2, StoreRawCube: false) { Trigger = new LineTrigger(200, null) };
        var ledger = new CaptureLedger(ScanSchedule.Of(plan), time.GetTimestamp(), time, 100);
        ledger.ExposureSeen(earlier);
        time.Advance(TimeSpan.FromMilliseconds(1));
        var sent = time.GetTimestamp();
        ledger.Sent(0, sent);
        ledger.ExposureSeen(sent + (TimeSpan.TicksPerMillisecond / 10));
        time.Advance(TimeSpan.FromMilliseconds(3));
        Assert.Equal(FrameVerdict.Paired, ledger.Enter(new BandFrame(null, 1, 0, time.GetTimestamp(), Complete: true, new ushort[1]), out _));
        var closed = ledger.Close(1, TriggerCause.Footswitch);
        Assert.Null(ledger.Doubt);
        Assert.True(ledger.IsComplete);
        Assert.Equal(1100.0, closed.Pulses[0].EdgeMicroseconds);
    }
}
