namespace HsiEdge.Core.Interpret;

/// <summary>What happened to an alert.</summary>
public enum AlertTransitionKind
{
    /// <summary>Newly open: the finding was there in enough consecutive cubes.</summary>
    Raised,

    /// <summary>Still there; area, place or probability changed notably.</summary>
    Updated,

    /// <summary>A person acknowledged it.</summary>
    Acknowledged,

    /// <summary>Gone for enough consecutive cubes, or its case ended.</summary>
    Ended,
}
