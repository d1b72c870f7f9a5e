namespace HsiEdge.Appliance.Hosting;

/// <summary>How one run differs from the service's: for the demo, for tests and for programs that read its log.</summary>
public sealed record ApplianceRun
{
    /// <summary>The service's own run.</summary>
    public static ApplianceRun Service { get; } = new();

    /// <summary>Interval triggers after which the interval stops; null goes on.</summary>
    public int? IntervalLimit { get; init; }

    /// <summary>Whether the log is JSON, one object a line.</summary>
    public bool JsonLog { get; init; }
}
