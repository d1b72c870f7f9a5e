namespace HsiEdge.Core.Publish;

/// <summary>Payload of <c>health/&lt;component&gt;</c>: retained.</summary>
/// <param name="SchemaVersion">1.</param>
/// <param name="Site">Site of the cart.</param>
/// <param name="Cart">The cart.</param>
/// <param name="BootId">ULID of the process's start.</param>
/// <param name="Component">The last level of the topic.</param>
/// <param name="State">Ok, warning or failed.</param>
/// <param name="Reason">Why, for the clinical engineer; empty when ok.</param>
/// <param name="SinceUtc">Since when it is in this state.</param>
public sealed record HealthMessage(
    int SchemaVersion, string Site, string Cart, string BootId, string Component, HealthState State, string Reason, DateTimeOffset SinceUtc);
