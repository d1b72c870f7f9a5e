using System.Globalization;
using System.Reflection;

namespace HsiEdge.Appliance.Configuration;

/// <summary>
/// The keys that options classes make: one a public settable property, nested classes one level deeper, lists by index.
/// The one place that says which keys exist; binding, "did you mean" and the published schema's test read it.
/// </summary>
internal sealed class OptionKeys
{
    private readonly SortedDictionary<string, OptionKey> _keys = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Adds a section.</summary>
    public void Add(string section, object options)
    {
        foreach (var property in options.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            var key = $"{section}:{property.Name}";
            if (IsScalar(property.PropertyType) || IsList(property.PropertyType))
            {
                if (property.SetMethod is { IsPublic: true })
                {
                    _keys.Add(key, new OptionKey(key, options, property));
                }
            }
            else if (property.GetValue(options) is { } nested && property.PropertyType.Assembly.GetName().Name!.StartsWith("HsiEdge", StringComparison.Ordinal))
            {
                Add(key, nested);
            }
        }
    }

    /// <summary>All keys in order.</summary>
    public IEnumerable<OptionKey> All => _keys.Values;

    /// <summary>The key that a setting names, or null; a list's item finds its list.</summary>
    public OptionKey? Find(string key)
    {
        if (_keys.TryGetValue(key, out var found))
        {
            return found;
        }

        var last = key.LastIndexOf(':');
        return last > 0 && int.TryParse(key.AsSpan(last + 1), NumberStyles.None, CultureInfo.InvariantCulture, out _)
            && _keys.TryGetValue(key[..last], out found) && found.IsList
            ? found
            : null;
    }

    /// <summary>The known key most like an unknown one, or null when none is near.</summary>
    public string? Nearest(string unknown)
    {
        string? best = null;
        var bestDistance = Math.Max(2, unknown.Length / 3) + 1;
        foreach (var key in _keys.Keys)
        {
            // The same name in another section is as good as a misspelt one.
            var sameName = string.Equals(Leaf(key), Leaf(unknown), StringComparison.OrdinalIgnoreCase);
            var distance = sameName ? 1 : Distance(key.ToUpperInvariant(), unknown.ToUpperInvariant());
            if (distance < bestDistance)
            {
                (best, bestDistance) = (key, distance);
            }
        }

        return best;
    }

    internal static bool IsScalar(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        return type == typeof(string) || type == typeof(bool) || type == typeof(int) || type == typeof(long) || type == typeof(double) || type.IsEnum;
    }

    private static bool IsList(Type type) => type == typeof(string[]) || type == typeof(List<string>) || type == typeof(IReadOnlyList<string>) || type == typeof(IList<string>);

    private static string Leaf(string key) => key[(key.LastIndexOf(':') + 1)..];

    /// <summary>Levenshtein's edit distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var substitution = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.Min(substitution, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[b.Length];
    }
}
