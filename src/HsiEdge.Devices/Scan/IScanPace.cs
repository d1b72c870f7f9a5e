using HsiEdge.Core.Acquire;
using HsiEdge.Core.Trigger;
using Microsoft.Extensions.Logging;

namespace HsiEdge.Devices.Scan;

/// <summary>Who sets the pace of a capture: the frames, the pulses, or the camera. Arms the camera and takes one schedule; the caller brings all to rest.</summary>
internal interface IScanPace
{
    /// <summary>Takes the frames.</summary>
    IAsyncEnumerable<BandFrame> CaptureAsync(ScanSchedule schedule, ICapturePulses pulses, CancellationToken cancellationToken);
}

/// <summary>What a pace works with.</summary>
internal sealed record ScanContext(
    ScanningParts Parts, IOutputPin? TriggerPin, ScanEdges Edges, ScanningOptions Options, TimeProvider Time, ILogger Log)
{
    /// <summary>The next frame; null when none came in time.</summary>
    /// <param name="patience">How long to wait, &gt; 0.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<CameraFrame?> ReadAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var timer = Time.CreateTimer(static s => ((CancellationTokenSource)s!).Cancel(), limit, patience, Timeout.InfiniteTimeSpan);
        try
        {
            return await Parts.Camera.ReadAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && limit.IsCancellationRequested)
        {
            return null;
        }
    }

    /// <summary>Waits after the light has changed. Timers count whole milliseconds: rounded up, as a source that has not settled shows the wrong band.</summary>
    /// <param name="microseconds">At least so long.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task SettleAsync(double microseconds, CancellationToken cancellationToken) =>
        microseconds > 0 ? Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(microseconds / 1000)), Time, cancellationToken) : Task.CompletedTask;

    /// <summary>A camera's frame as the ledger takes it; the pixels are passed on, not copied.</summary>
    public static BandFrame Pass(in CameraFrame frame, int? step = null) =>
        new(step, frame.FrameId, frame.DeviceTimestampNanoseconds, frame.HostTimestamp, frame.Fault is null, frame.Pixels);
}
