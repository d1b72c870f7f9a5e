using System.Diagnostics;
using HsiEdge.Inference.Bundle;
using HsiEdge.ModelBuilder.Onnx;
using HsiEdge.ModelBuilder.Quantize;
using HsiEdge.ModelBuilder.Train;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.Infer;

/// <summary>An independent reader, ONNX's own checker of Debian's python3-onnx, accepts what we write.</summary>
public sealed class OnnxCheckerTests
{
    private const string Script = """
        import sys, onnx, onnx.checker, onnx.shape_inference
        for path in sys.argv[1:]:
            model = onnx.load(path)
            onnx.checker.check_model(model, full_check=True)
            assert model.ir_version == 8 and model.opset_import[0].version == 17, path
            print("accepted", path)
        """;

    [Fact]
    public async Task Every_model_we_write_is_accepted_by_ONNXs_own_checker()
    {
        using var folder = new TemporaryFolder();
        var paths = new List<string>();
        foreach (var sizes in new int[][] { [6, 3], [14, 17, 2], [96, 32, 3], [96, 64, 32, 16, 5], [224, 48, 24, 8] })
        {
            var network = Network(sizes);
            var spectra = Values(new Random(2), 500 * network.Inputs);
            Add($"fp32-{string.Join('-', sizes)}.onnx", FloatModelBuilder.Build(network));
            Add($"int8-{string.Join('-', sizes)}.onnx", Quantizer.Quantize(network, Calibrator.Encode(spectra), spectra, spectra).Onnx);
        }

        var shipped = new DirectoryInfo(Path.Combine(SharedData.RepositoryRoot, "firmware-config", "models"));
        foreach (var bundle in shipped.Exists ? shipped.GetFiles("*.hsimodel").Select(f => f.FullName) : [])
        {
            Add($"{Path.GetFileNameWithoutExtension(bundle)}.onnx", ModelBundleReader.ReadParts(bundle).Onnx);
        }

        Assert.Equal(paths.Count, (await Check(paths)).Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(line => line.StartsWith("accepted ", StringComparison.Ordinal)));

        void Add(string name, byte[] bytes)
        {
            paths.Add(folder.File(name));
            File.WriteAllBytes(paths[^1], bytes);
        }
    }

    [Fact]
    public async Task The_checker_does_refuse_a_wrong_model()
    {
        using var folder = new TemporaryFolder();
        var model = Inference.Onnx.ModelProto.Parser.ParseFrom(FloatModelBuilder.Build(Network([4, 2])));
        model.Graph.Node[1].OpType = "Convolve";
        await File.WriteAllBytesAsync(folder.File("wrong.onnx"), Google.Protobuf.MessageExtensions.ToByteArray(model), TestContext.Current.CancellationToken);
        Assert.DoesNotContain("accepted", await Check([folder.File("wrong.onnx")]), StringComparison.Ordinal);
    }

    private static async Task<string> Check(IEnumerable<string> paths)
    {
        var start = new ProcessStartInfo("/usr/bin/python3") { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add(Script);
        foreach (var path in paths)
        {
            start.ArgumentList.Add(path);
        }

        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return $"{output}{await errors}";
    }

    private static PixelNetwork Network(int[] sizes)
    {
        var random = new Random(1);
        return new PixelNetwork([.. sizes.Zip(sizes.Skip(1), (a, b) => new DenseLayer(a, b, Values(random, a * b), Values(random, b)))]);
    }

    private static float[] Values(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => (float)((2 * random.NextDouble()) - 1))];
}
