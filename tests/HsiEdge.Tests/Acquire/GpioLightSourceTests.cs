using CsCheck;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Light;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>Light on the board's lines: which lines change, in which order, and where a stepped source stands.</summary>
public sealed class GpioLightSourceTests
{
    private static readonly LineTrigger Line = new(100, null);

    [Fact]
    public void A_code_on_the_way_is_part_of_the_old_one_or_of_the_new_one() => Gen.Select(Gen.Int[-1, 61], Gen.Int[-1, 61]).Sample((from, to) =>
    {
        List<LineMove> moves = [];
        var old = LightMoves.Levels(LightCoding.Binary, 0, from, 6, []);
        var levels = old;
        var target = LightMoves.Levels(LightCoding.Binary, old, to, 6, moves);
        Assert.Equal((ulong)(to + 1), target);
        foreach (var move in moves)
        {
            levels = move.Active ? levels | (1UL << move.Line) : levels & ~(1UL << move.Line);
            Assert.True((levels & ~old) == 0 || (levels & ~target) == 0, $"{from} → {to} passes {levels:b}");
        }

        Assert.Equal(target, levels);
    });

    [Fact]
    public void One_hot_never_lights_two_sources() => Gen.Select(Gen.Int[-1, 61], Gen.Int[-1, 61]).Sample((from, to) =>
    {
        List<LineMove> moves = [];
        var levels = LightMoves.Levels(LightCoding.OneHot, 0, from, 62, []);
        var target = LightMoves.Levels(LightCoding.OneHot, levels, to, 62, moves);
        foreach (var move in moves)
        {
            levels = move.Active ? levels | (1UL << move.Line) : levels & ~(1UL << move.Line);
            Assert.True(System.Numerics.BitOperations.PopCount(levels) <= 1, $"{from} → {to} passes {levels:b}");
        }

        Assert.Equal(target, levels);
    });

    [Theory]
    [InlineData(LightCoding.OneHot, 3, 4)]
    [InlineData(LightCoding.Binary, 0, 1)]
    [InlineData(LightCoding.Binary, 2, 2)]
    [InlineData(LightCoding.Binary, 3, 3)]
    [InlineData(LightCoding.Binary, 6, 3)]
    [InlineData(LightCoding.Binary, 7, 4)]
    public void So_many_lines_show_a_position(LightCoding coding, int position, int lines) => Assert.Equal(lines, LightMoves.LinesFor(coding, position));

