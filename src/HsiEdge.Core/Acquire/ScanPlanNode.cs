using System.Text.Json;

namespace HsiEdge.Core.Acquire;

/// <summary>A value of a scan plan with the way to it, so that every complaint names the file and the key.</summary>
internal readonly record struct ScanPlanNode(string Origin, string Key, JsonElement Value)
{
    public bool IsList => Value.ValueKind == JsonValueKind.Array;

    public void RequireObject(string[] keys)
    {
        if (Value.ValueKind != JsonValueKind.Object)
        {
            throw Bad(Kind(), Key.Length == 0 ? "a JSON object" : $"a list of numbers, or an object with {string.Join(", ", keys)}");
        }

        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in Value.EnumerateObject())
        {
            if (!keys.Contains(property.Name, StringComparer.Ordinal))
            {
                throw new BadInputException($"Scan plan {Origin}: unknown key '{Path(property.Name)}'; known keys are {string.Join(", ", keys)}.");
            }

            if (!seen.Add(property.Name))
            {
                throw new BadInputException($"Scan plan {Origin}: key '{Path(property.Name)}' stands there twice; keep one.");
            }
        }
    }

    public ScanPlanNode Get(string key) =>
        Find(key) ?? throw new BadInputException($"Scan plan {Origin}: key '{Path(key)}' is missing; add it.");

    public ScanPlanNode? Find(string key) => Value.TryGetProperty(key, out var value) ? new ScanPlanNode(Origin, Path(key), value) : null;

    public string Text()
    {
        var text = Value.ValueKind == JsonValueKind.String ? Value.GetString() : null;
        return string.IsNullOrWhiteSpace(text) ? throw Bad(Kind(), "a name that is not empty") : text;
    }

    public bool Flag() => Value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Bad(Kind(), "true or false"),
    };

    public int Count(int atMost) =>
        Value.ValueKind == JsonValueKind.Number && Value.TryGetInt32(out var count) && count >= 1 && count <= atMost
            ? count
            : throw Bad(Kind(), $"a whole number, 1…{atMost}");

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

    public double[] List(string unit, double above, int mostValues)
    {
        if (!IsList || Value.GetArrayLength() is 0 || Value.GetArrayLength() > mostValues)
        {
            throw Bad(IsList ? $"{Value.GetArrayLength()} values" : Kind(), $"a list of 1…{mostValues} numbers in {unit}");
        }

        var (origin, key) = (Origin, Key);
        return [.. Value.EnumerateArray().Select((v, i) => new ScanPlanNode(origin, $"{key}[{i}]", v).Number(unit, atMost: 100_000_000, above: above))];
    }

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

        var (origin, key) = (Origin, Key);
        return [.. Value.EnumerateArray().Select((v, i) => new ScanPlanNode(origin, $"{key}[{i}]", v).Number(unit, atMost, above))];
    }

    public BadInputException Bad(string found, string expected) =>
        new($"Scan plan {Origin}: {(Key.Length == 0 ? "the file" : $"key '{Key}'")} is {found}; expected {expected}.");

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
