namespace HsiEdge.Core.Trigger;

/// <summary>What a good line does not do.</summary>
/// <param name="StuckAfter">A line that people hold (the footswitch) is stuck when it was active for so long, &gt; 0.</param>
/// <param name="ChatterEdgesPerSecond">More edges than these within one second are chatter, ≥ 2.</param>
public sealed record LineLimits(TimeSpan StuckAfter, int ChatterEdgesPerSecond)
{
    /// <summary>A level that stands for so long is stable: a floating line never has one.</summary>
    public static readonly TimeSpan Stable = TimeSpan.FromMilliseconds(50);

    /// <summary>A line is floating when it had no stable level for so long.</summary>
    public static readonly TimeSpan FloatingAfter = TimeSpan.FromMilliseconds(500);

    /// <summary>A line that showed nothing bad for so long is good again.</summary>
    public static readonly TimeSpan GoodAfter = TimeSpan.FromSeconds(5);

    /// <summary>Defaults of the configuration: 10 s and 40 edges.</summary>
    public static LineLimits Default { get; } = new(TimeSpan.FromSeconds(10), 40);
}
