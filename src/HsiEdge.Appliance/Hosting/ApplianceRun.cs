namespace HsiEdge.Appliance.Hosting;

/// <summary>How one run differs from the service's: for the demo and for tests.</summary>
public sealed record ApplianceRun
{
    /// <summary>The service's own run.</summary>
    public static ApplianceRun Service { get; } = new();

    /// <summary>Interval triggers after which the interval stops; null goes on.</summary>
    public int? IntervalLimit { get; init; }
}
