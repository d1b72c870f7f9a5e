using HsiEdge.Core;
using HsiEdge.Inference.Kernels;
using HsiEdge.Inference.Onnx;
using HsiEdge.Inference.Runtime;
using HsiEdge.ModelBuilder.Quantize;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Infer;

public sealed class ClassifierTests
{
    private const int Bands = 20;
    private const int Classes = 4;

    private static readonly QuantizedModel Model = SampleModels.Quantize(SampleModels.Network(5, Bands, 16, Classes));

    [Fact]
    public void Classifying_allocates_nothing()
    {
        using var session = PixelSession.Open(Model.Onnx, "m");
        using var classifier = session.CreateClassifier(Model.Input, 1000);
        var input = SampleModels.Spectra(3, 1000, Bands);
        var probabilities = new float[1000 * Classes];
        int[] counts = [1000, 999, 500, 77, 1, 0];
        Run();
        Assert.Equal(0, Allocations.LeastOf(Run, runs: 20));

        void Run()
        {
            foreach (var count in counts)
            {
                classifier.Classify(input, count, probabilities);
            }
        }
    }

    [Fact]
    public void Any_number_of_pixels_gives_the_same_probabilities_as_one_plain_run()
    {
        const int Pixels = 700;
        var input = SampleModels.Spectra(4, Pixels, Bands);
        var expected = PlainRun(input, Pixels);
        using var session = PixelSession.Open(Model.Onnx, "m");
        using var classifier = session.CreateClassifier(Model.Input, Pixels);
        foreach (var count in new[] { Pixels, 699, 351, 350, 176, 88, 44, 43, 2, 1, 0 })
        {
            var probabilities = new float[(count * Classes) + 1];
            probabilities[^1] = -1;
            classifier.Classify(input, count, probabilities);
            Assert.Equal(expected.AsSpan(0, count * Classes).ToArray(), probabilities[..^1]);
            Assert.Equal(-1, probabilities[^1]);
        }
    }

    [Fact]
    public void A_model_with_fixed_extents_is_run_in_pieces()
    {
        const int Pixels = 50;
        var model = ModelProto.Parser.ParseFrom(Model.Onnx);
        foreach (var value in model.Graph.Input.Concat(model.Graph.Output))
        {
            value.Type.TensorType.Shape.Dim[1].DimValue = 3;
            value.Type.TensorType.Shape.Dim[2].DimValue = 5;
        }

        var input = SampleModels.Spectra(6, Pixels, Bands);
        using var session = PixelSession.Open(Google.Protobuf.MessageExtensions.ToByteArray(model), "m");
        Assert.Equal((3, 5), (session.Contract.FixedHeight, session.Contract.FixedWidth));
        using var classifier = session.CreateClassifier(Model.Input, Pixels);
        var probabilities = new float[Pixels * Classes];
        classifier.Classify(input, Pixels, probabilities);
        Assert.Equal(PlainRun(input, Pixels), probabilities);
    }

