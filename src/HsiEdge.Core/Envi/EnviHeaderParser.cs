using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Envi;

/// <summary>From entries to an <see cref="EnviHeader"/>: checks what must be there, defaults and warns about what may be missing.</summary>
internal sealed class EnviHeaderParser
{
    private static readonly string[] CeilingKeys = ["ceiling", "data ceiling", "saturation", "saturation counts"];
    private static readonly string[] BitDepthKeys = ["bit depth", "sensor bit depth"];

    /// <summary>Keys with a property of their own; the ceiling keys are kept among the others too, so that they are written again as they were.</summary>
    private static readonly HashSet<string> KnownKeys = new(StringComparer.Ordinal)
    {
        "samples", "lines", "bands", "data type", "interleave", "byte order", "header offset", "file type", "description",
        "wavelength units", "wavelength", "fwhm", "bbl", "default bands", "data ignore value", "reflectance scale factor",
        "classes", "class names", "class lookup", "band names",
    };

    private readonly EnviEntries _entries;

    private EnviHeaderParser(EnviEntries entries) => _entries = entries;

    public static bool IsKnown(string key) => KnownKeys.Contains(key);

    /// <summary>Whether keys beside the known ones already say where the counts end.</summary>
    public static bool StatesCeiling(IReadOnlyDictionary<string, string> keys) =>
        CeilingKeys.Any(keys.ContainsKey) || BitDepthKeys.Any(keys.ContainsKey);

    public static EnviHeader Parse(string text, string name)
    {
        var warnings = new List<string>();
        return new EnviHeaderParser(new EnviEntries(EnviHeaderText.Split(text, name, warnings), KnownKeys, name, warnings)).Build();
    }

    private EnviHeader Build()
    {
        RefuseWhatIsNotPlain();
        var shape = ReadShape();
        var type = ReadDataType();
        var offset = _entries.OptionalInteger("header offset", 0, long.MaxValue) ?? 0;
        if ((Int128)shape.PixelCount * shape.Bands * type.SizeBytes() + offset > long.MaxValue)
        {
            throw Bad($"{shape} of {type.SizeBytes()} bytes each are more than a file can hold; check \"lines\", \"samples\" and \"bands\"");
        }

        var axis = EnviWavelengthSection.Read(Text("wavelength units"), Numbers("wavelength"), Numbers("fwhm"), Text("z plot titles"), shape.Bands, _entries.Name, _entries.Warnings);
        var (ignore, ignoreText) = ReadIgnoreValue();
        return new EnviHeader
        {
            Name = _entries.Name,
            Shape = shape,
            DataType = type,
            Interleave = ReadInterleave(shape.Bands),
            ByteOrder = ReadByteOrder(type),
            HeaderOffset = offset,
            FileType = Text("file type") ?? EnviHeader.StandardFileType,
            Description = Text("description") is { } description ? EnviHeaderText.Unbrace(description) is { Length: > 0 } inner ? inner : null : null,
            WavelengthUnits = axis.Stated,
            WavelengthUnitsText = Text("wavelength units"),
            EffectiveWavelengthUnits = axis.Effective,
            Wavelengths = axis.Values,
            WavelengthsNanometres = axis.Nanometres,
            WavelengthProblem = axis.Problem,
            Fwhm = axis.Fwhm,
            FwhmNanometres = axis.FwhmNanometres,
            Bbl = ReadBadBands(shape.Bands),
            DefaultBands = ReadDefaultBands(shape.Bands),
            DataIgnoreValue = ignore,
            DataIgnoreValueText = ignoreText,
            ReflectanceScaleFactor = ReadScaleFactor(),
            CeilingCounts = ReadCeiling(),
            ClassNames = _entries.Names("class names"),
            ClassLookup = ReadLookup(),
            BandNames = ReadBandNames(shape.Bands),
            Other = _entries.AllBut(KnownKeys),
            Warnings = _entries.Warnings,
        };
    }

    private void RefuseWhatIsNotPlain()
    {
        if (Text("file compression") is { } compression && compression != "0")
        {
            throw Bad($"\"file compression = {compression}\": compressed data is not read; write the cube again uncompressed");
        }

        if (Text("file type") is { } type && !type.StartsWith("ENVI", StringComparison.OrdinalIgnoreCase))
        {
            throw Bad($"\"file type = {type}\": the data is not stored as plain ENVI values; expected \"ENVI Standard\" or \"ENVI Classification\". Convert the cube");
        }

        if (Text("file type") is { } container && (container.Contains("virtual", StringComparison.OrdinalIgnoreCase) || container.Contains("meta", StringComparison.OrdinalIgnoreCase)))
        {
            throw Bad($"\"file type = {container}\" points to other files; give the header of a cube that holds its own values");
        }

        foreach (var key in (ReadOnlySpan<string>)["major frame offsets", "minor frame offsets"])
        {
            if (Numbers(key) is { } offsets && offsets.AsSpan().ContainsAnyExcept(0.0))
            {
                throw Bad($"\"{key}\" is not zero: frames with bytes between them are not read; write the cube again without");
            }
        }
    }

