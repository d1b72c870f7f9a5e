namespace HsiEdge.Devices.GenICam;

/// <summary>Which camera, and how it is set up.</summary>
public sealed record GenICamOptions
{
    /// <summary>Serial, address or id; empty for the only one there is.</summary>
    public string Device { get; init; } = "";

    /// <summary>How it is set up.</summary>
    public CameraFeatures Features { get; init; } = new();

    /// <summary>Time between two signs of life asked of the camera.</summary>
    public TimeSpan WatchInterval { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Longest wait for a sign of life; after it the camera counts as away.</summary>
    public TimeSpan WatchPatience { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>Whether its frames are a simulation's: said wherever results are printed.</summary>
    public bool Synthetic { get; init; }
}
