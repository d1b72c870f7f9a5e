namespace HsiEdge.Core.Acquire;

/// <summary>Patience and memory of band-by-band acquisition.</summary>
public sealed class AcquireOptions
{
    /// <summary>Time for a frame beyond its settle time and exposure after which the capture is given up, in ms, &gt; 0.</summary>
    public double FrameTimeoutMilliseconds { get; set; } = 1000;

    /// <summary>Time for a frame beyond its settle time and exposure after which it counts as late, in ms, &gt; 0. A late frame is used: its number says which pulse it answers.</summary>
    public double LateAfterMilliseconds { get; set; } = 100;

    /// <summary>Most memory that cubes in flight may take, in MiB, ≥ 1.</summary>
    public int PoolCeilingMebibytes { get; set; } = 256;
}
