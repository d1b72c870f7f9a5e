namespace HsiEdge.Devices.V4l2;

/// <summary>Which V4L2 camera, and how it is set up.</summary>
public sealed record V4l2Options
{
    /// <summary>Device file, card or bus as <c>v4l2-ctl --list-devices</c> shows them; empty for the only one there is.</summary>
    public string Device { get; init; } = "";

    /// <summary>How it is set up.</summary>
    public V4l2Settings Settings { get; init; } = new();

    /// <summary>Time between two looks whether it is still there, and between two searches while it is away.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromMilliseconds(500);
}
