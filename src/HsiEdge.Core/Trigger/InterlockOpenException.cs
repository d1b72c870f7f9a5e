namespace HsiEdge.Core.Trigger;

/// <summary>Light or a pulse was asked for, or under way, while the interlock was open: nobody's fault and no fault of a device.</summary>
public sealed class InterlockOpenException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Why it is open, what to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public InterlockOpenException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
