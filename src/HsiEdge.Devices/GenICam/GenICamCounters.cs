namespace HsiEdge.Devices.GenICam;

/// <summary>What became of a camera's frames since it was opened or found again.</summary>
/// <param name="Frames">Frames that came while armed.</param>
/// <param name="Faults">Of these, incomplete or of a wrong size or format.</param>
/// <param name="Dropped">Of these, dropped because those before them had not been taken.</param>
/// <param name="Unasked">Frames that came while the camera was not armed.</param>
/// <param name="Failures">Frames that the library gave up.</param>
/// <param name="Underruns">Frames for which the library had no buffer.</param>
/// <param name="ResentPackets">Packets that came at the second asking.</param>
/// <param name="MissingPackets">Packets that never came.</param>
public sealed record GenICamCounters(
    long Frames, long Faults, long Dropped, long Unasked, long Failures, long Underruns, long ResentPackets, long MissingPackets)
{
    /// <summary>Nothing came.</summary>
    public static GenICamCounters None { get; } = new(0, 0, 0, 0, 0, 0, 0, 0);
}
