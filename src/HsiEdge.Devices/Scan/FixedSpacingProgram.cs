using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using HsiEdge.Devices.Light;

namespace HsiEdge.Devices.Scan;

/// <summary>A whole schedule as one pulse program: the triggers at their times, the light in between. Begins with the first step's light in place.</summary>
/// <param name="Actions">In order of time.</param>
/// <param name="TriggerActions">Index of the action that triggers each step.</param>
internal sealed record FixedSpacingProgram(IReadOnlyList<PinAction> Actions, IReadOnlyList<int> TriggerActions)
{
    /// <summary>When the last action is due, in µs after the beginning.</summary>
    public double EndMicroseconds => Actions[^1].OffsetMicroseconds;

    /// <summary>Compiles a schedule.</summary>
    /// <param name="schedule">With a fixed spacing.</param>
    /// <param name="trigger">Its trigger.</param>
    /// <param name="pin">The camera's trigger line.</param>
    /// <param name="light">Steps the light; null when it stays as it is.</param>
    /// <exception cref="BadInputException">The light has no time to step between two exposures.</exception>
    public static FixedSpacingProgram Compile(ScanSchedule schedule, LineTrigger trigger, IOutputPin pin, GpioLightSource? light)
    {
        var actions = new List<PinAction>();
        var steps = schedule.Steps;
        var first = steps[0].PlannedMicroseconds - schedule.Plan.SettleMicroseconds;
        for (var i = 0; i < steps.Count; i++)
        {
            var at = steps[i].PlannedMicroseconds - first;
            if (i > 0 && light is not null)
            {
                var exposureEnd = steps[i - 1].PlannedMicroseconds - first + steps[i - 1].ExposureMicroseconds;
                var begin = light.Compile(steps[i - 1], steps[i], at - steps[i].SettleMicroseconds, actions);
                if (begin < exposureEnd)
                {
                    throw new BadInputException(
                        $"Scan plan '{schedule.Plan.Name}': between step {i - 1} and step {i} the light must begin to move {exposureEnd - begin:0.#} µs before the exposure ends; "
                        + "lengthen trigger.spacingMicroseconds, or shorten exposure, settle time or the light's pulses.");
                }
            }

            actions.Add(new PinAction(at, pin, Active: true));
            actions.Add(new PinAction(at + trigger.PulseMicroseconds, pin, Active: false));
        }

        // A pulse longer than its exposure ends after the light has begun to move.
        PinAction[] ordered = [.. actions.OrderBy(a => a.OffsetMicroseconds)];
        return new FixedSpacingProgram(ordered, [.. Enumerable.Range(0, ordered.Length).Where(i => ordered[i].Active && ReferenceEquals(ordered[i].Pin, pin))]);
    }
}
