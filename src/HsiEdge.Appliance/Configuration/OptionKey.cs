using System.Globalization;
using System.Reflection;

namespace HsiEdge.Appliance.Configuration;

/// <summary>One option: its key and the property that holds it.</summary>
internal sealed class OptionKey(string key, object owner, PropertyInfo property)
{
    /// <summary><c>Section:Key</c>.</summary>
    public string Key { get; } = key;

    /// <summary>Type of the property.</summary>
    public Type Type => property.PropertyType;

    /// <summary>Whether it is a list of texts.</summary>
    public bool IsList => !OptionKeys.IsScalar(Type);

    /// <summary>The value now.</summary>
    public object? Value => property.GetValue(owner);

    /// <summary>Whether it may be left without a value.</summary>
    public bool IsOptional { get; } = new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    /// <summary>Sets a scalar from text; empty text or null leaves an optional one without a value.</summary>
    /// <returns>What was expected, when the text is no such value; else null.</returns>
    public string? TrySet(string? text)
    {
        var type = Nullable.GetUnderlyingType(Type) ?? Type;
        if (IsOptional && string.IsNullOrEmpty(text))
        {
            property.SetValue(owner, null);
            return null;
        }

        if (text is null)
        {
            return "a value (leave the key out to take the default)";
        }

        if (type == typeof(string))
        {
            if (text.Contains('\0', StringComparison.Ordinal))
            {
                // No path, host or name holds one, and the system's calls end or throw at it.
                return "a text without the null character (\\u0000)";
            }

            property.SetValue(owner, text);
            return null;
        }

        var (value, expected) = Parse(type, text);
        if (value is null)
        {
            return expected;
        }

        property.SetValue(owner, value);
        return null;
    }

    /// <summary>Sets a list.</summary>
    public void SetList(IReadOnlyList<string> items) =>
        property.SetValue(owner, Type == typeof(List<string>) || Type == typeof(IList<string>) ? items.ToList() : items.ToArray());

    private static (object? Value, string Expected) Parse(Type type, string text)
    {
        if (type.IsEnum)
        {
            var names = Enum.GetNames(type);
            var name = names.FirstOrDefault(n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase));
            return (name is null ? null : Enum.Parse(type, name), "one of " + string.Join(", ", names.Select(n => char.ToLowerInvariant(n[0]) + n[1..])));
        }

        if (type == typeof(bool))
        {
            return (bool.TryParse(text, out var value) ? value : null, "true or false");
        }

        if (type == typeof(int))
        {
            return (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null, "a whole number");
        }

        if (type == typeof(long))
        {
            return (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value) ? value : null, "a whole number");
        }

        var isNumber = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number);
        return (isNumber ? number : null, "a number");
    }
}
