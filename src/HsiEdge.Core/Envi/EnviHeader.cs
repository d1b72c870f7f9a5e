using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Envi;

/// <summary>
/// An ENVI header: what the values of the data file beside it mean. Keys are matched without regard to case, spacing or underscores;
/// what the reader does not know is kept in <see cref="Other"/> and written again.
/// </summary>
public sealed class EnviHeader
{
    /// <summary>Where it came from: file name or what the caller said; first word of every message.</summary>
    public string Name { get; init; } = "header";

    /// <summary>Size of the data: lines × samples × bands.</summary>
    public required CubeShape Shape { get; init; }

    /// <summary>Lines (rows), ≥ 1.</summary>
    public int Lines => Shape.Lines;

    /// <summary>Samples (columns), ≥ 1.</summary>
    public int Samples => Shape.Samples;

    /// <summary>Bands in the file, ≥ 1.</summary>
    public int Bands => Shape.Bands;

    /// <summary>Type of the stored values.</summary>
    public required EnviDataType DataType { get; init; }

    /// <summary>Order of the stored values.</summary>
    public required Interleave Interleave { get; init; }

    /// <summary>Order of the bytes of a value; little-endian where the header is silent.</summary>
    public EnviByteOrder ByteOrder { get; init; }

    /// <summary>Bytes before the first value, ≥ 0.</summary>
    public long HeaderOffset { get; init; }

    /// <summary>Key <c>file type</c>, such as <c>ENVI Standard</c>.</summary>
    public string FileType { get; init; } = StandardFileType;

    /// <summary>Free text; null where missing or blank.</summary>
    public string? Description { get; init; }

    /// <summary>Unit of <see cref="Wavelengths"/> and <see cref="Fwhm"/> as stated; see <see cref="EffectiveWavelengthUnits"/> for what is used.</summary>
    public EnviWavelengthUnits WavelengthUnits { get; init; }

    /// <summary>The unit's word in the header; null where missing or blank.</summary>
    public string? WavelengthUnitsText { get; init; }

    /// <summary>The unit used for conversion: the stated one, or told by the axis title or the values where none is stated; null where it cannot be told.</summary>
    public EnviWavelengthUnits? EffectiveWavelengthUnits { get; init; }

    /// <summary>Key <c>wavelength</c> as given, in the header's unit; null where missing. Its length may differ from <see cref="Bands"/>.</summary>
    public double[]? Wavelengths { get; init; }

    /// <summary>Band centres in nm, one a band of the file, in file order (may descend or repeat); null where they cannot be told: see <see cref="WavelengthProblem"/>.</summary>
    public double[]? WavelengthsNanometres { get; init; }

    /// <summary>Why <see cref="WavelengthsNanometres"/> is null: what was found and what was expected; null when it is not.</summary>
    public string? WavelengthProblem { get; init; }

    /// <summary>Key <c>fwhm</c> as given, in the header's unit; null where missing.</summary>
    public double[]? Fwhm { get; init; }

    /// <summary>Full width at half maximum in nm, one a band of the file, positive; null where unknown or unusable.</summary>
    public double[]? FwhmNanometres { get; init; }

    /// <summary>Key <c>bbl</c> (bad band list): false = bad, one a band of the file; null where missing or of another length.</summary>
    public bool[]? Bbl { get; init; }

    /// <summary>Key <c>default bands</c>: 1-based band numbers for display, one (grey) or three (red, green, blue); null where missing.</summary>
    public int[]? DefaultBands { get; init; }

    /// <summary>Key <c>data ignore value</c>: stored values equal to it are missing; null where there is none.</summary>
    public double? DataIgnoreValue { get; init; }

    /// <summary>The ignore value's digits in the header (64-bit integers do not fit a double); null where there is none.</summary>
    public string? DataIgnoreValueText { get; init; }

    /// <summary>Key <c>reflectance scale factor</c>: reflectance = stored value ÷ factor; positive; null where there is none.</summary>
    public double? ReflectanceScaleFactor { get; init; }

    /// <summary>
    /// Counts at and above which a raw value is saturated: keys <c>ceiling</c>, <c>data ceiling</c>, <c>saturation</c>, <c>saturation counts</c>, or 2ⁿ − 1 of
    /// <c>bit depth</c> or <c>sensor bit depth</c>; null where there is none.
    /// </summary>
    public double? CeilingCounts { get; init; }

