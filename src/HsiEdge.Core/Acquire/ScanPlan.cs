using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Acquire;

/// <summary>How a cube is taken.</summary>
/// <param name="Name">Name of the plan, from its file.</param>
/// <param name="Wavelengths">Bands in nm, increasing.</param>
/// <param name="ExposureMicroseconds">Exposure of each band in µs, &gt; 0, one a band.</param>
/// <param name="SettleMicroseconds">Wait after the light source steps, in µs, ≥ 0.</param>
/// <param name="PixelPitchMillimetres">Size of one pixel on the tissue in mm (both axes), &gt; 0.</param>
/// <param name="StoreRawCube">Whether the raw cube is kept as ENVI beside the result.</param>
public sealed record ScanPlan(
    string Name,
    WavelengthAxis Wavelengths,
    IReadOnlyList<double> ExposureMicroseconds,
    double SettleMicroseconds,
    double PixelPitchMillimetres,
    bool StoreRawCube)
{
    /// <summary>Gain of each band in dB, one a band; empty leaves the camera's.</summary>
    public IReadOnlyList<double> GainDecibels { get; init; } = [];

    /// <summary>Order in which the bands are taken: every index once; empty takes them by wavelength.</summary>
    public IReadOnlyList<int> Order { get; init; } = [];

    /// <summary>Frames averaged for each band, ≥ 1.</summary>
    public int Averages { get; init; } = 1;

    /// <summary>A frame without light is taken after every so many bands, to see the dark level drift; 0 takes none.</summary>
    public int DarkEvery { get; init; }

    /// <summary>Who makes the light.</summary>
    public LightPlan Light { get; init; } = FixedLight.Instance;

    /// <summary>Who triggers.</summary>
    public TriggerPlan Trigger { get; init; } = SoftwareTrigger.Instance;
}
