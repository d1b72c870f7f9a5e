namespace HsiEdge.Inference.Onnx;

/// <summary>What <see cref="OnnxGuard"/> lets through to ONNX Runtime.</summary>
public sealed record OnnxLimits
{
    /// <summary>For any model of ONNX's own operators that the runtime can run.</summary>
    public static OnnxLimits Runtime { get; } = new();

    /// <summary>For a bundle: opset 17 as our builder writes it (a little around it for models built elsewhere) and operators of feed-forward classifiers only.</summary>
    public static OnnxLimits Bundle { get; } = new()
    {
        MinimumIrVersion = 7,
        MaximumIrVersion = 10,
        MinimumOpset = 13,
        MaximumOpset = 21,
        MaximumBytes = 64L << 20,
        MaximumNodes = 2_000,
        MaximumInitializers = 4_000,
        Operators = new HashSet<string>(StringComparer.Ordinal)
        {
            "Add", "AveragePool", "BatchNormalization", "Clip", "Concat", "Constant", "Conv", "DequantizeLinear", "Div", "Flatten", "Gemm",
            "GlobalAveragePool", "HardSigmoid", "HardSwish", "Identity", "LeakyRelu", "MatMul", "MaxPool", "Mul", "QLinearConv", "QLinearMatMul",
            "QuantizeLinear", "Relu", "Reshape", "Sigmoid", "Squeeze", "Sub", "Tanh", "Transpose", "Unsqueeze",
        },
    };

    /// <summary>Oldest IR version.</summary>
    public int MinimumIrVersion { get; init; } = 3;

    /// <summary>Newest IR version.</summary>
    public int MaximumIrVersion { get; init; } = 13;

    /// <summary>Oldest version of ONNX's own operator set.</summary>
    public int MinimumOpset { get; init; } = 7;

    /// <summary>Newest version of ONNX's own operator set.</summary>
    public int MaximumOpset { get; init; } = 24;

    /// <summary>Largest model in bytes.</summary>
    public long MaximumBytes { get; init; } = 256L << 20;

    /// <summary>Most operators, subgraphs included.</summary>
    public int MaximumNodes { get; init; } = 20_000;

    /// <summary>Most constants, subgraphs included.</summary>
    public int MaximumInitializers { get; init; } = 50_000;

    /// <summary>Deepest nesting of subgraphs (bodies of If and Loop).</summary>
    public int MaximumDepth { get; init; } = 4;

    /// <summary>Operators allowed; null for all of ONNX's own. With a list, subgraphs are refused as well.</summary>
    public IReadOnlySet<string>? Operators { get; init; }
}
