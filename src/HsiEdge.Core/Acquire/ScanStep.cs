namespace HsiEdge.Core.Acquire;

/// <summary>One frame of a schedule: one trigger, one exposure.</summary>
/// <param name="Index">Number of the step in its schedule, from 0.</param>
/// <param name="Band">Band of the plan; −1 for a dark frame and for a pushbroom line.</param>
/// <param name="Line">Line of the cube for a pushbroom step; else −1.</param>
/// <param name="Repeat">Number of the frame among those averaged, from 0.</param>
/// <param name="ExposureMicroseconds">Exposure in µs.</param>
/// <param name="GainDecibels">Gain in dB, or null to leave it.</param>
/// <param name="LightPosition">Position, code or feature value that the light source takes; −1 for none or dark.</param>
/// <param name="SettleMicroseconds">Wait after the light has changed and before the trigger, in µs; 0 when the light stays.</param>
/// <param name="PlannedMicroseconds">When its trigger is due, in µs after the first one's, by the plan's time budget; exact with a fixed spacing, else the earliest.</param>
public sealed record ScanStep(
    int Index, int Band, int Line, int Repeat, double ExposureMicroseconds, double? GainDecibels, long LightPosition, double SettleMicroseconds, double PlannedMicroseconds)
{
    /// <summary>Whether it is a frame without light, taken to see the dark level.</summary>
    public bool IsDark => Band < 0 && Line < 0;

    /// <summary>Place of its data in the cube: band, or line of a pushbroom cube; −1 for a dark frame.</summary>
    public int Place => Line >= 0 ? Line : Band;
}
