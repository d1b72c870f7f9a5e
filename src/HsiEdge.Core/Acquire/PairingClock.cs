namespace HsiEdge.Core.Acquire;

/// <summary>Whether the camera's clock agrees that a frame answers a pulse: the time between two frames must be the time between their pulses.</summary>
/// <param name="schedule">The steps.</param>
/// <param name="ticksPerMicrosecond">Ticks of the host's clock in a µs.</param>
internal sealed class PairingClock(ScanSchedule schedule, double ticksPerMicrosecond)
{
    // A crystal's error, doubled, and the reading of a timestamp.
    private const double Drift = 2e-4;
    private const double SlackMicroseconds = 500;

    /// <summary>Compares a frame with one that is paired already.</summary>
    /// <param name="pulses">Pulses of the capture.</param>
    /// <param name="anchor">A paired frame.</param>
    /// <param name="frame">The new frame.</param>
    /// <param name="step">The step that it may answer; sent.</param>
    public bool Agrees(PulseEntry[] pulses, FrameEntry anchor, BandFrame frame, int step)
    {
        var deviceTicks = unchecked((long)(frame.DeviceTimestampNanoseconds - anchor.DeviceNanoseconds)) / 1000.0 * ticksPerMicrosecond;
        var (sent, anchorSent) = (pulses[step].Sent!.Value, pulses[anchor.Step].Sent!.Value);
        var error = anchorSent + deviceTicks - sent;
        var slack = (SlackMicroseconds * ticksPerMicrosecond) + (Math.Abs(deviceTicks) * Drift);

        // Half the way to a neighbour that could be meant instead; where none could, what causality allows: the anchor exposed between its pulse and its arrival,
        // of which one knows the begin only when no later pulse was out by then.
        var anchorIsNewest = anchor.Step + 1 >= pulses.Length || pulses[anchor.Step + 1].Sent is not { } next || next > anchor.Host;
        var lowest = step > 0 && pulses[step - 1] is { Sent: { } before } neighbour && !(neighbour.IsAnswered && anchorIsNewest)
            ? (before - sent) / 2.0
            : anchorSent - anchor.Host - slack;
        var highest = step + 1 < pulses.Length && pulses[step + 1].Sent is { } after && after <= frame.HostTimestamp
            ? (after - sent) / 2.0
            : frame.HostTimestamp - sent + slack;

        // Some cameras stamp the begin of an exposure, some its end.
        var longer = (schedule.Steps[step].ExposureMicroseconds - schedule.Steps[anchor.Step].ExposureMicroseconds) * ticksPerMicrosecond;
        return IsWithin(error, lowest, highest) || IsWithin(error - longer, lowest, highest);
    }

    private static bool IsWithin(double value, double lowest, double highest) => value >= lowest && value <= highest;
}
