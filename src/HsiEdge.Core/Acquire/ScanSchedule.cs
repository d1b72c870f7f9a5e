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

    /// <summary>
    /// Lays a plan out: the bands in their order, each as often as it is averaged, a dark frame at the exposure of the band before it after every
    /// <see cref="ScanPlan.DarkEvery"/> bands; or the lines of a pushbroom plan.
    /// </summary>
    /// <param name="plan">The plan.</param>
    public static ScanSchedule Of(ScanPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        return new ScanSchedule(plan, plan.Trigger is FreeRunTrigger free ? Lines(plan, free) : Bands(plan));
    }

    /// <summary>
    /// Lays out the frames of a dark reference: one a band, in the plan's order and at its exposure and gain, without light. Step n is for the nth band of the order.
    /// </summary>
    /// <param name="plan">A plan of bands whose light can be switched off.</param>
    /// <returns>The schedule, and the band of each step.</returns>
    public static (ScanSchedule Schedule, IReadOnlyList<int> Bands) DarkOf(ScanPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (plan.Trigger is FreeRunTrigger || !plan.Light.CanDarken)
        {
            throw new ArgumentException($"Plan '{plan.Name}' has no light to switch off between bands.", nameof(plan));
        }

        IReadOnlyList<int> bands = plan.Order.Count > 0 ? plan.Order : [.. Enumerable.Range(0, plan.Wavelengths.Count)];
        var steps = new List<ScanStep>(bands.Count);
        foreach (var band in bands)
        {
            Add(steps, plan, band: -1, repeat: 0, band, lightPosition: -1);
        }

        return (new ScanSchedule(plan, steps), bands);
    }

    private static List<ScanStep> Lines(ScanPlan plan, FreeRunTrigger free) =>
    [
        .. Enumerable.Range(0, free.Lines).Select(line => new ScanStep(
            line, Band: -1, line, Repeat: 0, plan.ExposureMicroseconds[0], GainOf(plan, 0), LightPosition: -1,
            line == 0 ? plan.SettleMicroseconds : 0, line * 1e6 / free.LineRateHertz)),
    ];

    private static List<ScanStep> Bands(ScanPlan plan)
    {
        var steps = new List<ScanStep>(plan.Wavelengths.Count * plan.Averages);
        for (var taken = 0; taken < plan.Wavelengths.Count; taken++)
        {
            var band = plan.Order.Count > 0 ? plan.Order[taken] : taken;
            for (var repeat = 0; repeat < plan.Averages; repeat++)
            {
                Add(steps, plan, band, repeat, band, LightOf(plan.Light, band));
            }

            if (plan.DarkEvery > 0 && (taken + 1) % plan.DarkEvery == 0)
            {
                Add(steps, plan, band: -1, repeat: 0, band, lightPosition: -1);
            }
        }

        return steps;
    }

    private static void Add(List<ScanStep> steps, ScanPlan plan, int band, int repeat, int exposedAsBand, long lightPosition)
    {
        var before = steps.Count > 0 ? steps[^1] : null;
        var lightChanges = before is null || before.LightPosition != lightPosition || (plan.Light is SerialLight && before.Band != band);
        var settle = lightChanges ? plan.SettleMicroseconds : 0;
        var at = before is null ? 0 : before.PlannedMicroseconds + ((plan.Trigger as LineTrigger)?.SpacingMicroseconds ?? before.ExposureMicroseconds + settle);
        steps.Add(new ScanStep(
            steps.Count, band, Line: -1, repeat, plan.ExposureMicroseconds[exposedAsBand], GainOf(plan, exposedAsBand), lightPosition, settle, at));
    }

    private static double? GainOf(ScanPlan plan, int band) => plan.GainDecibels.Count > 0 ? plan.GainDecibels[band] : null;

    private static long LightOf(LightPlan light, int band) => light switch
    {
        GpioLight gpio => gpio.Positions[band],
        SerialLight serial => serial.Positions.Count > 0 ? serial.Positions[band] : band,
        CameraLight camera => camera.Positions[band],
        _ => -1,
    };
}
