namespace HsiEdge.Core.Publish;

/// <summary>State of one component, or of the box as a whole.</summary>
public enum HealthState
{
    /// <summary>Works.</summary>
    Ok,

    /// <summary>Works with a caveat, said in the reason.</summary>
    Warning,

    /// <summary>Does not work.</summary>
    Failed,
}

/// <summary>What is known of one component: the payload of <c>health/&lt;component&gt;</c>.</summary>
/// <param name="Component">camera, trigger, model, store, broker-link, disk, clock or update.</param>
/// <param name="State">Its state.</param>
/// <param name="Reason">Why, in words for the clinical engineer; empty when ok.</param>
/// <param name="SinceUtc">Since when.</param>
public sealed record HealthItem(string Component, HealthState State, string Reason, DateTimeOffset SinceUtc);
