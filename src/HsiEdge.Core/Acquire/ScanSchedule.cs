namespace HsiEdge.Core.Acquire;

/// <summary>A scan plan laid out in time: every frame in the order it is taken.</summary>
public sealed class ScanSchedule
{
    private ScanSchedule(ScanPlan plan, IReadOnlyList<ScanStep> steps)
    {
        Plan = plan;
        Steps = steps;
    }

    /// <summary>The plan.</summary>
    public ScanPlan Plan { get; }

    /// <summary>Steps in order of time; at least one.</summary>
    public IReadOnlyList<ScanStep> Steps { get; }

    /// <summary>Whether each frame is a line of the scene with the bands as its lines.</summary>
    public bool IsPushbroom => Plan.Trigger is FreeRunTrigger;

    /// <summary>Lays a plan out.</summary>
    /// <param name="plan">The plan.</param>
    public static ScanSchedule Of(ScanPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var steps = new List<ScanStep>(plan.Wavelengths.Count);
        var at = 0.0;
        for (var band = 0; band < plan.Wavelengths.Count; band++)
        {
            steps.Add(new ScanStep(
                band, band, Line: -1, Repeat: 0, plan.ExposureMicroseconds[band], plan.GainDecibels.Count > 0 ? plan.GainDecibels[band] : null,
                LightPosition: -1, plan.SettleMicroseconds, at));
            at += plan.SettleMicroseconds + plan.ExposureMicroseconds[band];
        }

        return new ScanSchedule(plan, steps);
    }
}
