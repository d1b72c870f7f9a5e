using Google.Protobuf;
using HsiEdge.Inference.Onnx;

namespace HsiEdge.ModelBuilder.Onnx;

/// <summary>Puts a graph together, node by node, in topological order. The same calls give the same bytes.</summary>
internal sealed class GraphWriter(string graphName)
{
    private const int IrVersion = 8;
    private const int Opset = 17;

    private readonly GraphProto _graph = new() { Name = graphName };

    /// <summary>Adds a constant.</summary>
    public string Constant<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<long> dimensions)
        where T : unmanaged
    {
        _graph.Initializer.Add(TensorCodec.Make(name, values, dimensions));
        return name;
    }

    /// <summary>Adds a scalar constant.</summary>
    public string Scalar<T>(string name, T value)
        where T : unmanaged => Constant<T>(name, [value]);

    /// <summary>Adds an operator with one output, named as the operator is.</summary>
    public string Node(string type, string name, ReadOnlySpan<string> inputs, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = type, Name = name };
        foreach (var input in inputs)
        {
            node.Input.Add(input);
        }

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        node.Output.Add(name);
        _graph.Node.Add(node);
        return name;
    }

    /// <summary>An attribute of integers.</summary>
    public static AttributeProto Integers(string name, params ReadOnlySpan<long> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };
        foreach (var value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }

    /// <summary>An attribute of one integer.</summary>
    public static AttributeProto Integer(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>Declares the input, <c>[1, H, W, channels]</c>.</summary>
    public string Input(string name, TensorProto.Types.DataType type, int channels)
    {
        _graph.Input.Add(Image(name, type, channels));
        return name;
    }

    /// <summary>Declares the output, <c>[1, H, W, channels]</c>.</summary>
    public void Output(string name, TensorProto.Types.DataType type, int channels) => _graph.Output.Add(Image(name, type, channels));

    /// <summary>The finished model.</summary>
    public byte[] ToBytes()
    {
        var model = new ModelProto { IrVersion = IrVersion, ProducerName = "hsiedge-model", Graph = _graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = string.Empty, Version = Opset });
        return model.ToByteArray();
    }

    private static ValueInfoProto Image(string name, TensorProto.Types.DataType type, int channels)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = 1 });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "H" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimParam = "W" });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = channels });
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = shape } },
        };
    }
}
