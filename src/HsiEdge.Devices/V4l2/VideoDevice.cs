namespace HsiEdge.Devices.V4l2;

/// <summary>A device that can capture and stream.</summary>
/// <param name="Path">Its device file; may be another one after the camera was away.</param>
/// <param name="Driver">Name of its driver.</param>
/// <param name="Card">What it is, for people.</param>
/// <param name="Bus">Where it is connected: stays the same.</param>
/// <param name="Capabilities">V4L2_CAP_… of this file.</param>
internal sealed record VideoDevice(string Path, string Driver, string Card, string Bus, uint Capabilities)
{
    /// <summary>Whether frames can be taken from it as this adapter takes them.</summary>
    public bool IsUsable => (Capabilities & V4l2Abi.CanCapture) != 0 && (Capabilities & V4l2Abi.CanStream) != 0;

    /// <summary>Whether it only gives frames in planes of their own.</summary>
    public bool IsPlanar => !IsUsable && (Capabilities & V4l2Abi.CanCapturePlanes) != 0;

    /// <summary>Whether it is known as this.</summary>
    public bool IsCalled(string name) => Path == name || Card == name || Bus == name;

    /// <inheritdoc/>
    public override string ToString() => $"{Card} at {Bus} ({Path})";

    /// <summary>Whether this is the same camera at the same place.</summary>
    public bool IsSameAs(VideoDevice other) => Bus == other.Bus && Card == other.Card && Driver == other.Driver;
}
