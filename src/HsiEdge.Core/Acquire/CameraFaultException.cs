namespace HsiEdge.Core.Acquire;

/// <summary>A transient fault of a camera (timeout, disconnection, bad frames): the capture is missed, the box goes on.</summary>
public sealed class CameraFaultException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">Which camera, what was found, what to do.</param>
    /// <param name="inner">The cause, where there is one.</param>
    public CameraFaultException(string message, Exception? inner = null)
        : base(message, inner)
    {
    }

    /// <summary>What became of the failed capture's trigger pulses; null where none was to be sent.</summary>
    public TriggerLedger? Ledger { get; init; }
}
