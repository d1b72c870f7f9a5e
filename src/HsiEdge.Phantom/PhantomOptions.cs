using HsiEdge.Core.Cubes;

namespace HsiEdge.Phantom;

/// <summary>Which cube of which digital patient to make. The same options give the same bytes on the same kind of CPU.</summary>
public sealed record PhantomOptions
{
    /// <summary>Seed of the population and the instrument.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Index of the patient, ≥ 0.</summary>
    public int Patient { get; init; }

    /// <summary>Index of the view of this patient's wall, ≥ 0: another place, other noise.</summary>
    public int View { get; init; }

    /// <summary>Lines of the cube, ≥ 1.</summary>
    public int Lines { get; init; } = 128;

    /// <summary>Samples of the cube, ≥ 1.</summary>
    public int Samples { get; init; } = 160;

    /// <summary>Bands in nm, within 400…1600.</summary>
    public WavelengthAxis WavelengthAxis { get; init; } = DefaultWavelengths;

    /// <summary>How lesions depart from walls: an assumption.</summary>
    public PhantomSeparation Separation { get; init; } = PhantomSeparation.Moderate;

    /// <summary>Size of a pixel in mm, &gt; 0.</summary>
    public double PixelPitchMillimetres { get; init; } = 0.2;

    /// <summary>Exposure of every band in µs, &gt; 0.</summary>
    public double ExposureMicroseconds { get; init; } = DefaultExposureMicroseconds;

    /// <summary>Frames averaged for each band of a reference, ≥ 1.</summary>
    public int ReferenceAverages { get; init; } = 8;

    /// <summary>Whether a lesion is in view.</summary>
    public bool WithLesion { get; init; } = true;

    /// <summary>96 bands, 1000–1600 nm.</summary>
    public static WavelengthAxis DefaultWavelengths { get; } = WavelengthAxis.Linear(1000, 1600, 96);

    /// <summary>Brings the white target to about three quarters of full scale at the brightest band.</summary>
    public const double DefaultExposureMicroseconds = 2000;

    /// <summary>Shortest wavelength of the chromophore tables in nm.</summary>
    public const double ShortestNanometres = 400;

    /// <summary>Longest wavelength of the chromophore tables in nm.</summary>
    public const double LongestNanometres = 1600;
}
