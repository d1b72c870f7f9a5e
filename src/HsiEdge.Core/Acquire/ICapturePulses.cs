namespace HsiEdge.Core.Acquire;

/// <summary>The side of the trigger ledger that a camera writes: which pulses it sent and which edges were seen. Times are ticks of <see cref="TimeProvider.GetTimestamp"/>. Thread-safe.</summary>
public interface ICapturePulses
{
    /// <summary>A trigger was sent: a pulse on the line, or a software trigger. In the order of the schedule, each step at most once.</summary>
    /// <param name="step">Index of the step it is for.</param>
    /// <param name="timestamp">When.</param>
    void Sent(int step, long timestamp);

    /// <summary>An edge of the camera's "exposure active" line was seen.</summary>
    /// <param name="timestamp">Kernel time of the rising edge.</param>
    void ExposureSeen(long timestamp);
}
