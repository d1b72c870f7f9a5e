namespace HsiEdge.Core.Acquire;

/// <summary>
/// A camera that makes one frame a trigger: GenICam, V4L2. It knows nothing of plans. Finds its camera again by itself after a disconnection;
/// while the camera is away every call throws <see cref="CameraFaultException"/> at once. One caller at a time; frames wait in the stream's buffers.
/// </summary>
public interface IFrameCamera : IAsyncDisposable
{
    /// <summary>Who it is; known once opened.</summary>
    CameraIdentity Identity { get; }

    /// <summary>Lines of a frame; known once opened.</summary>
    int Lines { get; }

    /// <summary>Samples of a line; known once opened.</summary>
    int Samples { get; }

    /// <summary>Counts at and above which a pixel is saturated; known once opened.</summary>
    double SaturationCounts { get; }

    /// <summary>What it can do; known once opened.</summary>
    FrameCameraLimits Limits { get; }

    /// <summary>Sensor temperature in °C, or null where it has none or does not answer.</summary>
    double? TemperatureCelsius { get; }

    /// <summary>
    /// Why the camera cannot be used now, and what to do, for people; null while it is there. Never blocks; may be read from any thread at any time: it
    /// changes within 3 s of the camera's going and coming, whether or not a capture is under way.
    /// </summary>
    string? AwayReason { get; }

    /// <summary>Finds the camera, sets its features and reads them back.</summary>
    /// <param name="cancellationToken">Stops the attempt.</param>
    /// <exception cref="CameraFaultException">It is not there, held by another host, or does not answer now.</exception>
    /// <exception cref="BadInputException">A feature of the configuration can never be set on this camera; the message names it.</exception>
    Task OpenAsync(CancellationToken cancellationToken);

    /// <summary>Starts the stream for one capture: what is still in the buffers is dropped and counted, then each trigger makes a frame.</summary>
    /// <param name="trigger">Who triggers.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task ArmAsync(FrameTrigger trigger, CancellationToken cancellationToken);

    /// <summary>Sets exposure and gain for the triggers that follow; does nothing when they are set already.</summary>
    /// <param name="exposureMicroseconds">Exposure in µs.</param>
    /// <param name="gainDecibels">Gain in dB, or null to leave it.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task SetExposureAsync(double exposureMicroseconds, double? gainDecibels, CancellationToken cancellationToken);

    /// <summary>Sets an integer feature of the camera: cameras with their own filter or light (a band register).</summary>
    /// <param name="feature">Name of the GenICam feature or V4L2 control.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="BadInputException">There is no such feature, or the value is out of its range.</exception>
    Task SetFeatureAsync(string feature, long value, CancellationToken cancellationToken);

    /// <summary>Fires the software trigger of an armed camera.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task FireAsync(CancellationToken cancellationToken);

    /// <summary>Waits for the next frame of an armed camera, complete or not.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The frame; its pixels are valid until the next call, <see cref="DisarmAsync"/> or disposal.</returns>
    ValueTask<CameraFrame> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Stops the stream; frames that arrive later are dropped.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    Task DisarmAsync(CancellationToken cancellationToken);
}

/// <summary>Who triggers a frame.</summary>
public enum FrameTrigger
{
    /// <summary>The camera's trigger input, as its feature file wires it.</summary>
    Line,

    /// <summary>A command over the camera's own link.</summary>
    Software,

    /// <summary>The camera itself, at its own rate (a pushbroom line rate).</summary>
    FreeRun,
}

/// <summary>One image as the camera gave it.</summary>
/// <param name="FrameId">The camera's own count of frames, growing by one a frame; a gap is frames lost on the way.</param>
/// <param name="DeviceTimestampNanoseconds">The camera's clock at the exposure in ns; 0 where it has none.</param>
/// <param name="HostTimestamp">Ticks of <see cref="TimeProvider.GetTimestamp"/> when its last byte was received.</param>
/// <param name="Fault">Null when complete; else what is wrong ("missing packets", "wrong size 320x256"). Such a frame never enters a cube.</param>
/// <param name="Pixels">lines × samples counts, sample fastest.</param>
public readonly record struct CameraFrame(
    ulong FrameId, ulong DeviceTimestampNanoseconds, long HostTimestamp, string? Fault, ReadOnlyMemory<ushort> Pixels);

/// <summary>What a frame camera can do.</summary>
/// <param name="ShortestExposureMicroseconds">Shortest exposure in µs.</param>
/// <param name="LongestExposureMicroseconds">Longest exposure in µs.</param>
/// <param name="LowestGainDecibels">Lowest gain in dB; null where it has no gain.</param>
/// <param name="HighestGainDecibels">Highest gain in dB; null where it has no gain.</param>
/// <param name="FramesPerSecond">Most frames a second at this size, by sensor and link; null where unknown.</param>
/// <param name="FeatureWriteMicroseconds">Time that setting an exposure takes, measured at opening, in µs; null where unknown.</param>
/// <param name="CanLineTrigger">Whether it has a trigger input.</param>
/// <param name="CanSoftwareTrigger">Whether it has a software trigger.</param>
public sealed record FrameCameraLimits(
    double ShortestExposureMicroseconds,
    double LongestExposureMicroseconds,
    double? LowestGainDecibels,
    double? HighestGainDecibels,
    double? FramesPerSecond,
    double? FeatureWriteMicroseconds,
    bool CanLineTrigger,
    bool CanSoftwareTrigger);
