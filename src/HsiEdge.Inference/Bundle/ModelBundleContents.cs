using HsiEdge.Core.Infer;
using HsiEdge.Inference.Onnx;

namespace HsiEdge.Inference.Bundle;

/// <summary>What goes into a bundle.</summary>
/// <param name="Card">The model's card.</param>
/// <param name="Onnx">The model's bytes.</param>
/// <param name="GoldenInput">Sample input, u8 <c>[1, H, W, bands]</c>.</param>
/// <param name="GoldenOutput">What ONNX Runtime made of it: <c>[1, H, W, classes]</c>, float32 or u8 logits.</param>
public sealed record ModelBundleContents(ModelCard Card, byte[] Onnx, TensorProto GoldenInput, TensorProto GoldenOutput);
