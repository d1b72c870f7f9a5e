namespace HsiEdge.Core.Interpret;

/// <summary>Where an alert stands.</summary>
public enum AlertState
{
    /// <summary>Raised, nobody has acknowledged it.</summary>
    Raised,

    /// <summary>Acknowledged by a person; still open.</summary>
    Acknowledged,

    /// <summary>Over.</summary>
    Ended,
}
