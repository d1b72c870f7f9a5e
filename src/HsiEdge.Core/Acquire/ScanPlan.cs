using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Acquire;

/// <summary>How a cube is taken band by band.</summary>
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
    bool StoreRawCube);
