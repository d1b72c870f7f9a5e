using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;

namespace HsiEdge.Core.Interpret;

/// <summary>Draws the picture the endoscopist sees.</summary>
public interface IOverlayRenderer
{
    /// <summary>
    /// Renders the scene in grey with class colours, contours of findings, a legend, the research-use notice, and "SYNTHETIC" when it is.
    /// </summary>
    /// <returns>PNG bytes.</returns>
    byte[] RenderPng(ISpectralCube cube, CubeMaps maps, IReadOnlyList<ModelClass> classes, IReadOnlyList<Finding> findings, bool synthetic, string caption);
}
