using HsiEdge.Core.Infer;
using HsiEdge.Inference.Kernels;
using HsiEdge.Inference.Onnx;
using HsiEdge.ModelBuilder.Onnx;
using HsiEdge.ModelBuilder.Pack;
using HsiEdge.ModelBuilder.Quantize;
using HsiEdge.ModelBuilder.Train;
using Xunit;

namespace HsiEdge.Tests.Infer;

public sealed class QuantizerTests
{
    [Theory]
    [InlineData(6, 3)]
    [InlineData(96, 32, 3)]
    [InlineData(96, 64, 32, 16, 5)]
    [InlineData(4, 8, 2)]
    [InlineData(14, 17, 2)]
    public void Every_layer_becomes_one_QLinearConv_and_nothing_else_is_left(params int[] sizes)
    {
        var onnx = SampleModels.Quantize(SampleModels.Network(2, sizes), 500).Onnx;
        var network = BundleInspector.InspectModel(onnx, "m");
        Assert.Equal(sizes.Length - 1, network.QuantizedConvolutions);
        Assert.Equal(0, network.FloatConvolutions);
        Assert.DoesNotContain(network.OperatorsAsRun.Keys, type => type is "QuantizeLinear" or "DequantizeLinear" or "Relu" or "Conv");
        Assert.Equal(17, network.Opset);
        Assert.Equal(8, network.IrVersion);
        Assert.Equal(sizes.Zip(sizes.Skip(1), (a, b) => (long)a * b).Sum(), network.MultiplicationsPerPixel);
    }

    [Fact]
    public void The_same_network_gives_the_same_bytes()
    {
        var network = SampleModels.Network(3, 10, 8, 3);
        Assert.Equal(SampleModels.Quantize(network, 300).Onnx, SampleModels.Quantize(network, 300).Onnx);
        Assert.Equal(FloatModelBuilder.Build(network), FloatModelBuilder.Build(network));
    }

