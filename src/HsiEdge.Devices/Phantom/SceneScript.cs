namespace HsiEdge.Devices.Phantom;

/// <summary>How the view moves from capture to capture; after the last pose it begins again.</summary>
public sealed class SceneScript
{
    private readonly ScenePose[] _poses;

    /// <summary>Makes a script.</summary>
    /// <param name="poses">One pose a capture, at least one.</param>
    public SceneScript(IEnumerable<ScenePose> poses)
    {
        _poses = [.. poses];
        ArgumentOutOfRangeException.ThrowIfZero(_poses.Length, nameof(poses));
    }

    /// <summary>
    /// Ten captures: wall alone, then a lesion comes into view, stays for five with the view drifting a little, and leaves. The lesion is in view in half of the
    /// captures, long enough for an alert to be raised and out of view long enough for it to end.
    /// </summary>
    public static SceneScript Default { get; } = new(
    [
        new(1.9, 0.00), new(1.3, 0.02),
        new(0.16, 0.03), new(0.07, 0.02), new(0.00, 0.00), new(-0.06, -0.03), new(-0.14, -0.02),
        new(-1.3, 0.00), new(-1.9, -0.02), new(-2.5, 0.02),
    ]);

    /// <summary>Captures until the script begins again.</summary>
    public int Length => _poses.Length;

    /// <summary>Pose of a capture.</summary>
    /// <param name="capture">Number of the capture from 0.</param>
    public ScenePose PoseOf(long capture) => _poses[capture % _poses.Length];

    /// <summary>Whether the lesion's centre is in view in a capture.</summary>
    /// <param name="capture">Number of the capture from 0.</param>
    public bool ShowsLesion(long capture)
    {
        var pose = PoseOf(capture);
        return Math.Abs(pose.OffsetWidths) < 0.5 && Math.Abs(pose.OffsetHeights) < 0.5;
    }
}
