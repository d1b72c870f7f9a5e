using HsiEdge.Inference.Bundle;
using HsiEdge.Inference.Onnx;
using HsiEdge.Inference.Runtime;

namespace HsiEdge.ModelBuilder.Pack;

/// <summary>Looks into a bundle: what it says, what it is made of, and what ONNX Runtime makes of that.</summary>
public static class BundleInspector
{
    /// <summary>Inspects a bundle.</summary>
    /// <param name="path">The <c>.hsimodel</c> file.</param>
    /// <param name="options">Whom to trust; <see cref="BundleLoadOptions.Default"/> when null.</param>
    /// <exception cref="Core.BadInputException">The bundle is refused.</exception>
    public static BundleInspection Inspect(string path, BundleLoadOptions? options = null)
    {
        var parts = ModelBundleReader.ReadParts(path, options);
        var entries = parts.Entries.Select(e => BundleManifestEntry.Of(e.Key, e.Value)).ToArray();
        return new BundleInspection(
            path, parts.FileBytes, parts.Identity, parts.HasSignature, entries, parts.Card, InspectModel(parts.Onnx, $"{path}: model.onnx"));
    }

    /// <summary>Inspects a model by itself.</summary>
    /// <param name="onnx">The model's bytes.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="Core.BadInputException">The model is refused.</exception>
    public static NetworkInspection InspectModel(byte[] onnx, string name)
    {
        var folder = Directory.CreateTempSubdirectory("hsiedge-inspect-");
        try
        {
            var optimizedPath = Path.Combine(folder.FullName, "optimized.onnx");
            using var session = PixelSession.Open(onnx, name, optimizedPath);
            var asRun = ModelProto.Parser.ParseFrom(File.ReadAllBytes(optimizedPath)).Graph;
            var model = session.Model;
            return new NetworkInspection(
                model.IrVersion,
                model.OpsetImport.First(o => o.Domain is "" or "ai.onnx").Version,
                Weights(model.Graph).Sum(t => (long)TensorCodec.ElementCount(t.Dims)),
                Weights(model.Graph).Where(t => t.Dims.Count > 1).Sum(t => (long)TensorCodec.ElementCount(t.Dims)),
                Count(model.Graph),
                Count(asRun),
                asRun.Node.Count(n => n.OpType == "QLinearConv"),
                asRun.Node.Count(n => n.OpType is "Conv" or "FusedConv"));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    // Constants that are not a scale or a zero point: every per-pixel layer's weights [outputs, inputs, …] and biases.
    private static IEnumerable<TensorProto> Weights(GraphProto graph)
    {
        var dequantized = graph.Node.Where(n => n.OpType == "DequantizeLinear").ToDictionary(n => n.Output[0], n => n.Input[0], StringComparer.Ordinal);
        var names = graph.Node
            .Where(n => n.OpType is "Conv" or "Gemm")
            .SelectMany(n => n.Input.Skip(1))
            .Select(i => dequantized.GetValueOrDefault(i, i))
            .Concat(graph.Node.Where(n => n.OpType == "QLinearConv").SelectMany(n => n.Input.Where((_, i) => i is 3 or 8)))
            .ToHashSet(StringComparer.Ordinal);
        return graph.Initializer.Where(t => names.Contains(t.Name));
    }

    private static SortedDictionary<string, int> Count(GraphProto graph) =>
        new(graph.Node.GroupBy(n => n.OpType, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal), StringComparer.Ordinal);
}
