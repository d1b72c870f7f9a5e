using System.Buffers;
using System.Numerics;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Envi;

/// <summary>
/// Writes whole ENVI images: data as <c>NAME.img</c>, then <c>NAME.hdr</c>, each atomically (temporary file, fsync, rename, fsync of the folder).
/// For images larger than memory see <see cref="EnviFileWriter"/>.
/// </summary>
public static class EnviWriter
{
    /// <summary>Writes values that lie in memory.</summary>
    /// <typeparam name="T">byte, short, int, float, double, ushort, uint, long or ulong; it decides the data type.</typeparam>
    /// <param name="headerPath">The header, ending in <c>.hdr</c>; its folder exists.</param>
    /// <param name="shape">Size.</param>
    /// <param name="interleave">Order of <paramref name="values"/> and of the file.</param>
    /// <param name="values">lines × samples × bands values in that order.</param>
    /// <param name="wavelengths">One centre a band, or null.</param>
    /// <param name="other">Further header keys (lower case), or null.</param>
    /// <param name="byteOrder">Order of the bytes in the file.</param>
    /// <exception cref="IOException">The disk is full or failed; nothing is left behind.</exception>
    public static void WriteCube<T>(
        string headerPath,
        CubeShape shape,
        Interleave interleave,
        ReadOnlySpan<T> values,
        WavelengthAxis? wavelengths = null,
        IReadOnlyDictionary<string, string>? other = null,
        EnviByteOrder byteOrder = EnviByteOrder.LittleEndian)
        where T : unmanaged, INumber<T> =>
        WriteCube(headerPath, EnviHeader.ForCube(shape, EnviDataTypes.Of<T>(), interleave, wavelengths, other, byteOrder), values);

    /// <summary>Writes values that lie in memory under a header of the caller's.</summary>
    /// <typeparam name="T">The .NET number of the header's data type.</typeparam>
    /// <param name="headerPath">The header, ending in <c>.hdr</c>; its folder exists.</param>
    /// <param name="header">What is written, and how.</param>
    /// <param name="values">All values in the header's interleave.</param>
    public static void WriteCube<T>(string headerPath, EnviHeader header, ReadOnlySpan<T> values)
        where T : unmanaged, INumber<T>
    {
        ArgumentNullException.ThrowIfNull(header);
        if (values.Length != header.Shape.ValueCount)
        {
            throw new ArgumentException($"{values.Length} values for {header.Shape}.", nameof(values));
        }

        using var writer = EnviFileWriter.Create(headerPath, header);
        writer.WriteStored(0, values);
        writer.Complete();
    }

