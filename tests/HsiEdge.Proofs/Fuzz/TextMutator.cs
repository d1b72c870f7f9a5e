using System.Text;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>Changes text that people write: lines, numbers, words the reader knows, and characters that readers trip over.</summary>
internal static class TextMutator
{
    private const int Largest = 1 << 20;

    private static readonly string[] Numbers =
    [
        "0", "1", "-1", "2", "3", "0.5", "-0.0", "1e308", "-1e308", "1e309", "1e-320", "NaN", "Infinity", "-Infinity", "2147483647", "2147483648", "-2147483648", "4294967295",
        "4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615", "99999999999999999999999", "65535", "65536", "46341", "0x10", "1,5", "1_000", "٣", "+1", "1e", "",
    ];

    private static readonly string[] Strange =
        ["\0", "\u0001", "\uFEFF", "\u202E", "é", "𝄞", "\r", "\n", "\r\n", "\t", "\"", "'", "{", "}", "{{{{", "}}}}", "=", ",", ";", ":", "\\", "/", "../", "%s", "{0}", " ", "\u00A0", "\u2028"];

    /// <summary>Changes a text once.</summary>
    public static byte[] Change(byte[] input, byte[] other, IReadOnlyList<string> words, ref FuzzRandom random)
    {
        if (random.OneIn(6))
        {
            return ByteMutator.Change(input, other, ref random);
        }

        var text = Encoding.Latin1.GetString(input);
        var changed = random.Next(7) switch
        {
            0 or 1 => ReplaceNumber(text, ref random),
            2 => ReplaceWord(text, words, ref random),
            3 => Insert(text, random.OneIn(2) && words.Count > 0 ? random.Of(words) : random.Of(Strange), ref random),
            4 => ChangeLines(text, ref random),
            5 => Repeat(text, ref random),
            _ => Insert(text, random.Of(Numbers), ref random),
        };
        return Encoding.Latin1.GetBytes(changed.Length > Largest ? changed[..Largest] : changed);
    }

    /// <summary>One of the numbers that readers trip over, as it is written.</summary>
    public static string Number(ref FuzzRandom random) => random.OneIn(4) ? ((long)random.Bits() >> random.Next(64)).ToString(System.Globalization.CultureInfo.InvariantCulture) : random.Of(Numbers);

    /// <summary>A text that readers trip over.</summary>
    public static string Odd(ref FuzzRandom random) =>
        random.Next(3) switch { 0 => random.Of(Strange), 1 => new string((char)(32 + random.Next(96)), random.Length(4096)), _ => Number(ref random) };

    // Latin-1 carries every byte through unharmed; what is put in is UTF-8.
    private static string Raw(string text) => Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(text));

    private static string ReplaceNumber(string text, ref FuzzRandom random)
    {
        var start = random.Next(text.Length + 1);
        var at = text.AsSpan(start).IndexOfAnyInRange('0', '9');
        at = at >= 0 ? at + start : text.AsSpan().IndexOfAnyInRange('0', '9');
        if (at < 0)
        {
            return Insert(text, random.Of(Numbers), ref random);
        }

        while (at > 0 && (char.IsAsciiDigit(text[at - 1]) || text[at - 1] is '.' or '-' or '+'))
        {
            at--;
        }

        var end = at;
        while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '-' or '+' or 'e' or 'E'))
        {
            end++;
        }

        return text[..at] + Raw(Number(ref random)) + text[end..];
    }

    private static string ReplaceWord(string text, IReadOnlyList<string> words, ref FuzzRandom random)
    {
        if (words.Count == 0)
        {
            return Insert(text, random.Of(Strange), ref random);
        }

        var from = random.Of(words);
        var at = text.IndexOf(from, random.Next(text.Length + 1), StringComparison.Ordinal);
        return at < 0 ? Insert(text, from, ref random) : text[..at] + Raw(random.OneIn(3) ? random.Of(Strange) : random.Of(words)) + text[(at + from.Length)..];
    }

    private static string Insert(string text, string what, ref FuzzRandom random)
    {
        var at = random.Next(text.Length + 1);
        return text[..at] + Raw(what) + text[at..];
    }

    private static string ChangeLines(string text, ref FuzzRandom random)
    {
        var lines = text.Split('\n').ToList();
        var at = random.Next(lines.Count);
        switch (random.Next(4))
        {
            case 0:
                lines.RemoveAt(at);
                break;
            case 1:
                lines.Insert(random.Next(lines.Count), lines[at]);
                break;
            case 2:
                var other = random.Next(lines.Count);
                (lines[at], lines[other]) = (lines[other], lines[at]);
                break;
            default:
                lines[at] = lines[at][..random.Next(lines[at].Length + 1)];
                break;
        }

        return string.Join('\n', lines);
    }

    private static string Repeat(string text, ref FuzzRandom random)
    {
        if (text.Length == 0)
        {
            return text;
        }

        var at = random.Next(text.Length);
        var piece = text.Substring(at, Math.Min(random.Length(200), text.Length - at));
        return text.Insert(at, string.Concat(Enumerable.Repeat(piece, random.Length(300))));
    }
}
