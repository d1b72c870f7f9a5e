using System.Text;

namespace HsiEdge.Core.Envi;

/// <summary>One <c>key = value</c> of a header: the key lower-cased with single spaces, the value trimmed, braces kept.</summary>
internal readonly record struct EnviEntry(string Key, string Value, int LineNumber);

/// <summary>
/// Splits a header's text into entries. Comments (<c>;</c> first on a line) are dropped, also within braces; a value in braces runs over lines
/// to its closing brace (nested pairs and braces within double quotes on one line are part of the value).
/// </summary>
internal static class EnviHeaderText
{
    /// <summary>UTF-8 where the bytes are valid UTF-8, otherwise Latin-1, which no byte can break.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith(Encoding.UTF8.Preamble))
        {
            bytes = bytes[3..];
        }

        return System.Text.Unicode.Utf8.IsValid(bytes) ? Encoding.UTF8.GetString(bytes) : Encoding.Latin1.GetString(bytes);
    }

    public static List<EnviEntry> Split(string text, string name, List<string> warnings)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n');
        var first = lines[0].Trim('\uFEFF', ' ', '\t');
        if (!first.Equals("ENVI", StringComparison.OrdinalIgnoreCase))
        {
            throw NotEnvi(first, name);
        }

        var entries = new List<EnviEntry>();
        for (var i = 1; i < lines.Length; i++)
        {
            var line = lines[i].Trim();
            if (line.Length == 0 || line[0] == ';')
            {
                continue;
            }

            var equals = line.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
            {
                warnings.Add($"{name}: line {i + 1} is no \"key = value\" and was passed over: {Shorten(line)}");
                continue;
            }

            var key = NormaliseKey(line[..equals]);
            var value = line[(equals + 1)..].Trim();
            var lineNumber = i + 1;
            if (value.StartsWith('{'))
            {
                value = ReadBraces(lines, ref i, value, key, name);
            }

            entries.Add(new EnviEntry(key, value, lineNumber));
        }

        return entries;
    }

    /// <summary>The parts of a list: commas split, double quotes protect commas, surrounding blanks and quotes go.</summary>
    public static List<string> SplitList(string value)
    {
        var parts = new List<string>();
        var inner = Unbrace(value);
        var part = new StringBuilder();
        var quoted = false;
        for (var i = 0; i < inner.Length; i++)
        {
            var c = inner[i];
            if (c == '"' && (quoted || (string.IsNullOrWhiteSpace(part.ToString()) && inner.IndexOf('"', i + 1) >= 0)))
            {
                quoted = !quoted;
            }
            else if (c == ',' && !quoted)
            {
                parts.Add(OneLine(part.ToString()));
                part.Clear();
            }
            else
            {
                part.Append(c);
            }
        }

        parts.Add(OneLine(part.ToString()));
        if (parts[^1].Length == 0)
        {
            // "{1, 2, }" and "{}" are seen in the wild.
            parts.RemoveAt(parts.Count - 1);
        }

        return parts;
    }

    /// <summary>A value without its braces and the blanks around.</summary>
    public static string Unbrace(string value) =>
        value.Length >= 2 && value[0] == '{' && value[^1] == '}' ? value[1..^1].Trim() : value.Trim();

    public static string NormaliseKey(string key) =>
        string.Join(' ', key.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).ToLowerInvariant();

    public static string Shorten(string text) => text.Length <= 60 ? $"\"{text}\"" : $"\"{text[..57]}…\"";

    private static string OneLine(string part) =>
        part.Contains('\n', StringComparison.Ordinal) ? string.Join(' ', part.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)) : part.Trim();

    private static string ReadBraces(string[] lines, ref int index, string firstLine, string key, string name)
    {
        var start = index;
        var text = new StringBuilder();
        var (depth, balancedEnd) = (0, -1);
        var (firstClose, firstCloseLine) = (-1, -1);
        var balancedEndLine = -1;
        for (var i = index; i < lines.Length && balancedEnd < 0; i++)
        {
            var line = i == start ? firstLine : lines[i].Trim();
            if (i > start && line.StartsWith(';'))
            {
                continue;
            }

            if (i > start)
            {
                text.Append('\n');
            }

            var quotedUntil = -1;
            for (var c = 0; c < line.Length; c++)
            {
                switch (line[c])
                {
                    case '"' when c > quotedUntil:
                        quotedUntil = line.IndexOf('"', c + 1);
                        break;
                    case '{' when c > quotedUntil:
                        depth++;
                        break;
                    case '}':
                        if (firstClose < 0)
                        {
                            (firstClose, firstCloseLine) = (text.Length + c, i);
                        }

                        if (c > quotedUntil && --depth == 0)
                        {
                            (balancedEnd, balancedEndLine) = (text.Length + c, i);
                            c = line.Length;
                        }

                        break;
                }
            }

            text.Append(line);
        }

        if (firstClose < 0)
        {
            throw new BadInputException($"{name}: the braces of \"{key}\" (line {start + 1}) are never closed; expected a \"}}\" before the end of the header.");
        }

        if (balancedEnd >= 0)
        {
            index = balancedEndLine;
            return text.ToString(0, balancedEnd + 1);
        }

        // Unbalanced within: the first closing brace ends the value, and stray braces become parentheses.
        index = firstCloseLine;
        return $"{{{text.ToString(1, firstClose - 1).Replace('{', '(')}}}";
    }

    private static BadInputException NotEnvi(string firstLine, string name)
    {
        string[] esri = ["BYTEORDER", "LAYOUT", "NROWS", "NCOLS", "NBANDS", "NBITS"];
        var printable = new string([.. firstLine.Where(c => !char.IsControl(c))]);
        var what = esri.Any(word => firstLine.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            ? "is an ESRI (ArcGIS) BIL/BIP/BSQ header"
            : "is no ENVI header";
        return new BadInputException($"{name} {what}: its first line is {Shorten(printable)}; expected \"ENVI\". Convert it, or give the ENVI header of the cube.");
    }
}
