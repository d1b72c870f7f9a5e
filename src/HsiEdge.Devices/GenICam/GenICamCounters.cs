namespace HsiEdge.Devices.GenICam;

/// <summary>What became of a camera's frames, from a moment that the property says.</summary>
/// <param name="Frames">Frames that came while armed.</param>
/// <param name="Faults">Of these, incomplete or of a wrong size or format.</param>
/// <param name="Timeouts">Of the faults, frames whose packets did not all come in time.</param>
/// <param name="Misfits">Of the faults, frames of a wrong size or format.</param>
/// <param name="Dropped">Of these, dropped because those before them had not been taken.</param>
/// <param name="Unasked">Frames that came while the camera was not armed.</param>
/// <param name="Failures">Frames that the library gave up.</param>
/// <param name="Underruns">Frames for which the library had no buffer.</param>
/// <param name="ResentPackets">Packets that came at the second asking.</param>
/// <param name="MissingPackets">Packets missing when their frame was given up, as the library counts them: all from the frame's first gap on.</param>
public sealed record GenICamCounters(
    long Frames, long Faults, long Timeouts, long Misfits, long Dropped, long Unasked, long Failures, long Underruns, long ResentPackets, long MissingPackets)
{
    /// <summary>Nothing came.</summary>
    public static GenICamCounters None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0, 0, 0);

    /// <summary>Both together.</summary>
    /// <param name="other">Those of another time.</param>
    public GenICamCounters Plus(GenICamCounters other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return new(
            Frames + other.Frames, Faults + other.Faults, Timeouts + other.Timeouts, Misfits + other.Misfits, Dropped + other.Dropped, Unasked + other.Unasked,
            Failures + other.Failures, Underruns + other.Underruns, ResentPackets + other.ResentPackets, MissingPackets + other.MissingPackets);
    }
}
