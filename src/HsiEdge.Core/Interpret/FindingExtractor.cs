using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Interpret;

/// <summary>Connected regions (8-neighbourhood) of target classes, largest first.</summary>
public static class FindingExtractor
{
    /// <summary>Extracts the findings of one cube.</summary>
    /// <param name="maps">Class and probability maps.</param>
    /// <param name="classes">Classes of the model's card: targets make findings.</param>
    /// <param name="pixelPitchMillimetres">Pixel size in mm, or null.</param>
    /// <param name="options">Limits.</param>
    public static IReadOnlyList<Finding> Extract(
        CubeMaps maps, IReadOnlyList<ModelClass> classes, double? pixelPitchMillimetres, InterpretOptions options) =>
        throw new NotImplementedException();
}
