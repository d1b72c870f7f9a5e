using HsiEdge.Core.Cubes;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Interpret;

namespace HsiEdge.Testing;

/// <summary>Draws nothing: a signature of PNG and the number of findings.</summary>
public sealed class FakeOverlay : IOverlayRenderer
{
    public byte[] RenderPng(
        ISpectralCube cube, CubeMaps maps, IReadOnlyList<ModelClass> classes, IReadOnlyList<Finding> findings, double? pixelPitchMillimetres, bool synthetic, string caption) =>
        [0x89, (byte)'P', (byte)'N', (byte)'G', (byte)findings.Count];
}