    [Fact]
    public async Task A_stepped_source_is_homed_first_goes_forward_by_pulses_and_back_by_homing()
    {
        var light = new GpioLight(LightCoding.StepPulse, [2, 5, 7], 100, false);
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, light, settle: 1000), PinRole.CameraTrigger, PinRole.SourceStep, PinRole.SourceStep);
        var wheel = new Wheel(rig);
        rig.Camera.Script = _ =>
        {
            wheel.Seen.Add(wheel.Position);
            return HsiEdge.Testing.FrameAnswer.Frame;
        };
        await rig.CaptureAsync();
        Assert.Equal([2, 5, 7], wheel.Seen);
        Assert.Equal(1, wheel.Homings);
        await rig.CaptureAsync();
        Assert.Equal([2, 5, 7, 2, 5, 7], wheel.Seen);
        Assert.Equal(2, wheel.Homings);
    }

    [Fact]
    public async Task A_stepped_source_is_homed_again_after_a_move_that_was_broken_off()
    {
        var light = new GpioLight(LightCoding.StepPulse, [0, 50, 100], 5000, false);
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, light), PinRole.CameraTrigger, PinRole.SourceStep, PinRole.SourceStep);
        var wheel = new Wheel(rig);
        using var stop = new CancellationTokenSource();
        wheel.Moved = () => stop.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => rig.CaptureAsync(stop.Token));
        Assert.InRange(wheel.Position, 1, 49);
        wheel.Moved = null;
        var before = wheel.Homings;
        var source = new GpioLightSource(rig.Board, rig.Pulses);
        await source.OpenAsync(rig.Schedule, default);
        await source.SelectAsync(rig.Schedule.Steps[0] with { LightPosition = 3 }, default);
        Assert.Equal((before + 1, 3), (wheel.Homings, wheel.Position));
    }

    [Fact]
    public async Task A_stepped_source_moves_within_a_fixed_spacing_too()
    {
        var light = new GpioLight(LightCoding.StepPulse, [1, 3, 4], 100, false);
        var plan = ScanRig.Plan(3, new LineTrigger(100, 20_000), light, exposure: 1000, settle: 1000);
        await using var rig = new ScanRig(plan, PinRole.CameraTrigger, PinRole.SourceStep, PinRole.SourceStep);
        var wheel = new Wheel(rig);
        rig.Camera.Script = _ =>
        {
            wheel.Seen.Add(wheel.Position);
            return HsiEdge.Testing.FrameAnswer.Frame;
        };
        await rig.CaptureAsync();
        Assert.Equal([1, 3, 4], wheel.Seen);
    }

    [Fact]
    public async Task A_fixed_spacing_too_short_for_the_light_is_refused_at_opening()
    {
        var light = new GpioLight(LightCoding.StepPulse, [1, 30, 31], 100, false);
        var plan = ScanRig.Plan(3, new LineTrigger(100, 5000), light, exposure: 1000, settle: 1000);
        await using var rig = new ScanRig(plan, PinRole.CameraTrigger, PinRole.SourceStep, PinRole.SourceStep);
        var error = await Assert.ThrowsAsync<BadInputException>(() => rig.Scanner.OpenAsync(rig.Schedule, default));
        Assert.Contains("from step 0 to 1", error.Message, StringComparison.Ordinal);
        Assert.Contains("trigger.spacingMicroseconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_dark_step_has_no_line_active()
    {
        var plan = ScanRig.Plan(3, Line, new GpioLight(LightCoding.Binary, [0, 1, 2], 0, false)) with { DarkEvery = 1, Averages = 2 };
        await using var rig = new ScanRig(plan);
        await rig.CaptureAsync();
        Assert.Equal([1, 1, 0, 2, 2, 0, 3, 3, 0], rig.Frames.Select(f => (int)f.Light));
    }

    [Fact]
    public async Task A_light_that_was_told_to_stop_while_it_was_switched_on_is_dark_again()
    {
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, new GpioLight(LightCoding.OneHot, [0, 1, 2], 0, false)));
        using var stop = new CancellationTokenSource();
        using var observation = rig.Board.Observe(_ => stop.Cancel());
        var source = new GpioLightSource(rig.Board, rig.Pulses);
        await source.OpenAsync(rig.Schedule, default);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.SelectAsync(rig.Schedule.Steps[1], stop.Token).AsTask());
        Assert.Equal([2, 0], rig.Lights);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.SelectAsync(rig.Schedule.Steps[1], stop.Token).AsTask());
        Assert.Equal([2, 0], rig.Lights);
    }

    [Theory]
    [InlineData(LightCoding.StepPulse, "a step-pulse source has no dark position")]
    [InlineData(null, "its light cannot be switched off")]
    public async Task Dark_frames_of_a_light_that_cannot_be_dark_are_refused(LightCoding? coding, string reason)
    {
        LightPlan light = coding is { } c ? new GpioLight(c, [0, 1, 2], 100, false) : FixedLight.Instance;
        await using var rig = new ScanRig(ScanRig.Plan(3, Line, light) with { DarkEvery = 1 });
        var error = await Assert.ThrowsAsync<BadInputException>(() => rig.Scanner.OpenAsync(rig.Schedule, default));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }

    /// <summary>A motor on the two lines of a step-pulse source.</summary>
    private sealed class Wheel
    {
        public Wheel(ScanRig rig) => rig.Board.Observe(change =>
        {
            if (change.Line.Role != PinRole.SourceStep || !change.Active)
            {
                return;
            }

            if (change.Line.Index == 1)
            {
                Homings++;
                Position = 0;
            }
            else
            {
                Position++;
                Moved?.Invoke();
            }
        });

        public int Position { get; private set; } = 17;

        public int Homings { get; private set; }

        public List<int> Seen { get; } = [];

        public Action? Moved { get; set; }
    }
}
