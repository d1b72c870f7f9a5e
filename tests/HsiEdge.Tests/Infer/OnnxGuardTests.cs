using CsCheck;
using Google.Protobuf;
using HsiEdge.Core;
using HsiEdge.Inference.Onnx;
using HsiEdge.Inference.Runtime;
using HsiEdge.ModelBuilder.Onnx;
using Xunit;

namespace HsiEdge.Tests.Infer;

public sealed class OnnxGuardTests
{
    private static readonly byte[] Good = FloatModelBuilder.Build(SampleModels.Network(1, 6, 4, 3));
    private static readonly byte[] Quantized = SampleModels.Quantize(SampleModels.Network(1, 6, 4, 3), 100).Onnx;

    public static TheoryData<string, string> Spoilt => new()
    {
        { "external data", "another file (weights.bin)" },
        { "external data without a list", "another file" },
        { "external data within an attribute", "another file (hidden.bin)" },
        { "external data within a subgraph", "another file (deep.bin)" },
        { "custom domain", "domain 'com.acme'" },
        { "custom domain within a subgraph", "domain 'com.acme'" },
        { "functions", "functions" },
        { "training", "training graphs" },
        { "opset", "opset 99" },
        { "no opset", "0 times" },
        { "IR", "IR version 99" },
        { "no graph", "no graph" },
        { "short constant", "holds 4 bytes" },
        { "huge constant", "too many elements" },
        { "negative extent", "extent -1" },
        { "sparse", "sparse" },
        { "segment", "segments" },
        { "4-bit", "Int4" },
        { "constant twice", "occurs twice" },
        { "value from nowhere", "takes 'nowhere'" },
        { "value twice", "which is there already" },
        { "cycle", "expected operators in order" },
        { "output from nowhere", "made by no operator" },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void A_spoilt_model_is_refused_with_the_reason(string spoil, string reason)
    {
        var model = ModelProto.Parser.ParseFrom(Good);
        Spoil(model, spoil);
        var refusal = Assert.Throws<BadInputException>(() => OnnxSession.Open(model.ToByteArray(), "m.onnx"));
        Assert.StartsWith("m.onnx: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_good_model_passes() => Assert.Equal(5, OnnxGuard.Check(Good, "m.onnx", OnnxLimits.Bundle).Graph.Node.Count);

    [Fact]
    public void A_bundle_allows_no_control_flow_and_no_operator_outside_its_list()
    {
        var model = ModelProto.Parser.ParseFrom(Good);
        model.Graph.Node.Add(new NodeProto { OpType = "Loop", Name = "endless" });
        Assert.Contains("Loop 'endless'", Assert.Throws<BadInputException>(() => OnnxGuard.Check(model.ToByteArray(), "m", OnnxLimits.Bundle)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sizes_and_counts_have_limits()
    {
        Assert.Contains("1 to 10 bytes", Assert.Throws<BadInputException>(() => OnnxGuard.Check(Good, "m", new OnnxLimits { MaximumBytes = 10 })).Message, StringComparison.Ordinal);
        Assert.Contains("more than 4 operators", Assert.Throws<BadInputException>(() => OnnxGuard.Check(Good, "m", new OnnxLimits { MaximumNodes = 4 })).Message, StringComparison.Ordinal);
        Assert.Contains("more than 3 constants", Assert.Throws<BadInputException>(() => OnnxGuard.Check(Good, "m", new OnnxLimits { MaximumInitializers = 3 })).Message, StringComparison.Ordinal);
        Assert.Contains("0 bytes", Assert.Throws<BadInputException>(() => OnnxGuard.Check([], "m", OnnxLimits.Runtime)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_that_are_no_model_are_refused_and_never_crash() =>
        Gen.Select(Gen.Int[0, Quantized.Length - 1].Array[1, 3], Gen.Byte, Gen.Frequency((1, Gen.Int[1, Quantized.Length]), (9, Gen.Const(Quantized.Length)))).Sample(
            (positions, value, length) =>
            {
                var bytes = Quantized[..length];
                foreach (var position in positions)
                {
                    bytes[position % length] = value;
                }

                try
                {
                    PixelContract.Read(OnnxGuard.Check(bytes, "m", OnnxLimits.Bundle), "m");
                }
                catch (BadInputException exception)
                {
                    Assert.StartsWith("m: ", exception.Message, StringComparison.Ordinal);
                }
            },
            iter: 20_000);

    [Fact]
    public void Inputs_that_do_not_fit_are_refused()
    {
        using var session = OnnxSession.Open(Good, "m");
        var wrong = TensorCodec.Make<float>("spectra", new float[7], 1, 1, 1, 7);
        Assert.Throws<BadInputException>(() => session.Run(new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["spectra"] = wrong }));
        Assert.Contains("'spectra'", Assert.Throws<BadInputException>(() => session.Run(new Dictionary<string, TensorProto>(StringComparer.Ordinal))).Message, StringComparison.Ordinal);
        Assert.Contains(
            "'other'",
            Assert.Throws<BadInputException>(() => session.Run(new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["spectra"] = wrong, ["other"] = wrong })).Message,
            StringComparison.Ordinal);
    }

    private static void Spoil(ModelProto model, string how)
    {
        var graph = model.Graph;
        var tensor = graph.Initializer[0];
        switch (how)
        {
            case "external data":
                tensor.ClearRawData();
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "weights.bin" });
                break;
            case "external data without a list":
                tensor.DataLocation = TensorProto.Types.DataLocation.External;
                break;
            case "external data within an attribute":
                graph.Node.Add(new NodeProto { OpType = "Constant", Output = { "c" }, Attribute = { new AttributeProto { Name = "value", T = External("hidden.bin") } } });
                break;
            case "external data within a subgraph":
                graph.Node.Add(WithBody(new GraphProto { Initializer = { External("deep.bin") } }));
                break;
            case "custom domain":
                graph.Node[1].Domain = "com.acme";
                break;
            case "custom domain within a subgraph":
                graph.Node.Add(WithBody(new GraphProto { Node = { new NodeProto { OpType = "X", Domain = "com.acme" } } }));
                break;
            case "functions":
                model.Functions.Add(new FunctionProto { Name = "f" });
                break;
            case "training":
                model.TrainingInfo.Add(new TrainingInfoProto());
                break;
            case "opset":
                model.OpsetImport[0].Version = 99;
                break;
            case "no opset":
                model.OpsetImport.Clear();
                break;
            case "IR":
                model.IrVersion = 99;
                break;
            case "no graph":
                model.Graph = null;
                break;
            case "short constant":
                tensor.RawData = ByteString.CopyFrom(new byte[4]);
                break;
            case "huge constant":
                tensor.Dims.Add([1 << 20, 1 << 20]);
                break;
            case "negative extent":
                tensor.Dims[0] = -1;
                break;
            case "sparse":
                graph.SparseInitializer.Add(new SparseTensorProto());
                break;
            case "segment":
                tensor.Segment = new TensorProto.Types.Segment { Begin = 0, End = 1 };
                break;
            case "4-bit":
                tensor.DataType = (int)TensorProto.Types.DataType.Int4;
                break;
            case "constant twice":
                graph.Initializer.Add(tensor.Clone());
                break;
            case "value from nowhere":
                graph.Node[1].Input[0] = "nowhere";
                break;
            case "value twice":
                graph.Node[2].Output[0] = graph.Node[1].Output[0];
                break;
            case "cycle":
                graph.Node[0].Input[0] = graph.Node[0].Output[0];
                break;
            case "output from nowhere":
                graph.Output[0].Name = "nothing";
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(how), how, null);
        }
    }

    private static TensorProto External(string location) => new()
    {
        Name = "external",
        DataType = (int)TensorProto.Types.DataType.Float,
        DataLocation = TensorProto.Types.DataLocation.External,
        ExternalData = { new StringStringEntryProto { Key = "location", Value = location } },
    };

    private static NodeProto WithBody(GraphProto body) =>
        new() { OpType = "If", Output = { "o" }, Attribute = { new AttributeProto { Name = "then_branch", G = body } } };
}
