using HsiEdge.Core.Infer;
using HsiEdge.Inference.Kernels;
using Microsoft.ML.OnnxRuntime;

namespace HsiEdge.Inference.Runtime;

/// <summary>
/// Encodes a tile to u8, runs it over buffers bound once, and turns logits to probabilities. Allocates nothing per call. Full tiles run at the
/// largest size; smaller ones at the smallest prepared size that holds them (sizes halve), so at most half of a run is padding.
/// </summary>
public sealed class OnnxTileClassifier : ITileClassifier
{
    private const int SmallestRun = 64;

    private readonly PixelSession _owner;
    private readonly InputEncoding _encoding;
    private readonly RunOptions _runOptions = new();

    // Pinned and rooted here for as long as the bindings are: ONNX Runtime writes to these addresses.
    private readonly byte[] _input;
    private readonly byte[]? _codes;
    private readonly float[]? _logits;
    private readonly float[] _exponentials;

    // Largest first.
    private readonly PixelBinding[] _bindings;
    private bool _disposed;

    internal OnnxTileClassifier(PixelSession owner, InputEncoding encoding, int maximumPixels)
    {
        _owner = owner;
        _encoding = encoding;
        var contract = owner.Contract;
        var sizes = RunSizes(contract, maximumPixels);
        var largest = sizes[0].Height * sizes[0].Width;
        _input = GC.AllocateArray<byte>(checked(largest * contract.Bands), pinned: true);
        if (contract.OutputScale is { } scale)
        {
            _codes = GC.AllocateArray<byte>(checked(largest * contract.Classes), pinned: true);
            _exponentials = Softmax.ExponentialTable(scale);
        }
        else
        {
            _logits = GC.AllocateArray<float>(checked(largest * contract.Classes), pinned: true);
            _exponentials = [];
        }

        _bindings = [.. sizes.Select(s => new PixelBinding(owner.Session.Native, contract, s.Height, s.Width, _input, (Array?)_codes ?? _logits!))];
        MaximumPixels = maximumPixels;
    }

    /// <summary>Largest tile.</summary>
    public int MaximumPixels { get; }

    /// <inheritdoc/>
    public void Classify(ReadOnlySpan<float> input, int pixelCount, Span<float> probabilities)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var contract = _owner.Contract;
        ArgumentOutOfRangeException.ThrowIfNegative(pixelCount);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pixelCount, MaximumPixels);
        RequireLength(input.Length, pixelCount, contract.Bands, nameof(input));
        RequireLength(probabilities.Length, pixelCount, contract.Classes, nameof(probabilities));
        for (var done = 0; done < pixelCount;)
        {
            var count = Math.Min(pixelCount - done, _bindings[0].Pixels);
            InputEncoder.Encode(input.Slice(done * contract.Bands, count * contract.Bands), _encoding, _input);
            Run(count);
            Probabilities(count, probabilities.Slice(done * contract.Classes, count * contract.Classes));
            done += count;
        }
    }

    /// <summary>Runs pixels that are encoded already and gives the model's raw output: for golden pairs and the self-test.</summary>
    /// <param name="codes">pixels × bands codes.</param>
    /// <param name="pixelCount">Number of pixels.</param>
    /// <param name="probabilities">Receives pixels × classes probabilities.</param>
    internal void ClassifyCodes(ReadOnlySpan<byte> codes, int pixelCount, Span<float> probabilities)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var contract = _owner.Contract;
        for (var done = 0; done < pixelCount;)
        {
            var count = Math.Min(pixelCount - done, _bindings[0].Pixels);
            codes.Slice(done * contract.Bands, count * contract.Bands).CopyTo(_input);
            Run(count);
            Probabilities(count, probabilities.Slice(done * contract.Classes, count * contract.Classes));
            done += count;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        foreach (var binding in _bindings)
        {
            binding.Dispose();
        }

        _runOptions.Dispose();
        _owner.Release();
    }

    private static void RequireLength(int length, int pixelCount, int values, string parameter)
    {
        if (length < (long)pixelCount * values)
        {
            throw new ArgumentException($"{length} values for {pixelCount} pixels × {values}.", parameter);
        }
    }

    private static List<(int Height, int Width)> RunSizes(PixelContract contract, int maximumPixels)
    {
        if (contract.FixedHeight is { } height && contract.FixedWidth is { } width)
        {
            return [(height, width)];
        }

        // One axis may be fixed; the free one takes the pixels.
        var per = contract.FixedHeight ?? contract.FixedWidth ?? 1;
        var sizes = new List<(int, int)>();
        for (var pixels = maximumPixels; ; pixels = (pixels + 1) / 2)
        {
            var free = (pixels + per - 1) / per;
            sizes.Add(contract.FixedHeight is { } h ? (h, free) : contract.FixedWidth is { } w ? (free, w) : (1, free));
            if (free == 1 || pixels <= SmallestRun)
            {
                return sizes;
            }
        }
    }

    private void Run(int count)
    {
        var index = _bindings.Length - 1;
        while (_bindings[index].Pixels < count)
        {
            index--;
        }

        _bindings[index].Run(_owner.Session.Native, _runOptions);
    }

    private void Probabilities(int count, Span<float> probabilities)
    {
        var classes = _owner.Contract.Classes;
        if (_codes is not null)
        {
            Softmax.FromCodes(_codes.AsSpan(0, count * classes), classes, _exponentials, probabilities);
        }
        else
        {
            Softmax.FromLogits(_logits.AsSpan(0, count * classes), classes, probabilities);
        }
    }
}
