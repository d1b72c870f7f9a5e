using System.Buffers;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HsiEdge.Core.Cubes;
using Microsoft.Win32.SafeHandles;

namespace HsiEdge.Core.Envi;

/// <summary>
/// Writes an ENVI image piece by piece, also one larger than memory: to a temporary file until <see cref="Complete"/> gives data and then header their names, each synced
/// to disk. Disposed without <see cref="Complete"/>, it leaves nothing. Pieces may come from several threads; each value is written once.
/// </summary>
public sealed class EnviFileWriter : IDisposable
{
    private const int ChunkBytes = 1 << 20;
    private readonly string _headerPath;
    private readonly EnviHeader _header;
    private readonly string _headerText;
    private readonly string _temporaryPath;
    private readonly SafeFileHandle _file;
    private readonly bool _swap;
    private long _written;
    private bool _completed;

    private EnviFileWriter(string headerPath, EnviHeader header)
    {
        _headerPath = headerPath;
        _header = header;
        _headerText = header.ToText();
        DataPath = EnviWriter.DataPathFor(headerPath);
        _temporaryPath = AtomicFile.TemporaryPathFor(DataPath);
        _swap = header.ByteOrder == EnviByteOrder.LittleEndian != BitConverter.IsLittleEndian;

        // Reserving the space tells a full disk before the work, not after it.
        _file = File.OpenHandle(_temporaryPath, FileMode.CreateNew, FileAccess.Write, FileShare.None, FileOptions.None, checked(header.HeaderOffset + header.DataBytes));
    }

    /// <summary>The data file, there after <see cref="Complete"/>: the header's name with <c>.img</c>.</summary>
    public string DataPath { get; }

    /// <summary>Starts an image.</summary>
    /// <param name="headerPath">The header to be, ending in <c>.hdr</c>; its folder exists. An older image of this name is replaced on completion.</param>
    /// <param name="header">What is written, and how.</param>
    /// <exception cref="ArgumentException">The name does not end in <c>.hdr</c>, or the header cannot be written as text.</exception>
    /// <exception cref="IOException">The disk is full or failed.</exception>
    public static EnviFileWriter Create(string headerPath, EnviHeader header)
    {
        ArgumentException.ThrowIfNullOrEmpty(headerPath);
        ArgumentNullException.ThrowIfNull(header);
        return new EnviFileWriter(headerPath, header);
    }

    /// <summary>Writes a run of pixels.</summary>
    /// <typeparam name="T">The .NET number of the header's data type: nothing is narrowed silently.</typeparam>
    /// <param name="firstPixel">Index of the first pixel, line × samples + sample.</param>
    /// <param name="values">Whole spectra: pixel-major, band fastest.</param>
    public void WritePixels<T>(long firstPixel, ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        CheckType<T>();
        var (pixels, rest) = Math.DivRem(values.Length, _header.Bands);
        if (rest != 0)
        {
            throw new ArgumentException($"{values.Length} values are no whole spectra of {_header.Bands} bands.", nameof(values));
        }

        ArgumentOutOfRangeException.ThrowIfNegative(firstPixel);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pixels, _header.Shape.PixelCount - firstPixel, nameof(values));
        if (_header.Interleave == Interleave.Bip)
        {
            WriteStored(firstPixel * _header.Bands, values);
            return;
        }

        for (var done = 0; done < pixels;)
        {
            var (line, sample) = Math.DivRem(firstPixel + done, _header.Samples);
            var fit = (int)Math.Clamp(ChunkBytes / ((long)_header.Bands * Unsafe.SizeOf<T>()), 1, pixels - done);
            var n = _header.Interleave == Interleave.Bil ? (int)Math.Min(fit, _header.Samples - sample) : fit;
            WriteBandRuns(line, sample, n, values.Slice(done * _header.Bands, n * _header.Bands));
            done += n;
        }
    }

    /// <summary>Writes values in the file's own order (the header's interleave).</summary>
    /// <typeparam name="T">The .NET number of the header's data type.</typeparam>
    /// <param name="firstValue">Index of the first value in file order.</param>
    /// <param name="values">The values.</param>
    public void WriteStored<T>(long firstValue, ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        CheckType<T>();
        ArgumentOutOfRangeException.ThrowIfNegative(firstValue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(values.Length, _header.Shape.ValueCount - firstValue, nameof(values));
        var position = _header.HeaderOffset + (firstValue * Unsafe.SizeOf<T>());
        if (!_swap || Unsafe.SizeOf<T>() == 1)
        {
            RandomAccess.Write(_file, MemoryMarshal.AsBytes(values), position);
            Interlocked.Add(ref _written, values.Length);
            return;
        }

        var buffer = ArrayPool<byte>.Shared.Rent(ChunkBytes);
        try
        {
            var chunk = MemoryMarshal.Cast<byte, T>(buffer.AsSpan(0, ChunkBytes));
            for (var done = 0; done < values.Length;)
            {
                var n = Math.Min(chunk.Length, values.Length - done);
                values.Slice(done, n).CopyTo(chunk);
                EnviBytes.Reverse(chunk[..n]);
                RandomAccess.Write(_file, MemoryMarshal.AsBytes(chunk[..n]), position + ((long)done * Unsafe.SizeOf<T>()));
                done += n;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        Interlocked.Add(ref _written, values.Length);
    }

    /// <summary>Gives the image its names: data synced and named first, then the header, so that a header never stands without its data.</summary>
    /// <exception cref="InvalidOperationException">Values are missing (or were written twice).</exception>
    /// <exception cref="IOException">The disk is full or failed; nothing of the new image is left.</exception>
    public void Complete()
    {
        var written = Interlocked.Read(ref _written);
        if (written != _header.Shape.ValueCount)
        {
            throw new InvalidOperationException($"{written} values were written of {_header.Shape.ValueCount} ({_header.Shape}).");
        }

        RandomAccess.FlushToDisk(_file);
        _file.Dispose();

        // Replacing: the old header goes first, for it must not stand beside new data.
        if (File.Exists(_headerPath))
        {
            File.Delete(_headerPath);
            AtomicFile.SyncFolder(Path.GetDirectoryName(Path.GetFullPath(_headerPath))!);
        }

        AtomicFile.Publish(_temporaryPath, DataPath);
        AtomicFile.Write(_headerPath, System.Text.Encoding.UTF8.GetBytes(_headerText));
        _completed = true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        if (!_completed)
        {
            File.Delete(_temporaryPath);
        }
    }

    private void WriteBandRuns<T>(long line, long sample, int n, ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        var bands = _header.Bands;
        var (lineStride, _, bandStride) = _header.Shape.Strides(_header.Interleave);
        var first = (line * lineStride) + sample;
        var buffer = ArrayPool<T>.Shared.Rent(n);
        try
        {
            for (var b = 0; b < bands; b++)
            {
                for (var p = 0; p < n; p++)
                {
                    buffer[p] = values[(p * bands) + b];
                }

                WriteStored<T>(first + (b * bandStride), buffer.AsSpan(0, n));
            }
        }
        finally
        {
            ArrayPool<T>.Shared.Return(buffer);
        }
    }

    private void CheckType<T>()
        where T : unmanaged
    {
        ObjectDisposedException.ThrowIf(_file.IsClosed, this);
        if (EnviDataTypes.Of<T>() != _header.DataType)
        {
            throw new ArgumentException($"The header says {_header.DataType}; values of {typeof(T).Name} cannot be written without a conversion.");
        }
    }
}
