using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using HsiEdge.Core.Cubes;
using Microsoft.Win32.SafeHandles;

namespace HsiEdge.Core.Envi;

/// <summary>
/// An ENVI data file opened for reading by its header: values as stored, all bands in file order. Nothing is loaded on opening; files larger than memory
/// are read run by run. All reads are safe from several threads at once and allocate nothing beyond pooled buffers.
/// </summary>
public sealed class EnviImage : IDisposable
{
    private readonly SafeFileHandle _file;
    private readonly int[] _allBands;
    private readonly EnviPixelReader<float> _floats;
    private readonly EnviPixelReader<double> _doubles;
    private readonly object _exact;

    private EnviImage(EnviHeader header, string dataPath, SafeFileHandle file, IReadOnlyList<string> warnings)
    {
        Header = header;
        DataPath = dataPath;
        Warnings = warnings;
        _file = file;
        _allBands = [.. Enumerable.Range(0, header.Bands)];
        (_floats, _doubles, _exact) = header.DataType switch
        {
            EnviDataType.UInt8 => Readers<byte>(),
            EnviDataType.Int16 => Readers<short>(),
            EnviDataType.Int32 => Readers<int>(),
            EnviDataType.Float32 => Readers<float>(),
            EnviDataType.Float64 => Readers<double>(),
            EnviDataType.UInt16 => Readers<ushort>(),
            EnviDataType.UInt32 => Readers<uint>(),
            EnviDataType.Int64 => Readers<long>(),
            EnviDataType.UInt64 => Readers<ulong>(),
            _ => throw new ArgumentOutOfRangeException(nameof(header), header.DataType, "not an ENVI data type"),
        };
    }

    /// <summary>The header.</summary>
    public EnviHeader Header { get; }

    /// <summary>Size: lines × samples × bands of the file.</summary>
    public CubeShape Shape => Header.Shape;

    /// <summary>The data file.</summary>
    public string DataPath { get; }

