using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;

namespace HsiEdge.Devices.Scan;

/// <summary>What a plan needs of the hardware, checked before anything moves. Each refusal says which part is missing and where it would be named.</summary>
internal static class ScanRequirements
{
    /// <summary>Whether the board has the lines that the plan works with, and whether the plan's parts go together.</summary>
    /// <exception cref="BadInputException">Something is missing.</exception>
    public static void Check(ScanSchedule schedule, ScanningParts parts)
    {
        var plan = schedule.Plan;
        if (plan.Trigger is LineTrigger)
        {
            RequireLine(plan, parts, PinRole.CameraTrigger, "its trigger is a line of the board");
        }

        if (plan.Light is GpioLight gpio)
        {
            RequireLine(plan, parts, PinRole.SourceStep, "its light is stepped by lines of the board");
            if (gpio.WaitForSync)
            {
                RequireLine(plan, parts, PinRole.SourceSync, "its light source reports on a line that it has settled");
            }
        }

        if (plan.Trigger is FreeRunTrigger { EncoderEdgesPerLine: not null })
        {
            RequireLine(plan, parts, PinRole.SourceSync, "its movement is measured by an encoder");
        }
    }

    /// <summary>Whether the opened camera can be exposed and paced as the plan asks, and the board's pulses are wide enough.</summary>
    /// <exception cref="BadInputException">They cannot; all reasons are named.</exception>
    public static void CheckLimits(ScanSchedule schedule, ScanningParts parts)
    {
        var camera = parts.Camera;
        var reasons = PlanLimits.Check(schedule.Plan, camera.Limits, parts.Board?.Profile);
        if (reasons.Count > 0)
        {
            throw new BadInputException(
                $"Scan plan '{schedule.Plan.Name}' cannot be held with {camera.Identity.Model} ({camera.Identity.Serial}): {string.Join("; ", reasons)}.");
        }
    }

    private static void RequireLine(ScanPlan plan, ScanningParts parts, PinRole role, string why)
    {
        var name = char.ToLowerInvariant(role.ToString()[0]) + role.ToString()[1..];
        if (parts.Board is null || parts.Pulses is null)
        {
            throw new BadInputException($"Scan plan '{plan.Name}' needs a board with a {name} line, as {why}, but no board is configured: name its profile in the section Board.");
        }

        if (parts.Board.Profile.Find(role) is null)
        {
            throw new BadInputException(
                $"Scan plan '{plan.Name}' needs a {name} line, as {why}, but board profile '{parts.Board.Profile.Name}' has none: add the role to the profile, or choose another plan.");
        }
    }
}
