using System.Globalization;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// Where the time of one capture goes, computed from the plan. The figures of an adaptive pace (each step waits for its frame) are what the parts need in turn:
/// Σ over the steps of light + settle + feature writes + max(exposure, pulse) + readout. With a fixed spacing the pulses set the pace:
/// settle + (steps − 1) · spacing + exposure + readout. A pushbroom takes lines / line rate. What is not known counts as 0.
/// </summary>
/// <param name="LightMicroseconds">Moving the light source, in µs: its step pulses, or the serial command on the wire. The source's own answer time is not known beforehand.</param>
/// <param name="SettleMicroseconds">Settle times, in µs.</param>
/// <param name="ExposureMicroseconds">Exposures, in µs.</param>
/// <param name="ReadoutMicroseconds">Frames on their way from the sensor to the host, in µs: a frame period each, at most.</param>
/// <param name="WriteMicroseconds">Features of the camera written between frames (exposure, gain, filter), in µs.</param>
/// <param name="TriggerMicroseconds">Trigger pulses as far as they outlast their exposure, in µs.</param>
/// <param name="IdleMicroseconds">Waiting for the next pulse or line, in µs.</param>
/// <param name="Frames">Frames of a capture, dark ones and repeats included.</param>
public sealed record PlanBudget(
    double LightMicroseconds,
    double SettleMicroseconds,
    double ExposureMicroseconds,
    double ReadoutMicroseconds,
    double WriteMicroseconds,
    double TriggerMicroseconds,
    double IdleMicroseconds,
    int Frames)
{
    // Start bit, eight data bits, stop bit.
    private const double BitsPerCharacter = 10;

    /// <summary>Time of one capture in ms.</summary>
    public double TotalMilliseconds =>
        (LightMicroseconds + SettleMicroseconds + ExposureMicroseconds + ReadoutMicroseconds + WriteMicroseconds + TriggerMicroseconds + IdleMicroseconds) / 1000;

    /// <summary>Cubes a minute when one capture follows the other; the work after the last frame is not counted.</summary>
    public double CubesPerMinute => 60_000 / TotalMilliseconds;

    /// <summary>The parts for people, in the order of a step.</summary>
    public IReadOnlyList<PlanBudgetPart> Parts =>
    [
        new("light", LightMicroseconds / 1000),
        new("settle", SettleMicroseconds / 1000),
        new("feature writes", WriteMicroseconds / 1000),
        new("exposure", ExposureMicroseconds / 1000),
        new("trigger pulses", TriggerMicroseconds / 1000),
        new("readout", ReadoutMicroseconds / 1000),
        new("waiting", IdleMicroseconds / 1000),
    ];

    /// <summary>Computes the budget of a plan.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="camera">What the camera can do; null before it is opened.</param>
    public static PlanBudget Of(ScanPlan plan, FrameCameraLimits? camera = null)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var schedule = ScanSchedule.Of(plan);
        var exposure = schedule.Steps.Sum(s => s.ExposureMicroseconds);
        var settle = schedule.Steps.Sum(s => s.SettleMicroseconds);
        var period = PeriodOf(camera);
        var count = schedule.Steps.Count;
        if (plan.Trigger is FreeRunTrigger free)
        {
            var idle = Math.Max(0, (count * 1e6 / free.LineRateHertz) - exposure);
            return new PlanBudget(0, settle, exposure, period, 0, 0, idle, count);
        }

        var light = LightOf(schedule);
        if (plan.Trigger is LineTrigger { SpacingMicroseconds: { } spacing })
        {
            var last = schedule.Steps[^1];
            var within = exposure - last.ExposureMicroseconds + settle - schedule.Steps[0].SettleMicroseconds + light;
            return new PlanBudget(light, settle, exposure, period, 0, 0, Math.Max(0, ((count - 1) * spacing) - within), count);
        }

        var pulse = (plan.Trigger as LineTrigger)?.PulseMicroseconds ?? 0;
        return new PlanBudget(
            light, settle, exposure, count * period, WritesOf(schedule) * (camera?.FeatureWriteMicroseconds ?? 0),
            schedule.Steps.Sum(s => Math.Max(0, pulse - s.ExposureMicroseconds)), 0, count);
    }

    /// <summary>One line for a log.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Frames} frames, {TotalMilliseconds:0.0} ms a cube ({string.Join(", ", Parts.Where(p => p.Milliseconds > 0).Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} {p.Milliseconds:0.0}")))}), {CubesPerMinute:0.0} cubes a minute");

    internal static double PeriodOf(FrameCameraLimits? camera) => camera?.FramesPerSecond is > 0 and var rate ? 1e6 / rate : 0;

    /// <summary>How long a step-pulse source is on its way: two pulse widths a step; back only by homing, as long as the settle time or a pulse.</summary>
    internal static double StepMicroseconds(ScanPlan plan, GpioLight light, long? from, long to)
    {
        var home = from is null || from > to ? Math.Max(light.PulseMicroseconds, plan.SettleMicroseconds) + light.PulseMicroseconds : 0;
        return home + ((home > 0 ? to : to - from!.Value) * 2 * light.PulseMicroseconds);
    }

    private static double LightOf(ScanSchedule schedule)
    {
        var total = 0.0;
        ScanStep? before = null;
        foreach (var step in schedule.Steps)
        {
            total += schedule.Plan.Light switch
            {
                // A capture begins where the one before it ended.
                GpioLight { Coding: LightCoding.StepPulse } gpio => StepMicroseconds(
                    schedule.Plan, gpio, (before ?? schedule.Steps[^1]).LightPosition, step.LightPosition),
                SerialLight serial when before is null || before.IsDark != step.IsDark || before.Band != step.Band =>
                    (step.IsDark ? serial.DarkCommand?.Length ?? 0 : serial.SelectCommand.Length) * BitsPerCharacter * 1e6 / serial.Baud,
                _ => 0,
            };
            before = step;
        }

        return total;
    }

    private static int WritesOf(ScanSchedule schedule)
    {
        var writes = 0;
        var before = schedule.Steps[^1];
        foreach (var step in schedule.Steps)
        {
            writes += (step.ExposureMicroseconds != before.ExposureMicroseconds ? 1 : 0) + (step.GainDecibels != before.GainDecibels ? 1 : 0)
                + (schedule.Plan.Light is CameraLight && (step.LightPosition != before.LightPosition || step.Index == 0) ? 1 : 0);
            before = step;
        }

        return writes;
    }
}

/// <summary>One part of a plan's time budget.</summary>
/// <param name="Name">What takes the time.</param>
/// <param name="Milliseconds">How long in one capture, in ms.</param>
public sealed record PlanBudgetPart(string Name, double Milliseconds);
