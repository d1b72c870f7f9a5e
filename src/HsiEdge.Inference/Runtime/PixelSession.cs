using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.Inference.Onnx;

namespace HsiEdge.Inference.Runtime;

/// <summary>
/// A per-pixel model's session and contract, shared by its classifiers. The native session lives until this and every classifier made from it
/// is disposed, whatever the order: no worker can run on freed memory.
/// </summary>
public sealed class PixelSession : IDisposable
{
    private readonly OnnxSession _session;
    private int _owners = 1;
    private int _disposed;

    private PixelSession(OnnxSession session, PixelContract contract, string name)
    {
        _session = session;
        Contract = contract;
        Name = name;
    }

    /// <summary>Names, bands, classes and output scale.</summary>
    public PixelContract Contract { get; }

    /// <summary>Name for messages.</summary>
    public string Name { get; }

    /// <summary>The parsed model.</summary>
    public ModelProto Model => _session.Model;

    internal OnnxSession Session => _session;

    /// <summary>Guards, loads and checks a model.</summary>
    /// <param name="onnx">The model's bytes.</param>
    /// <param name="name">Name for messages.</param>
    /// <param name="optimizedModelPath">Where ONNX Runtime writes the model as it runs it, or null.</param>
    /// <exception cref="BadInputException">The model is refused; the message says why.</exception>
    public static PixelSession Open(byte[] onnx, string name, string? optimizedModelPath = null)
    {
        var session = OnnxSession.Open(onnx, name, OnnxLimits.Bundle, optimizedModelPath);
        try
        {
            return new PixelSession(session, PixelContract.Read(session.Model, name), name);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>Makes a worker with buffers of its own; use each from one thread at a time.</summary>
    /// <param name="encoding">How values become the model's input.</param>
    /// <param name="maximumPixels">Largest tile it will be given, ≥ 1.</param>
    public OnnxTileClassifier CreateClassifier(InputEncoding encoding, int maximumPixels)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumPixels, 1);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _disposed) != 0, this);
        Interlocked.Increment(ref _owners);
        try
        {
            return new OnnxTileClassifier(this, encoding, maximumPixels);
        }
        catch
        {
            Release();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Release();
        }
    }

    internal void Release()
    {
        if (Interlocked.Decrement(ref _owners) == 0)
        {
            _session.Dispose();
        }
    }
}
