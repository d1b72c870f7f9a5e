using System.Runtime.InteropServices;
using Google.Protobuf;
using HsiEdge.Core;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace HsiEdge.Inference.Onnx;

/// <summary>
/// A guarded model in ONNX Runtime, set up for an appliance: one thread within an operator (workers run in parallel instead), operators in
/// sequence, no spinning, no memory arena. Thread-safe to run.
/// </summary>
public sealed class OnnxSession : IDisposable
{
    private OnnxSession(ModelProto model, InferenceSession native)
    {
        Model = model;
        Native = native;
    }

    /// <summary>The parsed model.</summary>
    public ModelProto Model { get; }

    internal InferenceSession Native { get; }

    /// <summary>Checks a model and hands the very same bytes to ONNX Runtime.</summary>
    /// <param name="bytes">The model.</param>
    /// <param name="name">Name for messages: a path or an entry of a bundle.</param>
    /// <param name="limits">What is let through; <see cref="OnnxLimits.Runtime"/> when null.</param>
    /// <param name="optimizedModelPath">Where ONNX Runtime writes the model as it runs it, or null.</param>
    /// <exception cref="BadInputException">The guard or ONNX Runtime refuses the model.</exception>
    public static OnnxSession Open(byte[] bytes, string name, OnnxLimits? limits = null, string? optimizedModelPath = null)
    {
        var model = OnnxGuard.Check(bytes, name, limits ?? OnnxLimits.Runtime);
        using var options = MakeOptions();
        if (optimizedModelPath is not null)
        {
            options.OptimizedModelFilePath = optimizedModelPath;
        }

        try
        {
            return new OnnxSession(model, new InferenceSession(bytes, options));
        }
        catch (OnnxRuntimeException exception)
        {
            throw new BadInputException($"{name}: ONNX Runtime refuses the model: {exception.Message}", exception);
        }
    }

    /// <summary>Runs the model once on named tensors. Allocates; for tests and tools, not for tiles.</summary>
    /// <param name="inputs">One tensor for each input that is not a constant, by name.</param>
    /// <returns>Every output in the model's order, named.</returns>
    /// <exception cref="BadInputException">A missing or unknown input, or ONNX Runtime refuses the shapes or types.</exception>
    public IReadOnlyList<TensorProto> Run(IReadOnlyDictionary<string, TensorProto> inputs)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        foreach (var name in Native.InputMetadata.Keys.Concat(inputs.Keys).Where(n => !inputs.ContainsKey(n) || !Knows(n)))
        {
            throw new BadInputException($"Input '{name}' is missing or unknown; the model takes {string.Join(", ", Native.InputMetadata.Keys)}.");
        }

        var names = inputs.Keys.ToArray();
        var values = new List<OrtValue>(names.Length);
        try
        {
            values.AddRange(names.Select(n => ToOrtValue(inputs[n])));
            using var runOptions = new RunOptions();
            using var results = Native.Run(runOptions, names, values, Native.OutputNames);
            return [.. results.Select((value, i) => FromOrtValue(Native.OutputNames[i], value))];
        }
        catch (OnnxRuntimeException exception)
        {
            throw new BadInputException($"ONNX Runtime refuses the inputs: {exception.Message}", exception);
        }
        finally
        {
            values.ForEach(v => v.Dispose());
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Native.Dispose();

    internal static SessionOptions MakeOptions()
    {
        var options = new SessionOptions
        {
            IntraOpNumThreads = 1,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            EnableCpuMemArena = false,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0");

        // x86-64 processors without VNNI add u8·s8 products with saturation; this makes them take the exact way, so that results agree everywhere.
        options.AddSessionConfigEntry("session.x64quantprecision", "1");
        return options;
    }

    private bool Knows(string name) => Native.InputMetadata.ContainsKey(name) || Native.OverridableInitializerMetadata.ContainsKey(name);

    private static OrtValue ToOrtValue(TensorProto tensor)
    {
        var bytes = TensorCodec.ToBytes(tensor);
        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, (TensorElementType)tensor.DataType, [.. tensor.Dims]);
        bytes.CopyTo(MemoryMarshal.AsBytes(value.GetTensorMutableRawData()));
        return value;
    }

    private static TensorProto FromOrtValue(string name, OrtValue value)
    {
        if (value.OnnxType != OnnxValueType.ONNX_TYPE_TENSOR)
        {
            throw new BadInputException($"Output '{name}' is {value.OnnxType}; expected a tensor.");
        }

        var info = value.GetTensorTypeAndShape();
        var tensor = new TensorProto { Name = name, DataType = (int)info.ElementDataType };
        tensor.Dims.Add(info.Shape);
        var length = checked((int)info.ElementCount * TensorCodec.ElementSize(TensorCodec.ElementType(tensor)));
        tensor.RawData = ByteString.CopyFrom(value.GetTensorMutableRawData()[..length]);
        return tensor;
    }
}
