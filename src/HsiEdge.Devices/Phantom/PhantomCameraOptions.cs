using HsiEdge.Core.Acquire;
using HsiEdge.Phantom;

namespace HsiEdge.Devices.Phantom;

/// <summary>Which wall the phantom camera looks at, and how fast.</summary>
public sealed record PhantomCameraOptions
{
    /// <summary>Seed of instrument, patient and noise.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Index of the patient, ≥ 0.</summary>
    public int Patient { get; init; }

    /// <summary>How the lesion departs from the wall: an assumption.</summary>
    public PhantomSeparation Separation { get; init; } = PhantomSeparation.Moderate;

    /// <summary>Lines of a frame, ≥ 1.</summary>
    public int Lines { get; init; } = 128;

    /// <summary>Samples of a line, ≥ 1.</summary>
    public int Samples { get; init; } = 160;

    /// <summary>Time from frame to frame; zero is as fast as the frames can be computed.</summary>
    public TimeSpan FramePeriod { get; init; }

    /// <summary>Frames averaged for each band of a reference, ≥ 1.</summary>
    public int ReferenceAverages { get; init; } = 8;

    /// <summary>How the view moves.</summary>
    public SceneScript Script { get; init; } = SceneScript.Default;

    /// <summary>Faults to show, by number of the capture from 0 and band; null for a camera without faults.</summary>
    public Func<long, int, PhantomFault>? Faults { get; init; }

    /// <summary>The phantom's own plan: 96 bands from 1000 to 1600 nm, 2 ms each, 0.2 mm pixels.</summary>
    public static ScanPlan DefaultPlan { get; } = new(
        "phantom-96",
        PhantomOptions.DefaultWavelengths,
        [.. Enumerable.Repeat(PhantomOptions.DefaultExposureMicroseconds, PhantomOptions.DefaultWavelengths.Count)],
        SettleMicroseconds: 0,
        PixelPitchMillimetres: 0.2,
        StoreRawCube: false);
}
