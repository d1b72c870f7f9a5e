using HsiEdge.Core.Infer;

namespace HsiEdge.ModelBuilder.Quantize;

/// <summary>A quantized model and how far it is from what it was made of.</summary>
/// <param name="Onnx">The model's bytes.</param>
/// <param name="Input">Encoding of its input: belongs in the card.</param>
/// <param name="Report">INT8 against FP32 on the held-out spectra.</param>
public sealed record QuantizedModel(byte[] Onnx, InputEncoding Input, QuantizationReport Report);
