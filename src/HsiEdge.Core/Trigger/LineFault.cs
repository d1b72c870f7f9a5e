namespace HsiEdge.Core.Trigger;

/// <summary>What is wrong with an input line.</summary>
public enum LineFaultKind
{
    /// <summary>Held active for longer than anyone holds it.</summary>
    Stuck,

    /// <summary>More edges than its use explains, with stable levels in between: worn contacts.</summary>
    Chattering,

    /// <summary>No stable level: nothing drives it, and it picks up the mains.</summary>
    Floating,

    /// <summary>The kernel's buffer ran over: edges are missing.</summary>
    LostEdges,
}

/// <summary>A line at fault.</summary>
/// <param name="Line">Which.</param>
/// <param name="Kind">What is wrong.</param>
/// <param name="Message">Line, chip and header pin, what was found, what to check: for the clinical engineer.</param>
public sealed record LineFault(PinLine Line, LineFaultKind Kind, string Message);
