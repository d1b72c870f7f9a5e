using Google.Protobuf;
using HsiEdge.Core;

namespace HsiEdge.Inference.Onnx;

/// <summary>
/// Safety checks of a model before ONNX Runtime, a native library, sees a byte of it: it parses, keeps its data within itself, uses ONNX's own
/// operators alone, and every constant holds exactly the bytes its dimensions ask for. Each refusal says what was found and what is expected.
/// </summary>
public static class OnnxGuard
{
    /// <summary>Checks a model.</summary>
    /// <param name="bytes">The file's bytes.</param>
    /// <param name="name">Name for messages: a path or an entry of a bundle.</param>
    /// <param name="limits">What is let through.</param>
    /// <returns>The parsed model.</returns>
    /// <exception cref="BadInputException">The model is refused; the message says why.</exception>
    public static ModelProto Check(byte[] bytes, string name, OnnxLimits limits)
    {
        ArgumentNullException.ThrowIfNull(bytes);
        ArgumentNullException.ThrowIfNull(limits);
        if (bytes.Length == 0 || bytes.LongLength > limits.MaximumBytes)
        {
            throw new BadInputException($"{name}: {bytes.LongLength} bytes; expected an ONNX model of 1 to {limits.MaximumBytes} bytes.");
        }

        var model = Parse(bytes, name);
        new Pass(name, limits).Model(model);
        return model;
    }

    /// <summary>Whether a domain is ONNX's own operator set.</summary>
    /// <param name="domain">Domain of a node or an opset import.</param>
    internal static bool IsStandardDomain(string domain) => domain is "" or "ai.onnx";

    private static ModelProto Parse(byte[] bytes, string name)
    {
        try
        {
            return ModelProto.Parser.ParseFrom(bytes);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new BadInputException($"{name}: not an ONNX model ({exception.Message.TrimEnd('.')}). Export or download it again.", exception);
        }
    }

    private sealed class Pass(string name, OnnxLimits limits)
    {
        private int _nodes;
        private int _initializers;

        public void Model(ModelProto model)
        {
            Require(model.Graph is not null && model.Graph.Node.Count > 0, "no graph; expected an ONNX model with at least one operator.");
            Require(
                model.IrVersion >= limits.MinimumIrVersion && model.IrVersion <= limits.MaximumIrVersion,
                $"IR version {model.IrVersion}; expected {limits.MinimumIrVersion} to {limits.MaximumIrVersion}. Export it again for a supported version.");
            Require(model.Functions.Count == 0, $"defines {model.Functions.Count} operators of its own (functions); expected none. Inline them before export.");
            Require(model.TrainingInfo.Count == 0, "carries training graphs; expected a model for inference alone.");
            var opsets = model.OpsetImport.Where(o => IsStandardDomain(o.Domain)).Select(o => o.Version).ToArray();
            Graph(model.Graph!, new HashSet<string>(StringComparer.Ordinal), depth: 0);
            Require(opsets.Length == 1, $"imports ONNX's operator set {opsets.Length} times; expected once.");
            Require(
                opsets[0] >= limits.MinimumOpset && opsets[0] <= limits.MaximumOpset,
                $"opset {opsets[0]}; expected {limits.MinimumOpset} to {limits.MaximumOpset}. Convert it with the ONNX version converter.");
        }

        // "known" holds the values that an operator may take: those of outer graphs and those made so far.
        private void Graph(GraphProto graph, HashSet<string> known, int depth)
        {
            Require(depth <= limits.MaximumDepth, $"subgraphs nested deeper than {limits.MaximumDepth}.");
            Require(
                graph.SparseInitializer.Count == 0, $"{graph.SparseInitializer.Count} sparse constants; expected dense ones. Export it without sparsity.");
            _initializers += graph.Initializer.Count;
            Require(_initializers <= limits.MaximumInitializers, $"more than {limits.MaximumInitializers} constants.");
            known.UnionWith(graph.Input.Select(i => i.Name));
            var constants = new HashSet<string>(StringComparer.Ordinal);
            foreach (var tensor in graph.Initializer)
            {
                Require(constants.Add(tensor.Name), $"constant '{tensor.Name}' occurs twice.");
                Tensor(tensor);
            }

            known.UnionWith(constants);

            _nodes += graph.Node.Count;
            Require(_nodes <= limits.MaximumNodes, $"more than {limits.MaximumNodes} operators.");
            foreach (var node in graph.Node)
            {
                Node(node, known, depth);
            }

            foreach (var output in graph.Output.Where(o => !known.Contains(o.Name)))
            {
                Require(condition: false, $"output '{output.Name}' is made by no operator.");
            }
        }

        private void Node(NodeProto node, HashSet<string> known, int depth)
        {
            var label = $"operator {node.OpType} '{node.Name}'";
            Require(
                IsStandardDomain(node.Domain),
                $"{label} is of the domain '{node.Domain}'; expected ONNX's own operators alone. Rebuild the model without custom operators.");
            Require(
                limits.Operators is null || limits.Operators.Contains(node.OpType),
                $"{label} is not among the operators of a bundle ({string.Join(", ", limits.Operators?.Order(StringComparer.Ordinal) ?? Enumerable.Empty<string>())}).");
            foreach (var attribute in node.Attribute)
            {
                Attribute(attribute, label, known, depth);
            }

            foreach (var input in node.Input)
            {
                Require(input.Length == 0 || known.Contains(input), $"{label} takes '{input}', which nothing before it makes; expected operators in order.");
            }

            foreach (var output in node.Output)
            {
                Require(output.Length == 0 || known.Add(output), $"{label} makes '{output}', which is there already.");
            }
        }

        private void Attribute(AttributeProto attribute, string label, HashSet<string> known, int depth)
        {
            Require(attribute.SparseTensor is null && attribute.SparseTensors.Count == 0, $"{label} holds a sparse constant; expected dense ones.");
            IEnumerable<TensorProto> tensors = attribute.T is null ? attribute.Tensors : attribute.Tensors.Append(attribute.T);
            foreach (var tensor in tensors)
            {
                Tensor(tensor);
            }

            foreach (var graph in attribute.G is null ? attribute.Graphs : attribute.Graphs.Append(attribute.G))
            {
                Require(limits.Operators is null, $"{label} holds a subgraph; expected a feed-forward model.");
                Graph(graph, new HashSet<string>(known, StringComparer.Ordinal), depth + 1);
            }
        }

        private void Tensor(TensorProto tensor)
        {
            Require(
                tensor.ExternalData.Count == 0 && tensor.DataLocation == TensorProto.Types.DataLocation.Default,
                $"constant '{tensor.Name}' keeps its data in another file ({Location(tensor)}); expected all data within the model. Save it as one file.");
            Require(tensor.Segment is null, $"constant '{tensor.Name}' is split in segments; expected whole.");
            try
            {
                _ = TensorCodec.ToBytes(tensor);
            }
            catch (BadInputException exception)
            {
                throw new BadInputException($"{name}: {exception.Message}", exception);
            }
        }

        private static string Location(TensorProto tensor) =>
            tensor.ExternalData.FirstOrDefault(e => e.Key == "location")?.Value is { Length: > 0 } location ? location : "no location named";

        private void Require(bool condition, string message)
        {
            if (!condition)
            {
                throw new BadInputException($"{name}: {message}");
            }
        }
    }
}
