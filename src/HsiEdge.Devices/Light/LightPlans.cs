using System.Diagnostics.CodeAnalysis;
using HsiEdge.Core.Acquire;

namespace HsiEdge.Devices.Light;

/// <summary>What the light sources ask of a plan alike.</summary>
internal static class LightPlans
{
    /// <summary>The plan's light, which must be of the source's kind: the composition makes the source from the plan.</summary>
    public static T Require<T>(ScanSchedule schedule)
        where T : LightPlan =>
        schedule.Plan.Light as T ?? throw new ArgumentException($"The plan's light is a {schedule.Plan.Light.GetType().Name}, not a {typeof(T).Name}.", nameof(schedule));

    /// <summary>What opening has made; using a source before is a mistake of the program.</summary>
    public static T Opened<T>([NotNull] T? part)
        where T : class => part ?? throw new InvalidOperationException("The light source is not open.");
}