    /// <summary>Writes any cube as float32, tile by tile: missing values are NaN.</summary>
    /// <param name="headerPath">The header, ending in <c>.hdr</c>; its folder exists.</param>
    /// <param name="cube">The cube; not disposed here.</param>
    /// <param name="interleave">Order of the file.</param>
    /// <param name="other">Further header keys (lower case), or null.</param>
    public static void WriteCube(string headerPath, ISpectralCube cube, Interleave interleave = Interleave.Bip, IReadOnlyDictionary<string, string>? other = null)
    {
        ArgumentNullException.ThrowIfNull(cube);
        using var writer = EnviFileWriter.Create(headerPath, EnviHeader.ForCube(cube.Shape, EnviDataType.Float32, interleave, cube.Wavelengths, other));
        var bands = cube.Shape.Bands;
        var tile = Math.Max(1, (1 << 20) / bands);
        var buffer = ArrayPool<float>.Shared.Rent(tile * bands);
        try
        {
            for (long pixel = 0; pixel < cube.Shape.PixelCount; pixel += tile)
            {
                var count = (int)Math.Min(tile, cube.Shape.PixelCount - pixel);
                cube.ReadPixels(pixel, count, buffer);
                writer.WritePixels<float>(pixel, buffer.AsSpan(0, count * bands));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }

        writer.Complete();
    }

    /// <summary>Writes detector counts as they are, with their saturation as <c>ceiling</c>.</summary>
    /// <param name="headerPath">The header, ending in <c>.hdr</c>; its folder exists.</param>
    /// <param name="cube">The cube; its interleave is kept.</param>
    /// <param name="other">Further header keys (lower case), or null.</param>
    public static void WriteRaw(string headerPath, RawCube cube, IReadOnlyDictionary<string, string>? other = null)
    {
        ArgumentNullException.ThrowIfNull(cube);
        var keys = new Dictionary<string, string>(other ?? new Dictionary<string, string>(StringComparer.Ordinal), StringComparer.Ordinal);
        if (cube.SaturationCounts is { } ceiling && !EnviHeaderParser.StatesCeiling(keys))
        {
            keys["ceiling"] = $"{ceiling:R}";
        }

        WriteCube<ushort>(headerPath, cube.Shape, cube.Interleave, cube.Values, cube.Wavelengths, keys);
    }

    /// <summary>Writes a class image (<c>file type = ENVI Classification</c>, one band of bytes).</summary>
    /// <param name="headerPath">The header, ending in <c>.hdr</c>; its folder exists.</param>
    /// <param name="lines">Lines ≥ 1.</param>
    /// <param name="samples">Samples ≥ 1.</param>
    /// <param name="classes">lines × samples class values, each below the number of names.</param>
    /// <param name="names">One name a class, index 0 included ("no data"). Commas become semicolons: ENVI's lists have no escape.</param>
    /// <param name="colours"><c>#RRGGBB</c> of each class, index 0 included.</param>
    /// <param name="other">Further header keys (lower case), or null.</param>
    /// <exception cref="ArgumentException">Sizes do not fit, or a value has no name.</exception>
    public static void WriteClassification(
        string headerPath,
        int lines,
        int samples,
        ReadOnlySpan<byte> classes,
        IReadOnlyList<string> names,
        IReadOnlyList<string> colours,
        IReadOnlyDictionary<string, string>? other = null)
    {
        ArgumentNullException.ThrowIfNull(names);
        ArgumentNullException.ThrowIfNull(colours);
        if (names.Count != colours.Count || names.Count is 0 or > 256)
        {
            throw new ArgumentException($"{names.Count} class names and {colours.Count} colours; expected as many of each, 1 to 256.", nameof(names));
        }

        foreach (var value in classes)
        {
            if (value >= names.Count)
            {
                throw new ArgumentException($"Class {value} has no name; there are {names.Count}.", nameof(classes));
            }
        }

        var header = new EnviHeader
        {
            Shape = new CubeShape(lines, samples, 1),
            DataType = EnviDataType.UInt8,
            Interleave = Interleave.Bsq,
            FileType = EnviHeader.ClassificationFileType,
            ClassNames = [.. names],
            ClassLookup = [.. colours],
            BandNames = ["Class"],
            Other = other ?? new Dictionary<string, string>(StringComparer.Ordinal),
        };
        WriteCube(headerPath, header, classes);
    }

    /// <summary>Writes named float32 layers, such as one probability a class.</summary>
    /// <param name="headerPath">The header, ending in <c>.hdr</c>; its folder exists.</param>
    /// <param name="lines">Lines ≥ 1.</param>
    /// <param name="samples">Samples ≥ 1.</param>
    /// <param name="bandNames">One name a band.</param>
    /// <param name="values">lines × samples × bands values in <paramref name="interleave"/> order; NaN = no data.</param>
    /// <param name="interleave">Order of <paramref name="values"/> and of the file; BIP is band fastest, as the maps of Infer are.</param>
    /// <param name="other">Further header keys (lower case), or null.</param>
    public static void WriteFloatBands(
        string headerPath,
        int lines,
        int samples,
        IReadOnlyList<string> bandNames,
        ReadOnlySpan<float> values,
        Interleave interleave = Interleave.Bip,
        IReadOnlyDictionary<string, string>? other = null)
    {
        ArgumentNullException.ThrowIfNull(bandNames);
        var header = new EnviHeader
        {
            Shape = new CubeShape(lines, samples, bandNames.Count),
            DataType = EnviDataType.Float32,
            Interleave = interleave,
            BandNames = [.. bandNames],
            DataIgnoreValue = double.NaN,
            Other = other ?? new Dictionary<string, string>(StringComparer.Ordinal),
        };
        WriteCube(headerPath, header, values);
    }

    /// <summary>The data file that goes with a header: <c>.img</c> for <c>.hdr</c>.</summary>
    /// <param name="headerPath">The header, ending in <c>.hdr</c>.</param>
    /// <exception cref="ArgumentException">Another ending.</exception>
    public static string DataPathFor(string headerPath) =>
        Path.GetExtension(headerPath).Equals(".hdr", StringComparison.OrdinalIgnoreCase)
            ? Path.ChangeExtension(headerPath, ".img")
            : throw new ArgumentException($"\"{headerPath}\" is no name for an ENVI header; it must end in .hdr.", nameof(headerPath));
}