    [Fact]
    public void The_float_model_gives_the_logits_of_the_plain_forward_pass()
    {
        var network = SampleModels.Network(4, 30, 16, 8, 3);
        var input = SampleModels.Spectra(5, 200, 30);
        using var session = OnnxSession.Open(FloatModelBuilder.Build(network), "m");
        var output = session.Run(new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["spectra"] = TensorCodec.Make<float>("spectra", input, 1, 10, 20, 30) })[0];
        Assert.Equal([1, 10, 20, 3], output.Dims);
        Assert.All(NetworkForward.Logits(network, input).Zip(TensorCodec.ToArray<float>(output)), pair => Assert.Equal(pair.First, pair.Second, 1e-4));
    }

    [Fact]
    public void The_forward_pass_is_weights_times_input_plus_bias_with_negatives_cut_between_layers()
    {
        var network = new PixelNetwork([new DenseLayer(2, 2, [1, 2, -3, 1], [0.5f, 1]), new DenseLayer(2, 2, [1, 1, 0, -2], [0, 3])]);
        Assert.Equal([5.5f, 3], NetworkForward.Logits(network, [1, 2]));
        Assert.Throws<ArgumentException>(() => NetworkForward.Logits(network, [1, 2, 3]));
    }

    [Fact]
    public void ONNX_Runtime_computes_exactly_the_integers_that_the_graph_describes()
    {
        const int Pixels = 400;
        var network = SampleModels.Network(6, 24, 12, 5);
        var calibration = SampleModels.Spectra(7, 2000, 24);
        var input = Calibrator.Encode(calibration);
        var outputs = Calibrator.LayerOutputs(network, calibration);
        var codes = new byte[Pixels * 24];
        InputEncoder.Encode(SampleModels.Spectra(8, Pixels, 24), input, codes);
        using var session = OnnxSession.Open(QuantizedModelBuilder.Build(network, input, outputs), "m");
        var found = TensorCodec.ToArray<byte>(
            session.Run(new Dictionary<string, TensorProto>(StringComparer.Ordinal) { ["codes"] = TensorCodec.Make<byte>("codes", codes, 1, 1, Pixels, 24) })[0]);
        Assert.Equal(IntegerReference(session.Model, codes, Pixels, input, outputs), found);
    }

    [Fact]
    public void A_layer_with_dead_outputs_and_a_huge_bias_keeps_its_meaning()
    {
        var layer = new DenseLayer(3, 3, [0, 0, 0, 1, -1, 0.5f, 1e-6f, 0, 0], [0, 0, 5]);
        var network = new PixelNetwork([layer]);
        var calibration = SampleModels.Spectra(9, 1000, 3);
        var model = Quantizer.Quantize(network, Calibrator.Encode(calibration), calibration, calibration);
        Assert.True(model.Report.MaximumProbabilityDifference < 0.05, $"{model.Report}");
    }

    [Fact]
    public void INT8_of_a_network_that_separates_its_classes_changes_few_of_them()
    {
        // Three classes about three mean spectra; the network is the classifier by distance, exact by construction.
        const int Bands = 40;
        var means = SampleModels.Spectra(20, 3, Bands);
        var network = NearestMean(means, Bands);
        var calibration = Around(means, Bands, 21);
        var heldOut = Around(means, Bands, 22);
        var report = Quantizer.Quantize(network, Calibrator.Encode(calibration), calibration, heldOut).Report;
        Assert.Equal(9000, report.Spectra);
        Assert.InRange(report.ClassFlipFraction, 0, 0.004);
        Assert.InRange(report.MaximumProbabilityDifference, 0, 0.2);
    }

    [Fact]
    public void Centred_logits_sum_to_zero_and_leave_probabilities_alone()
    {
        var network = SampleModels.Network(10, 8, 6, 4);
        var input = SampleModels.Spectra(11, 50, 8);
        var centred = NetworkForward.Logits(Quantizer.CentreLogits(network), input);
        var (before, after) = (new float[200], new float[200]);
        Softmax.FromLogits(NetworkForward.Logits(network, input), 4, before);
        Softmax.FromLogits(centred, 4, after);
        Assert.All(before.Zip(after), pair => Assert.Equal(pair.First, pair.Second, 1e-5));
        Assert.All(centred.Chunk(4), row => Assert.Equal(0, row.Sum(), 1e-4));
    }

    [Fact]
    public void Encodings_cover_all_but_one_value_in_ten_thousand_and_hold_float32_scales()
    {
        var values = Enumerable.Range(0, 100_001).Select(i => i / 1000f).ToArray();
        var encoding = Calibrator.Encode(values);
        Assert.Equal(0, encoding.ZeroPoint);
        Assert.Equal(99.99 / 255, encoding.Scale, 1e-4);
        Assert.Equal(encoding.Scale, (float)encoding.Scale);
        Assert.Equal(new InputEncoding(1, 0), Calibrator.Encode([0, 0]));
        Assert.Equal(255, Calibrator.Encode([-3, -1]).ZeroPoint);
        Assert.Throws<ArgumentException>(() => Calibrator.Encode([]));
        Assert.Throws<ArgumentException>(() => Calibrator.Encode([1, float.NaN]));
        Assert.Throws<ArgumentException>(() => Calibrator.Encode([1, float.PositiveInfinity]));
    }

    [Fact]
    public void Networks_that_do_not_fit_together_are_refused()
    {
        var good = SampleModels.Network(1, 4, 3, 2);
        Assert.Throws<ArgumentException>(() => FloatModelBuilder.Build(new PixelNetwork([])));
        Assert.Throws<ArgumentException>(() => FloatModelBuilder.Build(new PixelNetwork([good.Layers[0], good.Layers[0]])));
        Assert.Throws<ArgumentException>(() => FloatModelBuilder.Build(new PixelNetwork([good.Layers[0] with { Bias = [0] }])));
        Assert.Throws<ArgumentException>(() => FloatModelBuilder.Build(new PixelNetwork([good.Layers[1] with { Bias = [0, float.NaN] }])));
        Assert.Throws<ArgumentException>(() => QuantizedModelBuilder.Build(good, new InputEncoding(1, 0), [new InputEncoding(1, 0)]));
        Assert.Throws<ArgumentException>(() => QuantizedModelBuilder.Build(good, new InputEncoding(-1, 0), [new InputEncoding(1, 0), new InputEncoding(1, 0)]));
    }

    private static byte[] IntegerReference(ModelProto model, byte[] codes, int pixels, InputEncoding input, IReadOnlyList<InputEncoding> outputs)
    {
        var constants = model.Graph.Initializer.ToDictionary(t => t.Name, StringComparer.Ordinal);
        var (current, encoding) = (codes, input);
        for (var layer = 0; layer < outputs.Count; layer++)
        {
            var weights = TensorCodec.ToArray<sbyte>(constants[$"layer{layer}.weights.codes"]);
            var scales = TensorCodec.ToArray<float>(constants[$"layer{layer}.weights.scale"]);
            var bias = TensorCodec.ToArray<int>(constants[$"layer{layer}.bias.codes"]);
            var (inputs, units) = (current.Length / pixels, bias.Length);
            var next = new byte[pixels * units];
            for (var i = 0; i < next.Length; i++)
            {
                var (pixel, unit) = (i / units, i % units);
                var sum = bias[unit];
                for (var k = 0; k < inputs; k++)
                {
                    sum += weights[(unit * inputs) + k] * (current[(pixel * inputs) + k] - encoding.ZeroPoint);
                }

                var factor = (float)encoding.Scale * scales[unit] / (float)outputs[layer].Scale;
                next[i] = (byte)Math.Clamp(MathF.Round(sum * factor, MidpointRounding.ToEven) + outputs[layer].ZeroPoint, 0, 255);
            }

            (current, encoding) = (next, outputs[layer]);
        }

        return current;
    }

    private static PixelNetwork NearestMean(float[] means, int bands)
    {
        // −|x − m|²/2 = m·x − |m|²/2 − |x|²/2; the last term is the same for every class.
        var bias = means.Chunk(bands).Select(m => -0.5f * m.Sum(v => v * v)).ToArray();
        return new PixelNetwork([new DenseLayer(bands, bias.Length, means, bias)]);
    }

    private static float[] Around(float[] means, int bands, int seed)
    {
        var noise = SampleModels.Spectra(seed, 9000, bands);
        return [.. noise.Select((n, i) => means[(i / bands % 3 * bands) + (i % bands)] + (1.5f * n))];
    }
}
