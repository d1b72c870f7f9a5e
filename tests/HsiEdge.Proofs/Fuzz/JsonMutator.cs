using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HsiEdge.Proofs.Fuzz;

/// <summary>Changes a JSON document within its structure: members and items replaced, lost, doubled, renamed or nested; the rest as text.</summary>
internal static class JsonMutator
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = 1024 };
    private static readonly JsonSerializerOptions Plain = new() { MaxDepth = 2000, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "1", "-1", "0.5", "1e999", "-1e999", "1E-400", "2147483648", "9223372036854775808", "\"\"", "\" \"", "\"\\u0000\"", "\"\\ud800\"", "\"\\udc00x\"",
        "[]", "{}", "[[]]", "[null]", "{\"\":null}", "{\"\\ud800\":1}", "\"2026-01-01T00:00:00Z\"", "\"9999-12-31T23:59:59.9999999Z\"", "\"0001-01-01T00:00:00+14:00\"", "[0,0,0]", "[1,2,3]", "-0",
    ];

    private const int Largest = 1 << 20;

    /// <summary>Changes a document once; what would grow beyond 1 MB stays as it was.</summary>
    public static byte[] Change(byte[] input, byte[] other, IReadOnlyList<string> words, ref FuzzRandom random) =>
        ChangeFreely(input, other, words, ref random) is { Length: <= Largest } changed ? changed : input;

    private static byte[] ChangeFreely(byte[] input, byte[] other, IReadOnlyList<string> words, ref FuzzRandom random)
    {
        if (random.OneIn(5))
        {
            return TextMutator.Change(input, other, words, ref random);
        }

        if (random.OneIn(40))
        {
            return Nested(ref random);
        }

        try
        {
            if (JsonNode.Parse(input, documentOptions: Lenient) is not { } root)
            {
                return Encoding.UTF8.GetBytes(random.Of(Values));
            }

            List<JsonNode> places = [root];
            Collect(root, places);
            var place = random.Of(places);
            return ChangeAt(root, place, words, ref random) ?? Encoding.UTF8.GetBytes(root.ToJsonString(Plain));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or NotSupportedException)
        {
            // Damaged by an earlier change: go on with its text.
            return TextMutator.Change(input, other, words, ref random);
        }
    }

    // Some values have no node, such as half a character: they are put in as a mark and replaced in the text.
    private static byte[]? ChangeAt(JsonNode root, JsonNode place, IReadOnlyList<string> words, ref FuzzRandom random)
    {
        var mark = "@mark@";
        switch (place)
        {
            case JsonObject members when members.Count > 0:
                var key = members.ElementAt(random.Next(members.Count)).Key;
                var name = random.OneIn(4) && words.Count > 0 ? random.Of(words) : key;
                switch (random.Next(6))
                {
                    case 0:
                        members.Remove(key);
                        return null;
                    case 1:
                        members[name] = members[key]?.DeepClone();
                        return null;
                    case 2:
                        members[name] = new JsonObject { [key] = members[key]?.DeepClone() };
                        return null;
                    default:
                        members[name] = mark;
                        break;
                }

                break;
            case JsonArray items when items.Count > 0:
                var at = random.Next(items.Count);
                switch (random.Next(5))
                {
                    case 0:
                        items.RemoveAt(at);
                        return null;
                    case 1:
                        for (var n = random.Length(300); n > 0; n--)
                        {
                            items.Add(items[at]?.DeepClone());
                        }

                        return null;
                    default:
                        items[at] = mark;
                        break;
                }

                break;
            default:
                if (place is JsonArray empty)
                {
                    empty.Add(mark);
                }
                else
                {
                    place.AsObject()[words.Count > 0 ? random.Of(words) : "x"] = mark;
                }

                break;
        }

        return Encoding.UTF8.GetBytes(root.ToJsonString(Plain).Replace($"\"{mark}\"", Value(words, ref random), StringComparison.Ordinal));
    }

    private static string Value(IReadOnlyList<string> words, ref FuzzRandom random) => random.Next(5) switch
    {
        0 => JsonSerializer.Serialize(TextMutator.Odd(ref random)),
        1 => TextMutator.Number(ref random) is var number && double.TryParse(number, System.Globalization.CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) && number[0] != '+' ? number : "1",
        2 when words.Count > 0 => JsonSerializer.Serialize(random.Of(words)),
        _ => random.Of(Values),
    };

    private static byte[] Nested(ref FuzzRandom random)
    {
        var depth = random.Of([10, 63, 64, 65, 500, 20_000]);
        var (open, close) = random.OneIn(2) ? ("[", "]") : ("{\"a\":", "}");
        return Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(open, depth)) + "1" + (random.OneIn(3) ? "" : string.Concat(Enumerable.Repeat(close, depth))));
    }

    private static void Collect(JsonNode node, List<JsonNode> places)
    {
        var children = node switch { JsonObject members => members.Select(m => m.Value), JsonArray items => items, _ => [] };
        foreach (var child in children.Where(c => c is JsonObject or JsonArray))
        {
            places.Add(child!);
            Collect(child!, places);
        }
    }
}