    /// <summary>What was passed over, defaulted or guessed, in header and data file: one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Opens an image.</summary>
    /// <param name="headerPath">The header.</param>
    /// <param name="dataPath">The data file; null finds it beside the header (<c>.img .dat .raw .bil .bip .bsq</c>, none, <c>x.img</c> of <c>x.img.hdr</c>, any case).</param>
    /// <exception cref="BadInputException">A file is missing or unreadable, the header cannot be used, or the data file is shorter than the header says.</exception>
    public static EnviImage Open(string headerPath, string? dataPath = null)
    {
        var header = EnviHeader.Read(headerPath);
        var warnings = new List<string>(header.Warnings);
        var needed = header.HeaderOffset + header.DataBytes;
        var path = dataPath ?? EnviDataFile.Find(headerPath, needed, warnings);
        var file = EnviDataFile.Open(path, "data");
        try
        {
            var length = RandomAccess.GetLength(file);
            if (length < needed)
            {
                throw new BadInputException(
                    $"{path} holds {length} bytes; {headerPath} needs {needed} ({header.Shape} of {header.DataType.SizeBytes()} bytes each, "
                    + $"header offset {header.HeaderOffset}). The file is truncated or is another header's: copy it again.");
            }

            if (length > needed)
            {
                warnings.Add($"{path} holds {length} bytes, {length - needed} more than the {needed} that {headerPath} needs; the rest is not read.");
            }

            return new EnviImage(header, path, file, warnings);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Reads a run of pixels: pixel-major, band fastest; values equal to the data ignore value are NaN. No scaling.</summary>
    /// <param name="firstPixel">Index of the first pixel, line × samples + sample.</param>
    /// <param name="pixelCount">Number of pixels, ≥ 0.</param>
    /// <param name="destination">Receives pixelCount × bands values. 64-bit integers and doubles are rounded to single precision.</param>
    /// <exception cref="BadInputException">The file became shorter after it was opened.</exception>
    public void ReadPixels(long firstPixel, int pixelCount, Span<float> destination) =>
        _floats.Read(firstPixel, pixelCount, _allBands, 1, destination);

    /// <summary>As the single-precision reading, in double precision: exact for all types but 64-bit integers above 2⁵³.</summary>
    /// <param name="firstPixel">Index of the first pixel.</param>
    /// <param name="pixelCount">Number of pixels, ≥ 0.</param>
    /// <param name="destination">Receives pixelCount × bands values.</param>
    public void ReadPixels(long firstPixel, int pixelCount, Span<double> destination) =>
        _doubles.Read(firstPixel, pixelCount, _allBands, 1, destination);

    /// <summary>Reads a run of pixels exactly as stored: pixel-major, band fastest, the data ignore value left as it is.</summary>
    /// <typeparam name="T">The .NET number of the header's data type, such as ushort for type 12.</typeparam>
    /// <param name="firstPixel">Index of the first pixel.</param>
    /// <param name="pixelCount">Number of pixels, ≥ 0.</param>
    /// <param name="destination">Receives pixelCount × bands values.</param>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the stored type.</exception>
    public void ReadValues<T>(long firstPixel, int pixelCount, Span<T> destination)
        where T : unmanaged, INumber<T>
    {
        if (_exact is not EnviPixelReader<T> reader)
        {
            throw new ArgumentException($"{DataPath} stores {Header.DataType}, not {typeof(T).Name}.");
        }

        reader.Read(firstPixel, pixelCount, _allBands, T.One, destination);
    }

    /// <summary>Reads values in the file's own order (its interleave), exactly as stored.</summary>
    /// <typeparam name="T">The .NET number of the header's data type.</typeparam>
    /// <param name="firstValue">Index of the first value in file order.</param>
    /// <param name="destination">Is filled.</param>
    /// <exception cref="ArgumentException"><typeparamref name="T"/> is not the stored type.</exception>
    public void ReadStored<T>(long firstValue, Span<T> destination)
        where T : unmanaged, INumber<T>
    {
        if (_exact is not EnviPixelReader<T>)
        {
            throw new ArgumentException($"{DataPath} stores {Header.DataType}, not {typeof(T).Name}.");
        }

        ArgumentOutOfRangeException.ThrowIfNegative(firstValue);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(destination.Length, Shape.ValueCount - firstValue, nameof(destination));
        var bytes = MemoryMarshal.AsBytes(destination);
        var position = Header.HeaderOffset + (firstValue * Unsafe.SizeOf<T>());
        EnviBytes.ReadFully(_file, DataPath, bytes, position);
        if (Header.ByteOrder == EnviByteOrder.LittleEndian != BitConverter.IsLittleEndian)
        {
            EnviBytes.Reverse(destination);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>As <see cref="ReadPixels(long, int, Span{float})"/> for chosen bands, divided by a factor.</summary>
    internal void ReadBands(long firstPixel, int pixelCount, ReadOnlySpan<int> bands, float divisor, Span<float> destination) =>
        _floats.Read(firstPixel, pixelCount, bands, divisor, destination);

    private (EnviPixelReader<float> Floats, EnviPixelReader<double> Doubles, object Exact) Readers<T>()
        where T : unmanaged, INumber<T>
    {
        var ignore = IgnoreValue<T>(Header);
        return (
            new EnviPixelReader<T, float>(_file, DataPath, Header, ignore),
            new EnviPixelReader<T, double>(_file, DataPath, Header, ignore),
            new EnviPixelReader<T, T>(_file, DataPath, Header, null));
    }

    /// <summary>The ignore value in the stored type; null where no stored value can equal it (−9999 in unsigned data) or none is given.</summary>
    private static T? IgnoreValue<T>(EnviHeader header)
        where T : unmanaged, INumber<T>
    {
        if (header.DataIgnoreValue is not { } value || double.IsNaN(value))
        {
            return null;
        }

        if (header.DataIgnoreValueText is { } text && T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact))
        {
            return exact;
        }

        return value == Math.Floor(value) && double.CreateSaturating(T.CreateSaturating(value)) == value ? T.CreateSaturating(value) : null;
    }
}
