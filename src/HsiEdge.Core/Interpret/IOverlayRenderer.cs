using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Interpret;

/// <summary>Draws the picture the endoscopist sees.</summary>
public interface IOverlayRenderer
{
    /// <summary>
    /// Renders the scene in grey with class colours, contours of findings, a legend, a scale bar, the research-use notice, "SYNTHETIC" when it is,
    /// and a banner when the calibration inhibits alerts. Equal input gives equal bytes.
    /// </summary>
    /// <param name="cube">The cube, for the grey scene; the same lines × samples as the maps.</param>
    /// <param name="maps">Class and probability maps with their flags.</param>
    /// <param name="classes">Classes of the model's card, in map order.</param>
    /// <param name="findings">Regions to outline and number.</param>
    /// <param name="pixelPitchMillimetres">Pixel size in mm for the scale bar; null where unknown: no scale bar.</param>
    /// <param name="synthetic">Whether cube or model is synthetic.</param>
    /// <param name="caption">One line: time, case, model@version.</param>
    /// <returns>PNG bytes.</returns>
    byte[] RenderPng(
        ISpectralCube cube,
        CubeMaps maps,
        IReadOnlyList<ModelClass> classes,
        IReadOnlyList<Finding> findings,
        double? pixelPitchMillimetres,
        bool synthetic,
        string caption);
}
