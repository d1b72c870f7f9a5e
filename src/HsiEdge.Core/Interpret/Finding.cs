namespace HsiEdge.Core.Interpret;

/// <summary>A connected region (8-neighbourhood) of one target class in one cube.</summary>
/// <param name="Index">Position within the result, from 1, largest first.</param>
/// <param name="ClassName">Name of the target class.</param>
/// <param name="PixelCount">Pixels in the region.</param>
/// <param name="AreaSquareMillimetres">pixels × pitch²; null where the pitch is unknown.</param>
/// <param name="MeanProbability">Mean probability of the class over the region, 0…1.</param>
/// <param name="MaximumProbability">Largest probability of the class within the region, 0…1.</param>
/// <param name="Centroid">Mean pixel position.</param>
/// <param name="Contour">Outer boundary pixels, clockwise from the topmost-leftmost, closed implicitly (first point not repeated).</param>
public sealed record Finding(
    int Index,
    string ClassName,
    int PixelCount,
    double? AreaSquareMillimetres,
    double MeanProbability,
    double MaximumProbability,
    PixelPoint Centroid,
    IReadOnlyList<PixelPoint> Contour);

/// <summary>A position in pixels: sample to the right, line downwards, 0-based at the centre of the first pixel.</summary>
/// <param name="Line">Line.</param>
/// <param name="Sample">Sample.</param>
public sealed record PixelPoint(double Line, double Sample);