    /// <summary>Key <c>class names</c>, index = class; null where missing.</summary>
    public string[]? ClassNames { get; init; }

    /// <summary>Key <c>class lookup</c> as colours <c>#RRGGBB</c>, index = class; null where missing.</summary>
    public string[]? ClassLookup { get; init; }

    /// <summary>Key <c>band names</c>; null where missing. Its length may differ from <see cref="Bands"/>.</summary>
    public string[]? BandNames { get; init; }

    /// <summary>All other keys (lower case, single spaces) with their text, braces kept.</summary>
    public IReadOnlyDictionary<string, string> Other { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>What the reader passed over, defaulted or guessed: one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Bytes of all values, without <see cref="HeaderOffset"/>.</summary>
    public long DataBytes => Shape.ValueCount * DataType.SizeBytes();

    /// <summary>Value of <see cref="FileType"/> for cubes.</summary>
    public const string StandardFileType = "ENVI Standard";

    /// <summary>Value of <see cref="FileType"/> for class images.</summary>
    public const string ClassificationFileType = "ENVI Classification";

    /// <summary>A header to write a cube with.</summary>
    /// <param name="shape">Size.</param>
    /// <param name="dataType">Type of the stored values.</param>
    /// <param name="interleave">Order of the stored values.</param>
    /// <param name="wavelengths">One centre a band, or null.</param>
    /// <param name="other">Further keys (lower case, single spaces), or null.</param>
    /// <param name="byteOrder">Order of the bytes of a value.</param>
    /// <exception cref="ArgumentException">Wavelengths of another number of bands.</exception>
    public static EnviHeader ForCube(
        CubeShape shape,
        EnviDataType dataType,
        Interleave interleave,
        WavelengthAxis? wavelengths = null,
        IReadOnlyDictionary<string, string>? other = null,
        EnviByteOrder byteOrder = EnviByteOrder.LittleEndian)
    {
        if (wavelengths is not null && wavelengths.Count != shape.Bands)
        {
            throw new ArgumentException($"{wavelengths.Count} wavelengths for {shape.Bands} bands.", nameof(wavelengths));
        }

        var centres = wavelengths?.Nanometres.ToArray();
        var widths = wavelengths is { FwhmNanometres.IsEmpty: false } ? wavelengths.FwhmNanometres.ToArray() : null;
        return new EnviHeader
        {
            Shape = shape,
            DataType = dataType,
            Interleave = interleave,
            ByteOrder = byteOrder,
            WavelengthUnits = centres is null ? EnviWavelengthUnits.Unspecified : EnviWavelengthUnits.Nanometres,
            EffectiveWavelengthUnits = centres is null ? null : EnviWavelengthUnits.Nanometres,
            Wavelengths = centres,
            WavelengthsNanometres = centres,
            Fwhm = widths,
            FwhmNanometres = widths,
            Other = other ?? new Dictionary<string, string>(StringComparer.Ordinal),
        };
    }

    /// <summary>Reads a header file.</summary>
    /// <param name="headerPath">The header (<c>cube.hdr</c>), not the data file.</param>
    /// <exception cref="BadInputException">Missing, unreadable, no ENVI header, or one that cannot be understood; the message says what and where.</exception>
    public static EnviHeader Read(string headerPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(headerPath);
        return Parse(EnviHeaderText.Decode(EnviDataFile.ReadHeaderBytes(headerPath)), headerPath);
    }

    /// <summary>Reads a header's text.</summary>
    /// <param name="text">The text, from its first line <c>ENVI</c> on.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="BadInputException">No ENVI header, or one that cannot be understood; the message says what and where.</exception>
    public static EnviHeader Parse(string text, string name)
    {
        ArgumentNullException.ThrowIfNull(text);
        return EnviHeaderParser.Parse(text, name);
    }

    /// <summary>The header as text, lines ended by LF; reading it again gives an equal header.</summary>
    /// <exception cref="ArgumentException">A key or value in <see cref="Other"/> that no header can hold.</exception>
    public string ToText() => EnviHeaderFormatter.Format(this);
}
