using HsiEdge.Core.Acquire;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Trigger;
using Xunit;

namespace HsiEdge.Tests.Acquire;

public sealed class PlanBudgetTests
{
    private static readonly FrameCameraLimits Camera = new(10, 5000, 0, 24, 100, 400, CanLineTrigger: true, CanSoftwareTrigger: true);
    private static readonly ScanPlan Plan = new("plan", new WavelengthAxis([1000, 1100, 1200]), [1000, 2000, 2000], 150, 0.2, StoreRawCube: false);

    private static readonly BoardProfile Board = new(
        "board", "Board", Simulated: false,
        [Line(PinRole.CameraTrigger, 0), Line(PinRole.SourceStep, 0), Line(PinRole.SourceStep, 1)]);

    [Fact]
    public void Each_step_that_waits_for_its_frame_adds_its_parts()
    {
        var plan = Plan with
        {
            Averages = 2,
            DarkEvery = 3,
            Light = new GpioLight(LightCoding.OneHot, [0, 1, 2], 0, WaitForSync: false),
            Trigger = new LineTrigger(1200, null),
        };
        var budget = PlanBudget.Of(plan, Camera);
        Assert.Equal(7, budget.Frames);
        Assert.Equal(2 * (1000 + 2000 + 2000) + 2000, budget.ExposureMicroseconds);
        Assert.Equal(4 * 150, budget.SettleMicroseconds);
        Assert.Equal(7 * 10_000, budget.ReadoutMicroseconds);
        Assert.Equal(2 * 400, budget.WriteMicroseconds);
        Assert.Equal(2 * 200, budget.TriggerMicroseconds);
        Assert.Equal(12 + 0.6 + 70 + 0.8 + 0.4, budget.TotalMilliseconds, 6);
        Assert.Equal(60_000 / budget.TotalMilliseconds, budget.CubesPerMinute, 6);
        Assert.Equal(budget.TotalMilliseconds, budget.Parts.Sum(p => p.Milliseconds), 6);
    }

    [Fact]
    public void A_fixed_spacing_sets_the_pace()
    {
        var budget = PlanBudget.Of(Even() with { Trigger = new LineTrigger(200, 12_000) }, Camera);
        Assert.Equal((150 + (2 * 12_000) + 1000 + 10_000) / 1000.0, budget.TotalMilliseconds, 6);
    }

    [Fact]
    public void A_pushbroom_takes_its_lines()
    {
        var budget = PlanBudget.Of(Even() with { SettleMicroseconds = 0, Trigger = new FreeRunTrigger(50, 100, null) });
        Assert.Equal((50, 500), (budget.Frames, budget.TotalMilliseconds));
    }

    [Fact]
    public void A_step_pulse_source_goes_home_once_a_capture()
    {
        var plan = Even() with { Light = new GpioLight(LightCoding.StepPulse, [1, 2, 4], 200, WaitForSync: false) };

        // Back from 4: homing for 200 and a pause of 200, then one step; then one and two steps of 400 each.
        Assert.Equal(200 + 200 + (4 * 400), PlanBudget.Of(plan).LightMicroseconds);
    }

    [Fact]
    public void A_plan_that_everything_holds_has_no_reason_against_it()
    {
        var plan = Plan with { Light = new GpioLight(LightCoding.Binary, [0, 1, 2], 0, WaitForSync: false), DarkEvery = 1, Trigger = new LineTrigger(200, null) };
        Assert.Empty(PlanLimits.Check(plan, Camera, Board));
        Assert.Empty(PlanLimits.Check(Plan, null, null));
    }

    [Theory]
    [InlineData("dark", "darkEvery asks")]
    [InlineData("lines", "need 3 sourceStep lines, board profile 'board' has 2")]
    [InlineData("sync", "needs a sourceSync line")]
    [InlineData("board", "has no cameraTrigger line")]
    [InlineData("pulse", "trigger.pulseMicroseconds is 100, board profile 'board' holds 150")]
    [InlineData("step", "light.pulseMicroseconds is 50")]
    [InlineData("exposure", "exposureMicroseconds is 6000, the camera takes 10…5000")]
    [InlineData("gain", "gainDecibels is 30, the camera takes 0…24")]
    [InlineData("no gain", "the camera has no gain")]
    [InlineData("input", "has no trigger input")]
    [InlineData("software", "has no software trigger")]
    [InlineData("writes", "exposures or gains differ")]
    [InlineData("short", "make it 1150 or more")]
    [InlineData("period", "a frame every 10000 µs")]
    [InlineData("own time", "the light answers in its own time")]
    [InlineData("rate", "the camera gives 100 frames a second at most")]
    [InlineData("line period", "leaves 500 µs a line")]
    [InlineData("encoder", "encoderEdgesPerLine needs a sourceSync line")]
    public void What_cannot_be_held_is_said(string what, string expected)
    {
        var even = Even();
        var light = new GpioLight(LightCoding.OneHot, [0, 1, 1], 0, WaitForSync: false);
        var (plan, camera, board) = what switch
        {
            "dark" => (Plan with { DarkEvery = 1 }, Camera, Board),
            "lines" => (Plan with { Light = light with { Positions = [0, 1, 2] } }, Camera, Board),
            "sync" => (Plan with { Light = light with { WaitForSync = true } }, Camera, Board),
            "board" => (Plan with { Trigger = new LineTrigger(200, null) }, Camera, (BoardProfile?)null),
            "pulse" => (Plan with { Trigger = new LineTrigger(100, null) }, Camera, Board),
            "step" => (Plan with { Light = new GpioLight(LightCoding.StepPulse, [0, 1, 2], 50, WaitForSync: false) }, Camera, Board),
            "exposure" => (Plan with { ExposureMicroseconds = [1000, 6000, 1000] }, Camera, Board),
            "gain" => (Plan with { GainDecibels = [0, 30, 0] }, Camera, Board),
            "no gain" => (Plan with { GainDecibels = [0, 0, 0] }, Camera with { LowestGainDecibels = null, HighestGainDecibels = null }, Board),
            "input" => (Plan with { Trigger = new LineTrigger(200, null) }, Camera with { CanLineTrigger = false }, Board),
            "software" => (Plan, Camera with { CanSoftwareTrigger = false }, Board),
            "writes" => (Plan with { Trigger = new LineTrigger(200, 20_000) }, Camera, Board),
            "short" => (even with { Light = light, Trigger = new LineTrigger(200, 1100) }, Camera with { FramesPerSecond = null }, Board),
            "period" => (even with { Trigger = new LineTrigger(200, 9000) }, Camera, Board),
            "own time" => (even with { Light = new SerialLight(9600, "{nm}", null, "", 0, []), Trigger = new LineTrigger(200, 20_000) }, Camera, Board),
            "rate" => (even with { Trigger = new FreeRunTrigger(10, 200, null) }, Camera, Board),
            "line period" => (even with { Trigger = new FreeRunTrigger(10, 2000, null) }, Camera with { FramesPerSecond = null }, Board),
            "encoder" => (even with { Trigger = new FreeRunTrigger(10, 50, 4) }, Camera, Board),
            _ => throw new ArgumentOutOfRangeException(nameof(what), what, null),
        };
        Assert.Contains(expected, Assert.Single(PlanLimits.Check(plan, camera, board)), StringComparison.Ordinal);
    }

    private static ScanPlan Even() => Plan with { ExposureMicroseconds = [1000, 1000, 1000] };

    private static PinLine Line(PinRole role, int index) => new(role, index, "chip", $"{role}{index}", ActiveLow: false, PinBias.AsIs, 0, null);
}
