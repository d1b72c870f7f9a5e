using System.Globalization;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Core.Acquire;

/// <summary>Whether camera, board and light can hold a plan. All that stands against it is named at once; what is not known is not judged.</summary>
public static class PlanLimits
{
    /// <summary>Narrowest pulse that software makes reliably on a stock kernel, in µs.</summary>
    public const double ShortestPulseMicroseconds = 150;

    /// <summary>Lists why a plan cannot be held.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="camera">What the camera can do; null before it is opened.</param>
    /// <param name="board">The board's lines; null where none is configured.</param>
    /// <param name="shortestPulseMicroseconds">Narrowest pulse that the board holds, in µs; a simulated board holds any.</param>
    /// <returns>Reasons for people, each with the key of the plan and what to do; none when it can.</returns>
    public static IReadOnlyList<string> Check(
        ScanPlan plan, FrameCameraLimits? camera, BoardProfile? board, double shortestPulseMicroseconds = ShortestPulseMicroseconds)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var reasons = new List<string>();
        CheckLight(plan, board, reasons);
        CheckPulses(plan, board, shortestPulseMicroseconds, reasons);
        if (camera is not null)
        {
            CheckCamera(plan, camera, reasons);
        }

        if (plan.Trigger is LineTrigger { SpacingMicroseconds: { } spacing })
        {
            CheckSpacing(plan, spacing, camera, reasons);
        }

