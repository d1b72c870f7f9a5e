namespace HsiEdge.Devices.Scan;

/// <summary>How long a scanning camera waits for its parts.</summary>
public sealed class ScanningOptions
{
    /// <summary>Time for a frame beyond its exposure after which its trigger is taken for unanswered, in ms, &gt; 0.</summary>
    public double FrameTimeoutMilliseconds { get; set; } = 500;

    /// <summary>Time for the light source's <c>sourceSync</c> line beyond the settle time, in ms, &gt; 0.</summary>
    public double SyncTimeoutMilliseconds { get; set; } = 1000;

    /// <summary>Time in which light, trigger line and camera must be at rest after a capture, in ms, &gt; 0.</summary>
    public double RestTimeoutMilliseconds { get; set; } = 3000;
}
