using HsiEdge.Inference.Onnx;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Infer;

/// <summary>ONNX's own operator tests and a recorded model, through our loader: parse, guard, session, tensors in and out.</summary>
public sealed class OnnxNodeTests
{
    // The tolerances of ONNX's own test runner; integers must be equal.
    private const double Relative = 1e-3;
    private const double Absolute = 1e-7;

    public static TheoryData<string> NodeTests => [.. Directory.GetDirectories(SharedData.Path("onnx-node-quant")).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(NodeTests))]
    public void A_node_test_reproduces_its_outputs(string name) => Reproduces(SharedData.Path("onnx-node-quant", name));

    [Fact]
    public void All_twenty_node_tests_are_there() => Assert.Equal(20, NodeTests.Count);

    [Fact]
    public void The_recorded_digit_model_reproduces_all_three_outputs() => Assert.Equal(3, Reproduces(SharedData.Path("onnx-mnist8-golden", "mnist_8")));

    private static int Reproduces(string folder)
    {
        using var session = OnnxSession.Open(File.ReadAllBytes(Path.Combine(folder, "model.onnx")), folder);
        var constants = session.Model.Graph.Initializer.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        var inputNames = session.Model.Graph.Input.Select(i => i.Name).Where(n => !constants.Contains(n)).ToArray();
        var dataSets = Directory.GetDirectories(folder, "test_data_set_*");
        Assert.NotEmpty(dataSets);
        foreach (var dataSet in dataSets)
        {
            var inputs = new Dictionary<string, TensorProto>(StringComparer.Ordinal);
            for (var i = 0; i < inputNames.Length; i++)
            {
                inputs[inputNames[i]] = ReadTensor(dataSet, $"input_{i}.pb");
            }

            var outputs = session.Run(inputs);
            Assert.Equal(Directory.GetFiles(dataSet, "output_*.pb").Length, outputs.Count);
            for (var i = 0; i < outputs.Count; i++)
            {
                RequireEqual(ReadTensor(dataSet, $"output_{i}.pb"), outputs[i]);
            }
        }

        return dataSets.Length;
    }

    private static TensorProto ReadTensor(string folder, string file) => TensorProto.Parser.ParseFrom(File.ReadAllBytes(Path.Combine(folder, file)));

    private static void RequireEqual(TensorProto expected, TensorProto actual)
    {
        Assert.Equal(expected.Dims, actual.Dims);
        Assert.Equal(expected.DataType, actual.DataType);
        if (TensorCodec.ElementType(expected) != TensorProto.Types.DataType.Float)
        {
            Assert.Equal(TensorCodec.ToBytes(expected), TensorCodec.ToBytes(actual));
            return;
        }

        var (wanted, found) = (TensorCodec.ToArray<float>(expected), TensorCodec.ToArray<float>(actual));
        for (var i = 0; i < wanted.Length; i++)
        {
            Assert.True(Math.Abs(wanted[i] - found[i]) <= Absolute + (Relative * Math.Abs(wanted[i])), $"{expected.Name}[{i}]: {found[i]}, expected {wanted[i]}");
        }
    }
}
