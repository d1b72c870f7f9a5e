namespace HsiEdge.Core.Acquire;

/// <summary>The capture was not begun because nothing was free to take it (an exhausted buffer pool): the trigger's verdict is "refused", with this reason.</summary>
public sealed class CaptureRefusedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">What was exhausted, with figures, and which option widens it.</param>
    public CaptureRefusedException(string message)
        : base(message)
    {
    }
}
