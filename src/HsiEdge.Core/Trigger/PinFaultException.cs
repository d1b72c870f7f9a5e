namespace HsiEdge.Core.Trigger;

/// <summary>A line or its chip cannot be used: missing, in use by another, or refused by the kernel.</summary>
public sealed class PinFaultException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which line, what was found, what was expected, what to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public PinFaultException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }
}
