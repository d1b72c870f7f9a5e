using System.Text.Json;

namespace HsiEdge.Core;

/// <summary>A value of a JSON file that people write, with the way to it, so that every complaint names the file and the key.</summary>
/// <param name="Document">What the file is, as the first words of a message: "Board profile".</param>
/// <param name="Origin">Its path.</param>
/// <param name="Key">The way to the value, such as "lines.footswitch.chip"; empty for the whole file.</param>
/// <param name="Value">The value.</param>
public readonly record struct DocumentNode(string Document, string Origin, string Key, JsonElement Value)
{
    /// <summary>Parses a file: comments and trailing commas are allowed.</summary>
    /// <param name="document">What it is.</param>
    /// <param name="path">Its path.</param>
    /// <exception cref="BadInputException">It cannot be read or is not JSON.</exception>
    public static DocumentNode Read(string document, string path)
    {
        try
        {
            return Parse(document, File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"{document} {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Parses what a file holds: comments and trailing commas are allowed.</summary>
    /// <param name="document">What it is.</param>
    /// <param name="json">UTF-8.</param>
    /// <param name="origin">Its path, for messages.</param>
    /// <exception cref="BadInputException">It is not JSON.</exception>
    public static DocumentNode Parse(string document, ReadOnlyMemory<byte> json, string origin)
    {
        try
        {
            using var parsed = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            RequireTexts(parsed.RootElement);
            return new DocumentNode(document, origin, "", parsed.RootElement.Clone());
        }
        // The latter at a text that is not UTF-8, or has half a character (\ud800): the parser finds it only when the text is asked for.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new BadInputException($"{document} {origin} is not JSON: {e.Message}", e);
        }
    }

    /// <summary>The items of a list.</summary>
    public IEnumerable<DocumentNode> Items()
    {
        if (!IsList)
        {
            throw Bad(Kind(), "a list");
        }

        var (document, origin, key) = (Document, Origin, Key);
        return [.. Value.EnumerateArray().Select((v, i) => new DocumentNode(document, origin, $"{key}[{i}]", v))];
    }

    /// <summary>The members of an object.</summary>
    public IEnumerable<DocumentNode> Members()
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Bad(Kind(), "an object");
        }

        var me = this;
        return [.. Value.EnumerateObject().Select(p => me with { Key = me.Path(p.Name), Value = p.Value })];
    }

    /// <summary>One of several words.</summary>
    /// <param name="words">The words.</param>
    /// <returns>The index of the word that stands there.</returns>
    public int Word(params ReadOnlySpan<string> words)
    {
        var text = Value.ValueKind == JsonValueKind.String ? Value.GetString() : null;
        var at = text is null ? -1 : words.IndexOf(text);
        return at >= 0 ? at : throw Bad(Kind(), $"one of {string.Join(", ", words.ToArray())}");
    }

    /// <summary>Whether it is a list.</summary>
    public bool IsList => Value.ValueKind == JsonValueKind.Array;

    /// <summary>Requires an object without unknown or repeated keys.</summary>
    public void RequireObject(string[] keys)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Bad(Kind(), Key.Length == 0 ? "a JSON object" : $"an object with {string.Join(", ", keys)}");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in Value.EnumerateObject())
        {
            if (!keys.Contains(property.Name, StringComparer.Ordinal))
            {
                throw new BadInputException($"{Document} {Origin}: unknown key '{Path(property.Name)}'; known keys are {string.Join(", ", keys)}.");
            }

            if (!seen.Add(property.Name))
            {
                throw new BadInputException($"{Document} {Origin}: key '{Path(property.Name)}' stands there twice; keep one.");
            }
        }
    }

    /// <summary>A member that must be there.</summary>
    public DocumentNode Get(string key) =>
        Find(key) ?? throw new BadInputException($"{Document} {Origin}: key '{Path(key)}' is missing; add it.");

    /// <summary>A member, or null.</summary>
    public DocumentNode? Find(string key)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Bad(Kind(), "an object");
        }

        return Value.TryGetProperty(key, out var value) ? this with { Key = Path(key), Value = value } : null;
    }

    /// <summary>A text that is not empty.</summary>
    public string Text()
    {
        var text = Value.ValueKind == JsonValueKind.String ? Value.GetString() : null;
        return string.IsNullOrWhiteSpace(text) ? throw Bad(Kind(), "a name that is not empty") : text;
    }

    /// <summary>True or false.</summary>
    public bool Flag() => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad(Kind(), "true or false"),
    };

    /// <summary>A whole number from 1.</summary>
    public int Count(int atMost) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var count) && count >= 1 && count <= atMost
            ? count
            : throw Bad(Kind(), $"a whole number, 1…{atMost}");

    /// <summary>A whole number within a range.</summary>
    public int Whole(string unit, int atLeast, int atMost) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var number) && number >= atLeast && number <= atMost
            ? number
            : throw Bad(Kind(), $"a whole number{(unit.Length > 0 ? " of " + unit : "")}, {atLeast}…{atMost}");

    /// <summary>A number with its unit and range.</summary>
    public double Number(string unit, double atMost, double above = double.NegativeInfinity, double atLeast = double.NegativeInfinity)
    {
        // A number too large for a double reads as infinity.
        if (Value.ValueKind == JsonValueKind.Number && Value.TryGetDouble(out var number) && number > above && number >= atLeast && number <= atMost)
        {
            return number;
        }

        var low = double.IsFinite(above) ? $"above {above}" : $"at least {atLeast}";
        throw Bad(Kind(), $"a number in {unit}, {low} and at most {atMost}");
    }

    /// <summary>A list of numbers.</summary>
    public double[] List(string unit, double above, int mostValues)
    {
        if (!IsList || Value.GetArrayLength() is 0 || Value.GetArrayLength() > mostValues)
        {
            throw Bad(IsList ? $"{Value.GetArrayLength()} values" : Kind(), $"a list of 1…{mostValues} numbers in {unit}");
        }

        var (document, origin, key) = (Document, Origin, Key);
        return [.. Value.EnumerateArray().Select((v, i) => new DocumentNode(document, origin, $"{key}[{i}]", v).Number(unit, atMost: 100_000_000, above: above))];
    }

    /// <summary>One number for all, or one each.</summary>
    public double[] Numbers(int count, string unit, double above, double atMost)
    {
        if (!IsList)
        {
            var one = Number(unit, atMost, above);
            return [.. Enumerable.Repeat(one, count)];
        }

        if (Value.GetArrayLength() != count)
        {
            throw Bad($"{Value.GetArrayLength()} values", $"one number in {unit} for all bands, or {count}, one a band");
        }

        var (document, origin, key) = (Document, Origin, Key);
        return [.. Value.EnumerateArray().Select((v, i) => new DocumentNode(document, origin, $"{key}[{i}]", v).Number(unit, atMost, above))];
    }

    /// <summary>The complaint about this value.</summary>
    public BadInputException Bad(string found, string expected) =>
        new($"{Document} {Origin}: {(Key.Length == 0 ? "the file" : $"key '{Key}'")} is {found}; expected {expected}.");

    private static void RequireTexts(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String:
                _ = value.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var item in value.EnumerateArray())
                {
                    RequireTexts(item);
                }

                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                {
                    _ = member.Name;
                    RequireTexts(member.Value);
                }

                break;
        }
    }

    private string Path(string key) => Key.Length == 0 ? key : $"{Key}.{key}";

    private string Kind()
    {
        var raw = Value.GetRawText();
        return Value.ValueKind switch
        {
            JsonValueKind.Object => "an object",
            JsonValueKind.Array => "a list",
            JsonValueKind.Null => "null",
            _ => raw.Length <= 60 ? raw : raw[..60] + "…",
        };
    }
}
