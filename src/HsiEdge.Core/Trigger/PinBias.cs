namespace HsiEdge.Core.Trigger;

/// <summary>Pull resistor that the chip is asked for.</summary>
public enum PinBias
{
    /// <summary>As the board is wired; nothing is asked for.</summary>
    AsIs,

    /// <summary>Towards the electrical high level.</summary>
    PullUp,

    /// <summary>Towards the electrical low level.</summary>
    PullDown,

    /// <summary>None.</summary>
    Disabled,
}
