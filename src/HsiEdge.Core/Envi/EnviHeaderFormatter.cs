using System.Globalization;
using System.Text;

namespace HsiEdge.Core.Envi;

/// <summary>Writes an <see cref="EnviHeader"/> as text that this reader, GDAL and Spectral Python read alike.</summary>
internal static class EnviHeaderFormatter
{
    public static string Format(EnviHeader header)
    {
        var text = new StringBuilder("ENVI\n");
        if (header.Description is { Length: > 0 } description)
        {
            Line("description", $"{{{Balanced(description)}}}");
        }

        Line("samples", $"{header.Samples}");
        Line("lines", $"{header.Lines}");
        Line("bands", $"{header.Bands}");
        Line("header offset", $"{header.HeaderOffset}");
        Line("file type", Plain(header.FileType));
        Line("data type", $"{(int)header.DataType}");
        Line("interleave", header.Interleave.ToString().ToLowerInvariant());
        Line("byte order", $"{(int)header.ByteOrder}");
        if (header.ClassNames is not null || header.ClassLookup is not null)
        {
            Line("classes", $"{header.ClassNames?.Length ?? header.ClassLookup!.Length}");
        }

        Optional("class lookup", header.ClassLookup is null ? null : string.Join(", ", header.ClassLookup.Select(Rgb)));
        Optional("class names", header.ClassNames is null ? null : Names(header.ClassNames));
        Optional("default bands", header.DefaultBands is null ? null : string.Join(", ", header.DefaultBands));
        Optional("band names", header.BandNames is null ? null : Names(header.BandNames));
        var ignoreText = header.DataIgnoreValueText ?? (header.DataIgnoreValue is { } ignore ? Number(ignore) : null);
        if (ignoreText is not null)
        {
            Line("data ignore value", ignoreText);
        }

        if (header.ReflectanceScaleFactor is { } factor)
        {
            Line("reflectance scale factor", Number(factor));
        }

        var units = header.WavelengthUnitsText ?? UnitsWord(header.WavelengthUnits);
        if (units is not null)
        {
            Line("wavelength units", Plain(units));
        }

        Optional("wavelength", header.Wavelengths is null ? null : Numbers(header.Wavelengths));
        Optional("fwhm", header.Fwhm is null ? null : Numbers(header.Fwhm));
        Optional("bbl", header.Bbl is null ? null : string.Join(", ", header.Bbl.Select(good => good ? "1" : "0")));
        if (header.CeilingCounts is { } ceiling && !EnviHeaderParser.StatesCeiling(header.Other))
        {
            Line("ceiling", Number(ceiling));
        }

        foreach (var (key, value) in header.Other)
        {
            Line(CheckedKey(key), CheckedValue(key, value));
        }

        return text.ToString();

        void Line(string key, string value) => text.Append(key).Append(" = ").Append(value).Append('\n');

        void Optional(string key, string? list)
        {
            if (list is not null)
            {
                Line(key, $"{{{list}}}");
            }
        }
    }

    /// <summary>Makes text safe within braces: unbalanced braces become parentheses; lines must not start with a comment sign.</summary>
    public static string Balanced(string text)
    {
        var clean = string.Join('\n', text.ReplaceLineEndings("\n").Split('\n').Select((line, i) => i > 0 ? line.Trim().TrimStart(';') : line.Trim())).Trim();
        return IsBalanced(clean) ? clean : clean.Replace('{', '(').Replace('}', ')');
    }

    private static string Names(IEnumerable<string> names) => string.Join(", ", names.Select(Name));

    /// <summary>A list has no way to hold commas that all readers understand.</summary>
    private static string Name(string name) =>
        Plain(name).Replace(',', ';').Replace('{', '(').Replace('}', ')').Replace('"', '\'') is { Length: > 0 } plain ? plain : "-";

    private static string Plain(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private static string Numbers(double[] values) => string.Join(", ", values.Select(Number));

    private static string Number(double value) => double.IsNaN(value) ? "nan" : value.ToString("R", CultureInfo.InvariantCulture);

    private static string Rgb(string colour)
    {
        if (colour.Length != 7 || colour[0] != '#' || !int.TryParse(colour.AsSpan(1), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var rgb))
        {
            throw new ArgumentException($"\"{colour}\" is no colour; expected #RRGGBB.");
        }

        return $"{rgb >> 16}, {(rgb >> 8) & 255}, {rgb & 255}";
    }

    private static string? UnitsWord(EnviWavelengthUnits units) => units switch
    {
        EnviWavelengthUnits.Unspecified or EnviWavelengthUnits.Unrecognised => null,
        EnviWavelengthUnits.Nanometres => "Nanometers",
        EnviWavelengthUnits.Micrometres => "Micrometers",
        EnviWavelengthUnits.Millimetres => "Millimeters",
        EnviWavelengthUnits.Centimetres => "Centimeters",
        EnviWavelengthUnits.Metres => "Meters",
        EnviWavelengthUnits.Angstroms => "Angstroms",
        EnviWavelengthUnits.Wavenumbers => "Wavenumber",
        EnviWavelengthUnits.Megahertz => "MHz",
        EnviWavelengthUnits.Gigahertz => "GHz",
        EnviWavelengthUnits.Terahertz => "THz",
        EnviWavelengthUnits.Index => "Index",
        EnviWavelengthUnits.Unknown => "Unknown",
        _ => throw new ArgumentOutOfRangeException(nameof(units), units, "not a unit"),
    };

    private static string CheckedKey(string key)
    {
        if (EnviHeaderText.NormaliseKey(key) != key || key.Length == 0 || key[0] == ';' || key.Contains('=', StringComparison.Ordinal)
            || EnviHeaderParser.IsKnown(key.Replace('_', ' ')))
        {
            throw new ArgumentException($"\"{key}\" cannot be an extra header key: lower case, single spaces, no \"=\", not one that has a property.");
        }

        return key;
    }

    private static string CheckedValue(string key, string value)
    {
        var braced = value.StartsWith('{');
        if (!braced && value.AsSpan().IndexOfAny('\n', '\r') < 0)
        {
            return value.Trim();
        }

        var whole = braced ? value : $"{{{value}}}";
        return IsBalanced(whole[1..^1]) && whole[^1] == '}'
            ? whole
            : throw new ArgumentException($"The value of the header key \"{key}\" has braces that do not pair.");
    }

    /// <summary>Whether the reader finds the end of <c>{text}</c> where it was put.</summary>
    private static bool IsBalanced(string text)
    {
        var depth = 0;
        foreach (var line in text.Split('\n'))
        {
            var quotedUntil = -1;
            for (var i = 0; i < line.Length; i++)
            {
                if (i <= quotedUntil)
                {
                    continue;
                }

                switch (line[i])
                {
                    case '"':
                        quotedUntil = line.IndexOf('"', i + 1);
                        break;
                    case '{':
                        depth++;
                        break;
                    case '}' when --depth < 0:
                        return false;
                }
            }
        }

        return depth == 0;
    }
}