    [Fact]
    public async Task Workers_share_a_session_and_agree()
    {
        const int Pixels = 256;
        var input = SampleModels.Spectra(7, Pixels, Bands);
        var expected = PlainRun(input, Pixels);
        using var session = PixelSession.Open(Model.Onnx, "m");
        var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
        {
            using var classifier = session.CreateClassifier(Model.Input, Pixels);
            var probabilities = new float[Pixels * Classes];
            for (var i = 0; i < 100; i++)
            {
                Array.Clear(probabilities);
                classifier.Classify(input, Pixels, probabilities);
                Assert.Equal(expected, probabilities);
            }
        }));
        await Task.WhenAll(workers);
    }

    [Fact]
    public void A_classifier_outlives_the_session_it_came_from_and_buffers_survive_collection()
    {
        var input = SampleModels.Spectra(8, 64, Bands);
        var session = PixelSession.Open(Model.Onnx, "m");
        using var classifier = session.CreateClassifier(Model.Input, 64);
        session.Dispose();
        session.Dispose();
        Assert.Throws<ObjectDisposedException>(() => session.CreateClassifier(Model.Input, 1));
        var probabilities = new float[64 * Classes];
        for (var i = 0; i < 10; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            classifier.Classify(input, 64, probabilities);
        }

        Assert.Equal(PlainRun(input, 64), probabilities);
        classifier.Dispose();
        Assert.Throws<ObjectDisposedException>(() => classifier.Classify(input, 64, probabilities));
    }

    [Fact]
    public void Wrong_lengths_are_refused_before_anything_is_touched()
    {
        using var session = PixelSession.Open(Model.Onnx, "m");
        using var classifier = session.CreateClassifier(Model.Input, 10);
        var input = new float[11 * Bands];
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Classify(input, 11, new float[11 * Classes]));
        Assert.Throws<ArgumentOutOfRangeException>(() => classifier.Classify(input, -1, []));
        Assert.Throws<ArgumentException>(() => classifier.Classify(input.AsSpan(0, (10 * Bands) - 1), 10, new float[10 * Classes]));
        Assert.Throws<ArgumentException>(() => classifier.Classify(input, 10, new float[(10 * Classes) - 1]));
    }

    [Fact]
    public void A_model_with_float_logits_is_classified_as_well()
    {
        // The u8 logits dequantized within the graph: the same numbers by the other output type.
        var model = ModelProto.Parser.ParseFrom(Model.Onnx);
        var output = model.Graph.Output[0];
        output.Type.TensorType.ElemType = (int)TensorProto.Types.DataType.Float;
        model.Graph.Node.Add(new NodeProto
        {
            OpType = "DequantizeLinear",
            Name = "dequantize",
            Input = { output.Name, "layer1.output.scale", "layer1.output.zeroPoint" },
            Output = { "values" },
        });
        output.Name = "values";
        var input = SampleModels.Spectra(9, 100, Bands);
        using var session = PixelSession.Open(Google.Protobuf.MessageExtensions.ToByteArray(model), "m");
        Assert.Null(session.Contract.OutputScale);
        using var classifier = session.CreateClassifier(Model.Input, 100);
        var probabilities = new float[100 * Classes];
        classifier.Classify(input, 100, probabilities);
        Assert.All(PlainRun(input, 100).Zip(probabilities), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
    }

    [Theory]
    [InlineData("float input", "expected Uint8")]
    [InlineData("two outputs", "1 inputs and 2 outputs")]
    [InlineData("three axes", "four axes")]
    [InlineData("batch of two", "beginning with 1")]
    [InlineData("open bands", "the number of bands")]
    [InlineData("spatial kernel", "kernel 3×3")]
    [InlineData("signed output", "output 'logits' is Int8")]
    [InlineData("scale from elsewhere", "no unit")]
    public void A_model_of_another_signature_is_refused(string spoil, string reason)
    {
        var model = ModelProto.Parser.ParseFrom(Model.Onnx);
        var (input, output) = (model.Graph.Input[0].Type.TensorType, model.Graph.Output[0].Type.TensorType);
        switch (spoil)
        {
            case "float input":
                input.ElemType = (int)TensorProto.Types.DataType.Float;
                break;
            case "two outputs":
                model.Graph.Output.Add(model.Graph.Output[0].Clone());
                break;
            case "three axes":
                input.Shape.Dim.RemoveAt(0);
                break;
            case "batch of two":
                output.Shape.Dim[0].DimValue = 2;
                break;
            case "open bands":
                input.Shape.Dim[3].DimParam = "B";
                break;
            case "spatial kernel":
                var weights = model.Graph.Initializer.First(t => t.Name == "layer0.weights.codes");
                weights.Dims[1] = 1;
                weights.Dims[2] = 3;
                weights.Dims[3] = 3;
                weights.RawData = Google.Protobuf.ByteString.CopyFrom(new byte[16 * 9]);
                break;
            case "signed output":
                output.ElemType = (int)TensorProto.Types.DataType.Int8;
                break;
            default:
                model.Graph.Node.First(n => n.Name == "layer1.output.codes").Input[1] = "layer0.relu";
                break;
        }

        var refusal = Assert.Throws<BadInputException>(() => PixelContract.Read(model, "m"));
        Assert.StartsWith("m: ", refusal.Message, StringComparison.Ordinal);
        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
    }

    private static float[] PlainRun(float[] input, int pixels)
    {
        var codes = new byte[pixels * Bands];
        InputEncoder.Encode(input.AsSpan(0, codes.Length), Model.Input, codes);
        using var session = OnnxSession.Open(Model.Onnx, "m");
        var output = session.Run(new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["codes"] = TensorCodec.Make<byte>("codes", codes, 1, 1, pixels, Bands) })[0];
        var scale = PixelContract.Read(session.Model, "m").OutputScale!.Value;
        var probabilities = new float[pixels * Classes];
        Softmax.FromCodes(TensorCodec.ToArray<byte>(output), Classes, Softmax.ExponentialTable(scale), probabilities);
        return probabilities;
    }
}
