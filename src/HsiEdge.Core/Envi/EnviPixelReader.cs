using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HsiEdge.Core.Cubes;
using Microsoft.Win32.SafeHandles;

namespace HsiEdge.Core.Envi;

/// <summary>Reads runs of pixels of one data file as spectra of <typeparamref name="TOut"/>. Thread-safe: it keeps no position and no buffer.</summary>
internal abstract class EnviPixelReader<TOut>
    where TOut : unmanaged, INumber<TOut>
{
    /// <summary>Reads pixels, pixel-major, band fastest.</summary>
    /// <param name="firstPixel">Index of the first pixel.</param>
    /// <param name="count">Number of pixels.</param>
    /// <param name="bands">File bands (0-based) in the order wanted.</param>
    /// <param name="divisor">Every value is divided by it.</param>
    /// <param name="destination">count × bands values.</param>
    public abstract void Read(long firstPixel, int count, ReadOnlySpan<int> bands, TOut divisor, Span<TOut> destination);
}

/// <summary>Reads stored values of <typeparamref name="TStored"/>.</summary>
/// <remarks>
/// Whole runs are read with pread into a pooled buffer, swapped there, and transposed in blocks of pixels whose spectra stay in the first-level cache.
/// No memory mapping: a file that another process shortens would end the process instead of failing the read.
/// </remarks>
internal sealed class EnviPixelReader<TStored, TOut> : EnviPixelReader<TOut>
    where TStored : unmanaged, INumber<TStored>
    where TOut : unmanaged, INumber<TOut>
{
    private const int ChunkBytes = 1 << 20;
    private const int WholeLineBytes = 16 << 20;
    private const int BlockPixels = 32;
    private readonly SafeFileHandle _file;
    private readonly EnviHeader _header;
    private readonly string _dataPath;
    private readonly bool _swap;
    private readonly TStored? _ignore;

    public EnviPixelReader(SafeFileHandle file, string dataPath, EnviHeader header, TStored? ignore)
    {
        _file = file;
        _dataPath = dataPath;
        _header = header;
        _swap = Unsafe.SizeOf<TStored>() > 1 && header.ByteOrder == EnviByteOrder.LittleEndian != BitConverter.IsLittleEndian;
        _ignore = ignore;
    }

    public override void Read(long firstPixel, int count, ReadOnlySpan<int> bands, TOut divisor, Span<TOut> destination)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(firstPixel);
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _header.Shape.PixelCount - firstPixel, nameof(count));
        var needed = (long)count * bands.Length;
        if (destination.Length < needed)
        {
            throw new ArgumentException($"The destination holds {destination.Length} values; {count} pixels × {bands.Length} bands are {needed}.", nameof(destination));
        }

        for (var done = 0; done < count;)
        {
            var n = Chunk(firstPixel + done, count - done, bands.Length);
            var target = destination.Slice(done * bands.Length, n * bands.Length);
            switch (_header.Interleave)
            {
                case Interleave.Bip:
                    ReadPixelMajor(firstPixel + done, n, bands, divisor, target);
                    break;
                case Interleave.Bil:
                    ReadWithinLine(firstPixel + done, n, bands, divisor, target);
                    break;
                default:
                    ReadBandRuns(firstPixel + done, _header.Shape.PixelCount, n, bands, divisor, target);
                    break;
            }

            done += n;
        }
    }

    /// <summary>Pixels of the next chunk: a buffer's worth, for BIL up to the end of the line.</summary>
    private int Chunk(long pixel, int remaining, int bands)
    {
        if (_header.Interleave == Interleave.Bil)
        {
            return (int)Math.Min(remaining, _header.Samples - (pixel % _header.Samples));
        }

        var stored = (long)(_header.Interleave == Interleave.Bip ? _header.Bands : bands) * Unsafe.SizeOf<TStored>();
        return (int)Math.Clamp(ChunkBytes / Math.Max(1, stored), 1, remaining);
    }

    private void ReadPixelMajor(long pixel, int n, ReadOnlySpan<int> bands, TOut divisor, Span<TOut> target)
    {
        var stride = _header.Bands;
        var buffer = ArrayPool<byte>.Shared.Rent(checked(n * stride * Unsafe.SizeOf<TStored>()));
        try
        {
            var raw = Load(buffer, pixel * stride, n * stride);
            Convert(raw, n, pixelStride: stride, bandStride: 1, bands, divisor, target);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>BIL: the stretch from the first band's run to the last band's is one read when most of it is wanted, else one read a band.</summary>
    private void ReadWithinLine(long pixel, int n, ReadOnlySpan<int> bands, TOut divisor, Span<TOut> target)
    {
        var (line, sample) = Math.DivRem(pixel, _header.Samples);
        var stretch = ((long)(_header.Bands - 1) * _header.Samples) + n;
        if (stretch * Unsafe.SizeOf<TStored>() > WholeLineBytes || (long)n * bands.Length * 4 < stretch)
        {
            ReadBandRuns((line * _header.Samples * _header.Bands) + sample, _header.Samples, n, bands, divisor, target);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent((int)stretch * Unsafe.SizeOf<TStored>());
        try
        {
            var raw = Load(buffer, (line * _header.Samples * _header.Bands) + sample, (int)stretch);
            Convert(raw, n, pixelStride: 1, bandStride: _header.Samples, bands, divisor, target);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>One run a band: value index = first + band × bandStride.</summary>
    private void ReadBandRuns(long first, long bandStride, int n, ReadOnlySpan<int> bands, TOut divisor, Span<TOut> target)
    {
        // A line may be longer than a chunk: many bands at once would need a huge buffer.
        var fit = (int)Math.Max(1, ChunkBytes / Math.Max(1, (long)bands.Length * Unsafe.SizeOf<TStored>()));
        var buffer = ArrayPool<byte>.Shared.Rent(checked(Math.Min(n, fit) * bands.Length * Unsafe.SizeOf<TStored>()));
        try
        {
            for (var done = 0; done < n;)
            {
                var part = Math.Min(fit, n - done);
                var values = MemoryMarshal.Cast<byte, TStored>(buffer.AsSpan());
                for (var k = 0; k < bands.Length; k++)
                {
                    LoadInto(MemoryMarshal.AsBytes(values.Slice(k * part, part)), first + done + (bands[k] * bandStride));
                }

                var raw = values[..(part * bands.Length)];
                SwapBytes(raw);
                ConvertRuns(raw, part, bands.Length, divisor, target.Slice(done * bands.Length, part * bands.Length));
                done += part;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Span<TStored> Load(byte[] buffer, long firstValue, int valueCount)
    {
        var bytes = buffer.AsSpan(0, valueCount * Unsafe.SizeOf<TStored>());
        LoadInto(bytes, firstValue);
        var values = MemoryMarshal.Cast<byte, TStored>(bytes);
        SwapBytes(values);
        return values;
    }

    private void LoadInto(Span<byte> bytes, long firstValue) =>
        EnviBytes.ReadFully(_file, _dataPath, bytes, _header.HeaderOffset + (firstValue * Unsafe.SizeOf<TStored>()));

    private void SwapBytes(Span<TStored> values)
    {
        if (_swap)
        {
            EnviBytes.Reverse(values);
        }
    }

    private void ConvertRuns(ReadOnlySpan<TStored> raw, int n, int bandCount, TOut divisor, Span<TOut> target)
    {
        for (var start = 0; start < n; start += BlockPixels)
        {
            var end = Math.Min(n, start + BlockPixels);
            for (var k = 0; k < bandCount; k++)
            {
                ConvertRun(raw.Slice((k * n) + start, end - start), 1, target[((start * bandCount) + k)..], bandCount, divisor);
            }
        }
    }

    private void Convert(ReadOnlySpan<TStored> raw, int n, int pixelStride, int bandStride, ReadOnlySpan<int> bands, TOut divisor, Span<TOut> target)
    {
        if (pixelStride == bands.Length && bandStride == 1 && IsIdentity(bands))
        {
            ConvertRun(raw, 1, target, 1, divisor);
            return;
        }

        for (var start = 0; start < n; start += BlockPixels)
        {
            var end = Math.Min(n, start + BlockPixels);
            for (var k = 0; k < bands.Length; k++)
            {
                var first = (start * pixelStride) + (bands[k] * bandStride);
                var last = ((end - 1) * pixelStride) + (bands[k] * bandStride);
                ConvertRun(raw[first..(last + 1)], pixelStride, target[((start * bands.Length) + k)..], bands.Length, divisor);
            }
        }
    }

    private void ConvertRun(ReadOnlySpan<TStored> source, int sourceStride, Span<TOut> target, int targetStride, TOut divisor)
    {
        if (typeof(TStored) == typeof(TOut) && sourceStride == 1 && targetStride == 1)
        {
            MemoryMarshal.Cast<TStored, TOut>(source).CopyTo(target);
        }
        else
        {
            for (int i = 0, o = 0; i < source.Length; i += sourceStride, o += targetStride)
            {
                target[o] = TOut.CreateTruncating(source[i]);
            }
        }

        if (divisor != TOut.One)
        {
            for (int i = 0, o = 0; i < source.Length; i += sourceStride, o += targetStride)
            {
                target[o] /= divisor;
            }
        }

        if (_ignore is { } ignore)
        {
            var missing = TOut.CreateSaturating(double.NaN);
            for (int i = 0, o = 0; i < source.Length; i += sourceStride, o += targetStride)
            {
                if (source[i] == ignore)
                {
                    target[o] = missing;
                }
            }
        }
    }

    private static bool IsIdentity(ReadOnlySpan<int> bands)
    {
        for (var i = 0; i < bands.Length; i++)
        {
            if (bands[i] != i)
            {
                return false;
            }
        }

        return true;
    }
}