        return reasons;
    }

    private static void CheckLight(ScanPlan plan, BoardProfile? board, List<string> reasons)
    {
        if (plan.DarkEvery > 0 && !plan.Light.CanDarken)
        {
            reasons.Add("darkEvery asks for dark frames, but the light cannot be switched off; take darkEvery out");
        }

        if (plan.Light is not GpioLight light)
        {
            return;
        }

        var highest = light.Positions.Max();
        var needed = light.Coding switch
        {
            LightCoding.OneHot => highest + 1L,
            LightCoding.Binary => 64 - System.Numerics.BitOperations.LeadingZeroCount((ulong)highest + 1),
            _ => light.Positions.Distinct().Count() > 1 ? 2 : 1,
        };
        var lines = board?.All(PinRole.SourceStep).Count ?? 0;
        if (lines < needed)
        {
            reasons.Add($"light.positions up to {highest} need {needed} sourceStep lines, {Named(board)} has {lines}; name them in the profile or choose another coding");
        }

        if (light.WaitForSync && board?.Find(PinRole.SourceSync) is null)
        {
            reasons.Add($"light.waitForSync needs a sourceSync line, {Named(board)} has none; name it in the profile or take waitForSync out");
        }
    }

    private static void CheckPulses(ScanPlan plan, BoardProfile? board, double shortest, List<string> reasons)
    {
        if (plan.Trigger is LineTrigger && board?.Find(PinRole.CameraTrigger) is null)
        {
            reasons.Add($"trigger is a line, {Named(board)} has no cameraTrigger line; name it in the profile or trigger by software");
        }

        if (plan.Trigger is FreeRunTrigger { EncoderEdgesPerLine: not null } && board?.Find(PinRole.SourceSync) is null)
        {
            reasons.Add($"trigger.encoderEdgesPerLine needs a sourceSync line, {Named(board)} has none; name it in the profile or take the key out");
        }

        if (board is null or { Simulated: true })
        {
            return;
        }

        if (plan.Trigger is LineTrigger line && line.PulseMicroseconds < shortest)
        {
            reasons.Add(Text($"trigger.pulseMicroseconds is {line.PulseMicroseconds:0.###}, {Named(board)} holds {shortest:0.###} and more; make the pulse wider"));
        }

        if (plan.Light is GpioLight { Coding: LightCoding.StepPulse } light && light.PulseMicroseconds < shortest)
        {
            reasons.Add(Text($"light.pulseMicroseconds is {light.PulseMicroseconds:0.###}, {Named(board)} holds {shortest:0.###} and more; make the pulse wider"));
        }
    }

    private static void CheckCamera(ScanPlan plan, FrameCameraLimits camera, List<string> reasons)
    {
        if (plan.Trigger is LineTrigger && !camera.CanLineTrigger)
        {
            reasons.Add("trigger is a line, but the camera has no trigger input; trigger by software or name another camera");
        }

        if (plan.Trigger is SoftwareTrigger && !camera.CanSoftwareTrigger)
        {
            reasons.Add("trigger is software, but the camera has no software trigger; trigger by a line or name another camera");
        }

        foreach (var exposure in plan.ExposureMicroseconds.Distinct())
        {
            if (exposure < camera.ShortestExposureMicroseconds || exposure > camera.LongestExposureMicroseconds)
            {
                reasons.Add(Text($"exposureMicroseconds is {exposure:0.###}, the camera takes {camera.ShortestExposureMicroseconds:0.###}…{camera.LongestExposureMicroseconds:0.###}"));
            }
        }

        foreach (var gain in plan.GainDecibels.Distinct())
        {
            if (camera.LowestGainDecibels is not { } lowest || camera.HighestGainDecibels is not { } highest)
            {
                reasons.Add("gainDecibels is given, but the camera has no gain; take it out");
                break;
            }

            if (gain < lowest || gain > highest)
            {
                reasons.Add(Text($"gainDecibels is {gain:0.###}, the camera takes {lowest:0.###}…{highest:0.###}"));
            }
        }

        if (plan.Trigger is FreeRunTrigger free)
        {
            var period = 1e6 / free.LineRateHertz;
            if (plan.ExposureMicroseconds[0] > period)
            {
                reasons.Add(Text($"trigger.lineRateHertz leaves {period:0.###} µs a line, the exposure takes {plan.ExposureMicroseconds[0]:0.###}; lower one of them"));
            }

            if (camera.FramesPerSecond is { } rate && free.LineRateHertz > rate)
            {
                reasons.Add(Text($"trigger.lineRateHertz is {free.LineRateHertz:0.###}, the camera gives {rate:0.###} frames a second at most; lower it"));
            }
        }
    }

    private static void CheckSpacing(ScanPlan plan, double spacing, FrameCameraLimits? camera, List<string> reasons)
    {
        const string Remedy = "take trigger.spacingMicroseconds out, so that each step waits for its frame";
        if (plan.Light is SerialLight or CameraLight or GpioLight { WaitForSync: true })
        {
            reasons.Add($"trigger.spacingMicroseconds is fixed, but the light answers in its own time; {Remedy}");
        }

        if (plan.ExposureMicroseconds.Distinct().Skip(1).Any() || plan.GainDecibels.Distinct().Skip(1).Any())
        {
            reasons.Add($"trigger.spacingMicroseconds is fixed, but exposures or gains differ and the camera cannot be told between pulses; {Remedy}");
        }

        var steps = ScanSchedule.Of(plan).Steps;
        for (var i = 1; i < steps.Count; i++)
        {
            var light = plan.Light is GpioLight { Coding: LightCoding.StepPulse } gpio
                ? PlanBudget.StepMicroseconds(plan, gpio, steps[i - 1].LightPosition, steps[i].LightPosition) : 0;
            var needed = Math.Max(steps[i - 1].ExposureMicroseconds + light + steps[i].SettleMicroseconds, (plan.Trigger as LineTrigger)!.PulseMicroseconds);
            if (spacing < needed)
            {
                reasons.Add(Text(
                    $"trigger.spacingMicroseconds is {spacing:0.###}, but from step {i - 1} to {i} exposure, light and settle time need {needed:0.###}; make it {needed:0.###} or more"));
                break;
            }
        }

        if (PlanBudget.PeriodOf(camera) is var period && spacing < period)
        {
            reasons.Add(Text($"trigger.spacingMicroseconds is {spacing:0.###}, the camera takes a frame every {period:0.###} µs at most; make it longer"));
        }
    }

    private static string Named(BoardProfile? board) => board is null ? "the configuration without a board (Board:ProfilePath)" : $"board profile '{board.Name}'";

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
