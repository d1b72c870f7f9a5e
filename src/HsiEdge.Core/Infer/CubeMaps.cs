using HsiEdge.Core.Calibrate;

namespace HsiEdge.Core.Infer;

/// <summary>What Calibrate and Infer made of one cube.</summary>
/// <param name="Classes">Class of each pixel.</param>
/// <param name="Probabilities">Probability of each class for each pixel.</param>
/// <param name="Pixels">How many pixels were usable and why the others were not.</param>
/// <param name="Flags">What is wrong with the calibration.</param>
public sealed record CubeMaps(ClassMap Classes, ProbabilityMap Probabilities, PixelCounts Pixels, CalibrationFlags Flags)
{
    /// <summary>Why <see cref="CalibrationFlags.Drifted"/> is set, a text with figures for each cause; empty when it is not.</summary>
    public IReadOnlyList<string> DriftReasons { get; init; } = [];
}
