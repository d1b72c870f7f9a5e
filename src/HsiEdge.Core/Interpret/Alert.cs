namespace HsiEdge.Core.Interpret;

/// <summary>A lesion that persisted over consecutive cubes.</summary>
/// <param name="Id">ULID.</param>
/// <param name="State">Where it stands.</param>
/// <param name="CaseId">Pseudonymous case, or null.</param>
/// <param name="RaisedUtc">When it was raised.</param>
/// <param name="LastSeenUtc">When its finding was last seen.</param>
/// <param name="LastResultId">ULID of the result it was last seen in.</param>
/// <param name="Finding">The finding as last announced: when raised, or at its last notable change.</param>
/// <param name="AcknowledgedBy">Who acknowledged it, or null.</param>
/// <param name="MissedCubes">Consecutive cubes without it, for the hysteresis.</param>
public sealed record Alert(
    string Id,
    AlertState State,
    string? CaseId,
    DateTimeOffset RaisedUtc,
    DateTimeOffset LastSeenUtc,
    string LastResultId,
    Finding Finding,
    string? AcknowledgedBy,
    int MissedCubes);

/// <summary>One change of one alert.</summary>
/// <param name="Kind">What happened.</param>
/// <param name="Before">The alert before; null when raised.</param>
/// <param name="After">The alert after.</param>
/// <param name="Reason">Why, in words, such as "seen in 3 consecutive cubes".</param>
public sealed record AlertTransition(AlertTransitionKind Kind, Alert? Before, Alert After, string Reason);
