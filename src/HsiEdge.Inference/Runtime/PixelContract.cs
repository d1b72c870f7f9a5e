using HsiEdge.Core;
using HsiEdge.Inference.Onnx;

namespace HsiEdge.Inference.Runtime;

/// <summary>
/// What a per-pixel model looks like from outside: one input, u8 <c>[1, H, W, bands]</c>, and one output <c>[1, H, W, classes]</c> of logits,
/// either float32 or u8 from a QuantizeLinear whose scale the graph holds. H and W are dynamic or fixed.
/// </summary>
/// <param name="InputName">Name of the input.</param>
/// <param name="OutputName">Name of the output.</param>
/// <param name="Bands">Input values a pixel.</param>
/// <param name="Classes">Output values a pixel.</param>
/// <param name="FixedHeight">H where fixed, otherwise null.</param>
/// <param name="FixedWidth">W where fixed, otherwise null.</param>
/// <param name="OutputScale">Step of u8 logits; null for float32 logits.</param>
public sealed record PixelContract(
    string InputName, string OutputName, int Bands, int Classes, int? FixedHeight, int? FixedWidth, float? OutputScale)
{
    private const string Expected = "one u8 input [1, H, W, bands] and one output [1, H, W, classes] of float32 or u8";

    /// <summary>Reads the contract from a model and checks it.</summary>
    /// <param name="model">The parsed model, which <see cref="OnnxGuard"/> let through.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="BadInputException">The model's signature is another, or a layer looks beyond its own pixel.</exception>
    public static PixelContract Read(ModelProto model, string name)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graph = model.Graph;
        var constants = graph.Initializer.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var inputs = graph.Input.Where(i => !constants.ContainsKey(i.Name)).ToArray();
        if (inputs.Length != 1 || graph.Output.Count != 1)
        {
            throw new BadInputException($"{name}: {inputs.Length} inputs and {graph.Output.Count} outputs; expected {Expected}.");
        }

        var (input, output) = (inputs[0], graph.Output[0]);
        var inputDimensions = Dimensions(input, "input", name);
        var outputDimensions = Dimensions(output, "output", name);
        if (ElementType(input) != TensorProto.Types.DataType.Uint8)
        {
            throw new BadInputException($"{name}: input '{input.Name}' is {ElementType(input)}; expected Uint8. Quantize the model with a u8 input.");
        }

        var bands = Fixed(inputDimensions[3], input, "bands", name);
        var classes = Fixed(outputDimensions[3], output, "classes", name);
        RequirePixelWise(graph, constants, name);
        float? scale = ElementType(output) switch
        {
            TensorProto.Types.DataType.Float => null,
            TensorProto.Types.DataType.Uint8 => OutputScaleOf(graph, constants, output.Name, name),
            var other => throw new BadInputException($"{name}: output '{output.Name}' is {other}; expected Float or Uint8 logits."),
        };
        return new PixelContract(
            input.Name, output.Name, bands, classes, FixedOrNull(inputDimensions[1]), FixedOrNull(inputDimensions[2]), scale);
    }

    /// <summary>Checks that the model fits a card.</summary>
    /// <param name="bands">Values a pixel after the card's preprocessing.</param>
    /// <param name="classes">Classes of the card.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="BadInputException">Another number of bands or classes.</exception>
    public void RequireFit(int bands, int classes, string name)
    {
        if (Bands != bands)
        {
            throw new BadInputException($"{name}: the model takes {Bands} values a pixel but the card's wavelengthsNanometres and preprocessing give {bands}; they must agree.");
        }

        if (Classes != classes)
        {
            throw new BadInputException($"{name}: the model gives {Classes} classes but the card's classes lists {classes}; they must agree.");
        }
    }

    private static TensorProto.Types.DataType ElementType(ValueInfoProto value) => (TensorProto.Types.DataType)value.Type.TensorType.ElemType;

    private static TensorShapeProto.Types.Dimension[] Dimensions(ValueInfoProto value, string role, string name)
    {
        if (value.Type?.TensorType?.Shape is not { Dim.Count: 4 } shape || FixedOrNull(shape.Dim[0]) != 1)
        {
            throw new BadInputException($"{name}: {role} '{value.Name}' is not of four axes beginning with 1; expected {Expected}.");
        }

        return [.. shape.Dim];
    }

    private static int? FixedOrNull(TensorShapeProto.Types.Dimension dimension) =>
        dimension.HasDimValue && dimension.DimValue is > 0 and <= int.MaxValue ? (int)dimension.DimValue : null;

    private static int Fixed(TensorShapeProto.Types.Dimension dimension, ValueInfoProto value, string axis, string name) =>
        FixedOrNull(dimension) ?? throw new BadInputException($"{name}: the last axis of '{value.Name}' is not fixed; expected the number of {axis} there.");

    private static void RequirePixelWise(GraphProto graph, Dictionary<string, TensorProto> constants, string name)
    {
        foreach (var node in graph.Node)
        {
            if (node.OpType is "AveragePool" or "MaxPool" or "GlobalAveragePool")
            {
                throw new BadInputException($"{name}: {node.OpType} '{node.Name}' mixes pixels; expected a per-pixel model of 1×1 convolutions.");
            }

            if (node.OpType is not ("Conv" or "QLinearConv"))
            {
                continue;
            }

            var weights = Through(graph, constants, InputOf(node, node.OpType == "Conv" ? 1 : 3));
            if (weights is null || weights.Dims.Skip(2).Any(extent => extent != 1))
            {
                var kernel = weights is null ? "that is not a constant" : string.Join('×', weights.Dims.Skip(2));
                throw new BadInputException($"{name}: {node.OpType} '{node.Name}' has a kernel {kernel}; expected a per-pixel model of 1×1 convolutions.");
            }
        }
    }

    private static string InputOf(NodeProto node, int index) => index < node.Input.Count ? node.Input[index] : string.Empty;

    // Weights stand directly as a constant, or as a quantized constant behind a DequantizeLinear.
    private static TensorProto? Through(GraphProto graph, Dictionary<string, TensorProto> constants, string value)
    {
        if (constants.TryGetValue(value, out var direct))
        {
            return direct;
        }

        var producer = graph.Node.FirstOrDefault(n => n.Output.Contains(value));
        return producer is { OpType: "DequantizeLinear" } ? constants.GetValueOrDefault(InputOf(producer, 0)) : null;
    }

    // The output may be transposed after it was quantized: the scale is that of the QuantizeLinear or QLinearConv before.
    private static float OutputScaleOf(GraphProto graph, Dictionary<string, TensorProto> constants, string output, string name)
    {
        // Operators stand in order, so the walk back ends.
        var producer = graph.Node.FirstOrDefault(n => n.Output.Contains(output));
        while (producer is { OpType: "Transpose" or "Reshape" or "Identity" or "Squeeze" or "Unsqueeze" })
        {
            var next = InputOf(producer, 0);
            producer = graph.Node.FirstOrDefault(n => n.Output.Contains(next));
        }

        var scaleName = producer?.OpType switch
        {
            "QuantizeLinear" => InputOf(producer, 1),
            "QLinearConv" or "QLinearMatMul" => InputOf(producer, 6),
            _ => null,
        };
        if (scaleName is null || !constants.TryGetValue(scaleName, out var scale) || TensorCodec.ElementCount(scale.Dims) != 1
            || TensorCodec.ElementType(scale) != TensorProto.Types.DataType.Float)
        {
            throw new BadInputException($"{name}: u8 output '{output}' does not come from a QuantizeLinear with one constant scale; its values have no unit.");
        }

        var step = TensorCodec.ToArray<float>(scale)[0];
        return float.IsFinite(step) && step > 0
            ? step
            : throw new BadInputException($"{name}: scale of output '{output}' is {step}; expected a positive number.");
    }
}
