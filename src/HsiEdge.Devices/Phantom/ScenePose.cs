namespace HsiEdge.Devices.Phantom;

/// <summary>Where the view stands for one capture, relative to the lesion.</summary>
/// <param name="OffsetWidths">How far the lesion lies right of the middle of the view, in widths of the view: 0 is the middle, beyond ±1 it is out of view.</param>
/// <param name="OffsetHeights">How far the lesion lies below the middle of the view, in heights of the view.</param>
public readonly record struct ScenePose(double OffsetWidths, double OffsetHeights);
