using HsiEdge.Inference.Onnx;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Onnx;

/// <summary>
/// The FP32 reference of a network: input <c>spectra</c> float32 [1, H, W, bands], 1×1 convolutions with ReLU between them, output <c>logits</c>
/// float32 [1, H, W, classes]. For comparison and for other tools; an appliance runs the quantized form.
/// </summary>
public static class FloatModelBuilder
{
    /// <summary>Builds the model (opset 17, IR 8).</summary>
    /// <param name="network">The network.</param>
    public static byte[] Build(PixelNetwork network)
    {
        NetworkShape.Require(network);
        var graph = new GraphWriter("pixel-network-fp32");
        var value = graph.Input("spectra", TensorProto.Types.DataType.Float, network.Inputs);
        value = graph.Node("Transpose", "nchw", [value], GraphWriter.Integers("perm", 0, 3, 1, 2));
        for (var i = 0; i < network.Layers.Count; i++)
        {
            var layer = network.Layers[i];
            var weights = graph.Constant<float>($"layer{i}.weights", layer.Weights, layer.Outputs, layer.Inputs, 1, 1);
            var bias = graph.Constant<float>($"layer{i}.bias", layer.Bias, layer.Outputs);
            value = graph.Node("Conv", $"layer{i}.conv", [value, weights, bias], GraphWriter.Integers("kernel_shape", 1, 1));
            if (i < network.Layers.Count - 1)
            {
                value = graph.Node("Relu", $"layer{i}.relu", [value]);
            }
        }

        value = graph.Node("Transpose", "logits", [value], GraphWriter.Integers("perm", 0, 2, 3, 1));
        graph.Output(value, TensorProto.Types.DataType.Float, network.Outputs);
        return graph.ToBytes();
    }
}
