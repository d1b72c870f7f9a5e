using System.Globalization;

namespace HsiEdge.Core.Envi;

/// <summary>The entries of one header by key, with the reading of single values: what a blank, a number or a list is.</summary>
internal sealed class EnviEntries
{
    private readonly Dictionary<string, EnviEntry> _entries = new(StringComparer.Ordinal);

    public EnviEntries(List<EnviEntry> entries, HashSet<string> knownKeys, string name, List<string> warnings)
    {
        Name = name;
        Warnings = warnings;
        foreach (var entry in entries)
        {
            // "band_names" is "band names"; unknown keys keep their spelling.
            var spaced = entry.Key.Replace('_', ' ');
            var key = knownKeys.Contains(spaced) ? spaced : entry.Key;
            if (_entries.TryGetValue(key, out var earlier) && earlier.Value != entry.Value)
            {
                Warn($"\"{key}\" is there twice (lines {earlier.LineNumber} and {entry.LineNumber}); the last one counts");
            }

            _entries[key] = entry;
        }
    }

    public string Name { get; }

    public List<string> Warnings { get; }

    public int LineNumber(string key) => _entries[key].LineNumber;

    public Dictionary<string, string> AllBut(HashSet<string> keys) =>
        _entries.Where(e => !keys.Contains(e.Key)).ToDictionary(e => e.Key, e => e.Value.Value, StringComparer.Ordinal);

    /// <summary>The names of a list; null where the key is missing or blank.</summary>
    public string[]? Names(string key) =>
        Text(key) is { } text && EnviHeaderText.SplitList(text) is { Count: > 0 } names ? [.. names] : null;

    /// <summary>The numbers of a list (commas or blanks between); null where the key is missing or blank, or (with a warning) where a part is no number.</summary>
    public double[]? Numbers(string key)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var parts = EnviHeaderText.Unbrace(text).Split([',', ' ', '\t', '\n', ';'], StringSplitOptions.RemoveEmptyEntries);
        var numbers = new double[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!TryNumber(parts[i].Trim('"'), out numbers[i]))
            {
                Warn($"\"{key}\" holds {EnviHeaderText.Shorten(parts[i])}, which is no number, and was passed over");
                return null;
            }
        }

        return numbers;
    }

    /// <summary>The value; null where the key is missing or blank.</summary>
    public string? Text(string key) => _entries.TryGetValue(key, out var entry) && entry.Value.Length > 0 ? entry.Value : null;

    public long RequiredInteger(string key, long lowest, long highest) =>
        OptionalInteger(key, lowest, highest) ?? throw Bad($"the key \"{key}\" is missing or blank; an ENVI header needs it");

    public long? OptionalInteger(string key, long lowest, long highest)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        var comment = text.IndexOf(';', StringComparison.Ordinal);
        var digits = EnviHeaderText.Unbrace(comment < 0 ? text : text[..comment]);
        var valid = long.TryParse(digits, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || (TryNumber(digits, out var real) && real == Math.Floor(real) && Math.Abs(real) < 1e15 && (number = (long)real) == real);
        if (!valid || number < lowest || number > highest)
        {
            var range = highest >= int.MaxValue ? lowest == long.MinValue ? "a whole number" : $"a whole number of at least {lowest}" : $"{lowest} or {highest}";
            throw Bad($"\"{key} = {EnviHeaderText.Shorten(text).Trim('"')}\" (line {_entries[key].LineNumber}): expected {range}");
        }

        return number;
    }

    /// <summary>A number as C, IDL, Python and MATLAB print it, NaN and infinities included.</summary>
    public static bool TryNumber(string text, out double value)
    {
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value))
        {
            return true;
        }

        var word = text.Trim().ToLowerInvariant();
        (var known, value) = word switch
        {
            "nan" or "+nan" or "-nan" or "nan(ind)" or "-nan(ind)" or "1.#qnan" => (true, double.NaN),
            "inf" or "+inf" or "infinity" or "+infinity" or "1.#inf" => (true, double.PositiveInfinity),
            "-inf" or "-infinity" or "-1.#inf" => (true, double.NegativeInfinity),
            _ => (false, 0.0),
        };
        return known;
    }

    public void Warn(string what) => Warnings.Add($"{Name}: {what}.");

    public BadInputException Bad(string what) => new($"{Name}: {what}.");
}
