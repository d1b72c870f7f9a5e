namespace HsiEdge.Devices.V4l2;

/// <summary>What became of a camera's frames since it was opened or found again.</summary>
/// <param name="Frames">Frames that came while armed.</param>
/// <param name="Faults">Of these, damaged or of a wrong size.</param>
/// <param name="Dropped">Of these, dropped because those before them had not been taken.</param>
/// <param name="Unasked">Frames that came while the camera was not armed.</param>
public sealed record V4l2Counters(long Frames, long Faults, long Dropped, long Unasked)
{
    /// <summary>Nothing came.</summary>
    public static V4l2Counters None { get; } = new(0, 0, 0, 0);
}
