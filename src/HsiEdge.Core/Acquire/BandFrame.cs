namespace HsiEdge.Core.Acquire;

/// <summary>One image of a capture: lines × samples of unsigned 16-bit counts. The ledger finds the step it answers.</summary>
/// <param name="Step">Index of the step that the camera itself says it answers; null where only its number and time tell.</param>
/// <param name="FrameId">The camera's own frame counter.</param>
/// <param name="DeviceTimestampNanoseconds">The camera's clock at exposure, in ns; 0 where it has none.</param>
/// <param name="HostTimestamp">Ticks of <see cref="TimeProvider.GetTimestamp"/> when the frame was received.</param>
/// <param name="Complete">False when parts are missing: such a frame never enters a cube.</param>
/// <param name="Pixels">lines × samples counts, sample fastest; valid until the next frame is asked for.</param>
public sealed record BandFrame(
    int? Step, ulong FrameId, ulong DeviceTimestampNanoseconds, long HostTimestamp, bool Complete, ReadOnlyMemory<ushort> Pixels);
