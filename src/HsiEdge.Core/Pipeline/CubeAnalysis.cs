using HsiEdge.Core.Infer;
using HsiEdge.Core.Record;

namespace HsiEdge.Core.Pipeline;

/// <summary>What Calibrate, Infer and Interpret made of one cube, before alerts and before it is durable.</summary>
/// <param name="Result">The result with its findings and timing.</param>
/// <param name="Maps">Class and probability maps, lines × samples of the cube.</param>
/// <param name="OverlayPng">The picture the endoscopist sees, PNG bytes.</param>
public sealed record CubeAnalysis(CaptureResult Result, CubeMaps Maps, byte[] OverlayPng)
{
    /// <summary>Every pulse and frame of the capture; empty for a recording.</summary>
    public Acquire.TriggerLedger Ledger { get; init; } = Acquire.TriggerLedger.None;
}
