using HsiEdge.Core;
using HsiEdge.Inference.Onnx;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Infer;

/// <summary>Quantized models from others' tools load and run through our loader, or are refused with the reason.</summary>
public sealed class OrtQdqModelsTests
{
    // File; the reason of the refusal, or null where it runs. Extents left open by a model are set to 2.
    public static TheoryData<string, string?> Models => new()
    {
        { "conv.int4_weights.qdq.onnx", "Int4" },
        { "conv_qdq_s8s8.onnx", null },
        { "conv_qdq_s8s8_perchannel.onnx", null },
        { "conv_qdq_u8u8.onnx", null },
        { "dynamic_quantize_matmul_int8.onnx", null },
        { "layout_transform_fix_transpose_without_dq.qdq.onnx", null },
        { "layout_transform_reshape.qdq.onnx", null },
        { "logreg_iris.onnx", "domain 'ai.onnx.ml'" },
        { "matmul_integer_to_float_int8.onnx", null },
        { "mnist.onnx", null },
        { "qdq_convs.onnx", null },
        { "qdq_minimal_model.onnx", null },
    };

    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_runs_or_is_refused_with_the_reason(string file, string? reason)
    {
        var bytes = File.ReadAllBytes(SharedData.Path("onnx-ort-qdq", file));
        if (reason is not null)
        {
            var refusal = Assert.Throws<BadInputException>(() => OnnxSession.Open(bytes, file));
            Assert.StartsWith(file, refusal.Message, StringComparison.Ordinal);
            Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
            return;
        }

        using var session = OnnxSession.Open(bytes, file);
        var outputs = session.Run(MakeInputs(session.Model.Graph));
        Assert.Equal(session.Model.Graph.Output.Count, outputs.Count);
        Assert.All(outputs, output => Assert.NotEmpty(TensorCodec.ToBytes(output)));
    }

    [Fact]
    public void The_table_names_every_file() =>
        Assert.Equal(Directory.GetFiles(SharedData.Path("onnx-ort-qdq"), "*.onnx").Length, Models.Count);

    private static Dictionary<string, TensorProto> MakeInputs(GraphProto graph)
    {
        var constants = graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        return graph.Input.Where(i => !constants.Contains(i.Name)).ToDictionary(i => i.Name, MakeInput, StringComparer.Ordinal);
    }

    private static TensorProto MakeInput(ValueInfoProto input)
    {
        var type = (TensorProto.Types.DataType)input.Type.TensorType.ElemType;
        var tensor = new TensorProto { Name = input.Name, DataType = (int)type };
        tensor.Dims.Add(input.Type.TensorType.Shape.Dim.Select(d => d.HasDimValue && d.DimValue > 0 ? d.DimValue : 2));
        var bytes = new byte[TensorCodec.ElementCount(tensor.Dims) * TensorCodec.ElementSize(type)];
        if (type == TensorProto.Types.DataType.Float)
        {
            for (var i = 0; i < bytes.Length / sizeof(float); i++)
            {
                BitConverter.TryWriteBytes(bytes.AsSpan(i * sizeof(float)), 0.25f + (0.01f * (i % 50)));
            }
        }

        tensor.RawData = Google.Protobuf.ByteString.CopyFrom(bytes);
        return tensor;
    }
}