    private CubeShape ReadShape() => new(
        (int)_entries.RequiredInteger("lines", 1, int.MaxValue),
        (int)_entries.RequiredInteger("samples", 1, int.MaxValue),
        (int)_entries.RequiredInteger("bands", 1, int.MaxValue));

    private EnviDataType ReadDataType()
    {
        var code = _entries.RequiredInteger("data type", long.MinValue, long.MaxValue);
        return code switch
        {
            6 => throw Bad("\"data type = 6\" is complex single precision; complex values are not read. Write the magnitude or a part of it as type 4"),
            9 => throw Bad("\"data type = 9\" is complex double precision; complex values are not read. Write the magnitude or a part of it as type 5"),
            >= int.MinValue and <= int.MaxValue when Enum.IsDefined((EnviDataType)(int)code) => (EnviDataType)(int)code,
            _ => throw Bad($"\"data type = {code}\" is unknown; expected 1, 2, 3, 4, 5, 12, 13, 14 or 15"),
        };
    }

    private Interleave ReadInterleave(int bands)
    {
        var text = Text("interleave");
        if (text is null && bands == 1)
        {
            Warn("no \"interleave\"; with one band it makes no difference");
            return Interleave.Bsq;
        }

        return text?.ToLowerInvariant() switch
        {
            "bsq" => Interleave.Bsq,
            "bil" => Interleave.Bil,
            "bip" => Interleave.Bip,
            null => throw Bad("the key \"interleave\" is missing; expected bsq, bil or bip"),
            _ => throw Bad($"\"interleave = {text}\" (line {_entries.LineNumber("interleave")}) is unknown; expected bsq, bil or bip"),
        };
    }

    private EnviByteOrder ReadByteOrder(EnviDataType type)
    {
        var order = _entries.OptionalInteger("byte order", 0, 1);
        if (order is null && type.SizeBytes() > 1)
        {
            Warn("no \"byte order\"; taken as 0 (little-endian)");
        }

        return (EnviByteOrder)(order ?? 0);
    }

    private (double? Value, string? Text) ReadIgnoreValue()
    {
        if (Text("data ignore value") is not { } text)
        {
            return (null, null);
        }

        text = EnviHeaderText.Unbrace(text);
        if (EnviEntries.TryNumber(text, out var value))
        {
            return (value, text);
        }

        if (!text.Equals("none", StringComparison.OrdinalIgnoreCase))
        {
            Warn($"\"data ignore value = {text}\" is no number and was passed over");
        }

        return (null, null);
    }

    private double? ReadScaleFactor()
    {
        if (Text("reflectance scale factor") is not { } text)
        {
            return null;
        }

        if (EnviEntries.TryNumber(EnviHeaderText.Unbrace(text), out var factor) && double.IsFinite(factor) && factor > 0)
        {
            return factor;
        }

        throw Bad($"\"reflectance scale factor = {text}\" is no positive number; reflectance = value ÷ factor");
    }

    private double? ReadCeiling()
    {
        foreach (var key in CeilingKeys)
        {
            if (Text(key) is { } text && EnviEntries.TryNumber(text, out var counts) && double.IsFinite(counts) && counts > 0)
            {
                return counts;
            }
        }

        foreach (var key in BitDepthKeys)
        {
            if (Text(key) is { } text && EnviEntries.TryNumber(text, out var bits) && bits is >= 1 and <= 32 && bits == Math.Floor(bits))
            {
                return Math.Pow(2, bits) - 1;
            }
        }

        return null;
    }

    private bool[]? ReadBadBands(int bands)
    {
        if (Numbers("bbl") is not { Length: > 0 } list)
        {
            return null;
        }

        if (list.Length != bands)
        {
            Warn($"\"bbl\" has {list.Length} values for {bands} bands and was passed over");
            return null;
        }

        return Array.ConvertAll(list, value => value != 0);
    }

    private int[]? ReadDefaultBands(int bands)
    {
        if (Numbers("default bands") is not { Length: > 0 } list)
        {
            return null;
        }

        if (Array.TrueForAll(list, value => value >= 1 && value <= bands && value == Math.Floor(value)))
        {
            return Array.ConvertAll(list, value => (int)value);
        }

        Warn($"\"default bands\" names bands outside 1…{bands} and was passed over");
        return null;
    }

    private string[]? ReadLookup()
    {
        if (Numbers("class lookup") is not { Length: > 0 } list)
        {
            return null;
        }

        if (list.Length % 3 != 0 || !Array.TrueForAll(list, value => value is >= 0 and <= 255 && value == Math.Floor(value)))
        {
            Warn("\"class lookup\" is no list of red, green, blue from 0 to 255 and was passed over");
            return null;
        }

        return [.. list.Chunk(3).Select(c => $"#{(int)c[0]:X2}{(int)c[1]:X2}{(int)c[2]:X2}")];
    }

    private string[]? ReadBandNames(int bands)
    {
        var names = _entries.Names("band names");
        if (names is not null && names.Length != bands)
        {
            Warn($"\"band names\" has {names.Length} names for {bands} bands");
        }

        return names;
    }

    private string? Text(string key) => _entries.Text(key);

    private double[]? Numbers(string key) => _entries.Numbers(key);

    private void Warn(string what) => _entries.Warn(what);

    private BadInputException Bad(string what) => _entries.Bad(what);
}
