namespace HsiEdge.Core.Acquire;

/// <summary>Who triggers the camera (key <c>trigger</c> of a scan plan).</summary>
public abstract record TriggerPlan
{
    private protected TriggerPlan()
    {
    }
}

/// <summary>The board's <c>cameraTrigger</c> line, pulsed once a frame.</summary>
/// <param name="PulseMicroseconds">Width of the pulse in µs, &gt; 0.</param>
/// <param name="SpacingMicroseconds">Time from pulse to pulse in µs; null waits for each frame before the next step.</param>
public sealed record LineTrigger(double PulseMicroseconds, double? SpacingMicroseconds) : TriggerPlan;

/// <summary>A command over the camera's link; each step waits for its frame.</summary>
public sealed record SoftwareTrigger : TriggerPlan
{
    /// <summary>The only one.</summary>
    public static SoftwareTrigger Instance { get; } = new();
}

/// <summary>A pushbroom camera running free: each frame is one line of the scene, its lines the bands.</summary>
/// <param name="Lines">Lines of the cube, ≥ 1.</param>
/// <param name="LineRateHertz">Lines a second.</param>
/// <param name="EncoderEdgesPerLine">Edges of the encoder (on the <c>sourceSync</c> line) a line; null when the movement is not measured.</param>
public sealed record FreeRunTrigger(int Lines, double LineRateHertz, int? EncoderEdgesPerLine) : TriggerPlan;
