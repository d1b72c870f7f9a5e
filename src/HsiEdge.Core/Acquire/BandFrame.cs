namespace HsiEdge.Core.Acquire;

/// <summary>One image of the camera: lines × samples of unsigned 16-bit counts at one band.</summary>
/// <param name="Band">Index of the band in the scan plan that this frame answers, 0-based.</param>
/// <param name="FrameId">The camera's own frame counter.</param>
/// <param name="DeviceTimestampNanoseconds">The camera's clock at exposure, in ns; 0 where it has none.</param>
/// <param name="HostTimestamp">Ticks of <see cref="TimeProvider.GetTimestamp"/> when the frame was received.</param>
/// <param name="Complete">False when parts are missing: such a frame never enters a cube.</param>
/// <param name="Pixels">lines × samples counts, sample fastest; valid until the next frame is asked for.</param>
public sealed record BandFrame(
    int Band, ulong FrameId, ulong DeviceTimestampNanoseconds, long HostTimestamp, bool Complete, ReadOnlyMemory<ushort> Pixels);
