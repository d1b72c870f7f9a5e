using System.Buffers;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Envi;

/// <summary>
/// A recorded cube: an <see cref="EnviImage"/> whose bands have wavelengths in nm. Bands are presented by rising wavelength (a descending axis is reversed;
/// the axes of several detectors that overlap are merged, with a warning); bands that <c>bbl</c> marks bad are left out of the axis and listed in <see cref="BadBands"/>.
/// </summary>
public sealed class EnviCube : ISpectralCube
{
    /// <summary>Floating-point data wholly within these bounds is reflectance.</summary>
    private const float LowestReflectance = -0.5f;
    private const float HighestReflectance = 2f;
    private readonly int[] _fileBands;
    private readonly float _divisor;

    private EnviCube(EnviImage image, EnviBandOrder order, SpectralQuantity? quantity, IReadOnlyList<string> warnings)
    {
        Image = image;
        _fileBands = order.FileBands;
        BadBands = order.BadBands;
        Wavelengths = order.Axis;
        Warnings = warnings;
        Shape = new CubeShape(image.Shape.Lines, image.Shape.Samples, _fileBands.Length);
        (Quantity, QuantityReason) = quantity is { } given ? (given, "stated by the caller") : Judge();
        _divisor = Quantity == SpectralQuantity.Reflectance && image.Header.ReflectanceScaleFactor is { } factor ? (float)factor : 1;
        SaturationCounts = Quantity == SpectralQuantity.RawCounts ? image.Header.CeilingCounts ?? TypeCeiling(image.Header.DataType) : null;
    }

    /// <summary>The image below, with the header and all its bands; owned by the cube.</summary>
    public EnviImage Image { get; }

    /// <inheritdoc/>
    public CubeShape Shape { get; }

    /// <inheritdoc/>
    public WavelengthAxis Wavelengths { get; }

    /// <inheritdoc/>
    public SpectralQuantity Quantity { get; }

    /// <summary>Why <see cref="Quantity"/> is what it is, for messages: "floating-point data within −0.18…0.85", "integer data without a reflectance scale factor", …</summary>
    public string QuantityReason { get; }

    /// <summary>
    /// Counts at and above which a raw value is saturated: the header's (see <see cref="EnviHeader.CeilingCounts"/>), or the largest value of 8- and 16-bit types,
    /// which is certainly the end of the scale; cameras of fewer bits need the header key. Null for other types and for data that is not raw.
    /// </summary>
    public double? SaturationCounts { get; }

    /// <summary>For each band of the cube, its 0-based band in the file.</summary>
    public ReadOnlySpan<int> FileBands => _fileBands;

    /// <summary>0-based bands of the file that <c>bbl</c> marks bad: they are no part of this cube.</summary>
    public IReadOnlyList<int> BadBands { get; }

    /// <summary>What was passed over, defaulted, guessed or reordered: one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Opens a cube.</summary>
    /// <param name="headerPath">The header.</param>
    /// <param name="quantity">
    /// What the values mean, where the caller knows (raw counts when references are given). Null decides: reflectance where there is a <c>reflectance scale factor</c>
    /// (divided by it) or where floating-point data lies wholly within −0.5…2 (all of it is read, missing values apart); raw counts otherwise.
    /// </param>
    /// <param name="dataPath">The data file; null finds it beside the header.</param>
    /// <exception cref="BadInputException">As <see cref="EnviImage.Open"/>, or the header's bands cannot be placed in nm.</exception>
    public static EnviCube Open(string headerPath, SpectralQuantity? quantity = null, string? dataPath = null)
    {
        var image = EnviImage.Open(headerPath, dataPath);
        try
        {
            var warnings = new List<string>(image.Warnings);
            var order = EnviBandOrder.Of(image.Header, warnings);
            return new EnviCube(image, order, quantity, warnings);
        }
        catch
        {
            image.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void ReadPixels(long firstPixel, int pixelCount, Span<float> destination) =>
        Image.ReadBands(firstPixel, pixelCount, _fileBands, _divisor, destination);

    /// <inheritdoc/>
    public void Dispose() => Image.Dispose();

    private static double? TypeCeiling(EnviDataType type) => type switch
    {
        EnviDataType.UInt8 => byte.MaxValue,
        EnviDataType.Int16 => short.MaxValue,
        EnviDataType.UInt16 => ushort.MaxValue,
        _ => null,
    };

    private (SpectralQuantity Quantity, string Reason) Judge()
    {
        var header = Image.Header;
        if (header.ReflectanceScaleFactor is { } factor)
        {
            return (SpectralQuantity.Reflectance, $"reflectance scale factor {factor}");
        }

        if (!header.DataType.IsFloatingPoint())
        {
            return (SpectralQuantity.RawCounts, $"integer data ({header.DataType}) without a \"reflectance scale factor\"");
        }

        var (low, high) = Range();
        return (low, high) switch
        {
            ( > float.MaxValue, _) when high < low => (SpectralQuantity.RawCounts, "floating-point data without a single value"),
            ( >= LowestReflectance, <= HighestReflectance) => (SpectralQuantity.Reflectance, $"floating-point data within {low:0.###}…{high:0.###}"),
            _ => (SpectralQuantity.RawCounts, $"floating-point data reaches {(low < LowestReflectance ? low : high):0.###}, outside −0.5…2 of reflectance"),
        };
    }

    /// <summary>Smallest and largest value, missing ones apart; ends at the first one out of bounds.</summary>
    private (float Low, float High) Range()
    {
        var bands = _fileBands.Length;
        var tile = Math.Max(1, (1 << 18) / bands);
        var buffer = ArrayPool<float>.Shared.Rent(tile * bands);
        try
        {
            var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
            for (long pixel = 0; pixel < Shape.PixelCount && low >= LowestReflectance && high <= HighestReflectance; pixel += tile)
            {
                var count = (int)Math.Min(tile, Shape.PixelCount - pixel);
                Image.ReadBands(pixel, count, _fileBands, 1, buffer);
                foreach (var value in buffer.AsSpan(0, count * bands))
                {
                    // NaN compares false on both sides.
                    low = value < low ? value : low;
                    high = value > high ? value : high;
                }
            }

            return (low, high);
        }
        finally
        {
            ArrayPool<float>.Shared.Return(buffer);
        }
    }
}
