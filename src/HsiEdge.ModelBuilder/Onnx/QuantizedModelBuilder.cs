using HsiEdge.Core.Infer;
using HsiEdge.Inference.Onnx;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Onnx;

/// <summary>
/// The static INT8 form of a network: input <c>codes</c> u8 [1, H, W, bands], output <c>logits</c> u8 [1, H, W, classes] whose scale is that of the
/// last QuantizeLinear. Between them 1×1 convolutions with weights s8, symmetric, one scale an output channel, bias int32 of scale sx·sw, and
/// QuantizeLinear/DequantizeLinear on every convolution's input and output: ONNX Runtime makes one QLinearConv of each.
/// </summary>
public static class QuantizedModelBuilder
{
    /// <summary>Builds the model (opset 17, IR 8).</summary>
    /// <param name="network">The network.</param>
    /// <param name="input">Encoding of the input.</param>
    /// <param name="layerOutputs">Encoding of each layer's output, after its ReLU where it has one (there the zero point must be 0).</param>
    public static byte[] Build(PixelNetwork network, InputEncoding input, IReadOnlyList<InputEncoding> layerOutputs)
    {
        NetworkShape.Require(network);
        ArgumentNullException.ThrowIfNull(input);
        ArgumentNullException.ThrowIfNull(layerOutputs);
        if (layerOutputs.Count != network.Layers.Count)
        {
            throw new ArgumentException($"{layerOutputs.Count} output encodings for {network.Layers.Count} layers.", nameof(layerOutputs));
        }

        var graph = new GraphWriter("pixel-network-int8");
        var value = graph.Input("codes", TensorProto.Types.DataType.Uint8, network.Inputs);
        value = Dequantize(graph, "input", value, AddEncoding(graph, "input", input));
        value = graph.Node("Transpose", "nchw", [value], GraphWriter.Integers("perm", 0, 3, 1, 2));
        var inputScale = (float)input.Scale;
        for (var i = 0; i < network.Layers.Count; i++)
        {
            var name = $"layer{i}";
            value = Convolve(graph, name, network.Layers[i], inputScale, value);
            var last = i == network.Layers.Count - 1;
            if (!last)
            {
                value = graph.Node("Relu", $"{name}.relu", [value]);
            }

            var encoding = AddEncoding(graph, $"{name}.output", layerOutputs[i]);
            value = graph.Node("QuantizeLinear", $"{name}.output.codes", [value, encoding.Scale, encoding.ZeroPoint]);
            if (!last)
            {
                value = Dequantize(graph, $"{name}.output", value, encoding);
            }

            inputScale = (float)layerOutputs[i].Scale;
        }

        value = graph.Node("Transpose", "logits", [value], GraphWriter.Integers("perm", 0, 2, 3, 1));
        graph.Output(value, TensorProto.Types.DataType.Uint8, network.Outputs);
        return graph.ToBytes();
    }

    private static (string Scale, string ZeroPoint) AddEncoding(GraphWriter graph, string name, InputEncoding encoding)
    {
        var scale = (float)encoding.Scale;
        if (!float.IsNormal(scale) || scale < 0 || encoding.ZeroPoint is < 0 or > 255)
        {
            throw new ArgumentException($"Encoding of {name}: scale {encoding.Scale}, zero point {encoding.ZeroPoint}; expected a positive scale and 0…255.", nameof(encoding));
        }

        return (graph.Scalar($"{name}.scale", scale), graph.Scalar($"{name}.zeroPoint", (byte)encoding.ZeroPoint));
    }

    private static string Dequantize(GraphWriter graph, string name, string value, (string Scale, string ZeroPoint) encoding) =>
        graph.Node("DequantizeLinear", $"{name}.values", [value, encoding.Scale, encoding.ZeroPoint]);

    private static string Convolve(GraphWriter graph, string name, DenseLayer layer, float inputScale, string value)
    {
        var quantized = QuantizedLayer.Of(layer, inputScale);
        var weights = graph.Node(
            "DequantizeLinear",
            $"{name}.weights",
            [
                graph.Constant<sbyte>($"{name}.weights.codes", quantized.Weights, layer.Outputs, layer.Inputs, 1, 1),
                graph.Constant<float>($"{name}.weights.scale", quantized.WeightScales, layer.Outputs),
                graph.Constant<sbyte>($"{name}.weights.zeroPoint", new sbyte[layer.Outputs], layer.Outputs),
            ],
            GraphWriter.Integer("axis", 0));
        var bias = graph.Node(
            "DequantizeLinear",
            $"{name}.bias",
            [
                graph.Constant<int>($"{name}.bias.codes", quantized.Bias, layer.Outputs),
                graph.Constant<float>($"{name}.bias.scale", quantized.BiasScales, layer.Outputs),
                graph.Constant<int>($"{name}.bias.zeroPoint", new int[layer.Outputs], layer.Outputs),
            ],
            GraphWriter.Integer("axis", 0));
        return graph.Node("Conv", $"{name}.conv", [value, weights, bias], GraphWriter.Integers("kernel_shape", 1, 1));
    }
}
