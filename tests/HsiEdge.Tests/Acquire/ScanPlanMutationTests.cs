using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CsCheck;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Testing;
using NJsonSchema;
using Xunit;

namespace HsiEdge.Tests.Acquire;

/// <summary>Good plans, changed at random: each is read or refused by file and key, never anything else, and what is read fits the published schema.</summary>
public sealed class ScanPlanMutationTests
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly string[] Keys =
    [
        "$schema", "name", "wavelengths", "firstNanometres", "lastNanometres", "bands", "fwhmNanometres", "exposureMicroseconds", "gainDecibels", "settleMicroseconds", "order",
        "averages", "darkEvery", "light", "trigger", "pixelPitchMillimetres", "storeRawCube", "kind", "coding", "positions", "pulseMicroseconds", "waitForSync", "baud", "select",
        "dark", "answer", "answerTimeoutMilliseconds", "feature", "darkPosition", "spacingMicroseconds", "lines", "lineRateHertz", "encoderEdgesPerLine", "exposure", "",
    ];

    private static readonly string[] Values =
    [
        "null", "true", "false", "0", "1", "-1", "2", "3", "0.5", "1.0", "1e3", "31", "4096", "4097", "60000000", "60000001", "1e999", "-0.0", "99999999999999999999",
        "\"\"", "\" \"", "\"fixed\"", "\"gpio\"", "\"serial\"", "\"camera\"", "\"line\"", "\"software\"", "\"freeRun\"", "\"one-hot\"", "\"binary\"", "\"step-pulse\"", "\"ascending\"",
        "\"descending\"", "\"2026-01-01T00:00:00Z\"", "\"(\"", "\"\\ud83d\\ude00\"", "[]", "[1]", "[0,1]", "[2,1]", "[1000,1100]", "[null]", "{}", "{\"kind\":\"fixed\"}",
        "{\"kind\":\"software\"}", "{\"kind\":\"line\",\"pulseMicroseconds\":5}", "{\"kind\":\"gpio\",\"coding\":\"binary\"}", "{\"kind\":\"camera\",\"feature\":\"F\"}",
        "{\"firstNanometres\":1000,\"lastNanometres\":1100,\"bands\":3}",
    ];

    private static readonly string[] Plans =
    [
        .. Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, "firmware-config", "plans"), "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllText),
        """
        {
          "$schema": "../../docs/schemas/scan-plan.schema.json", "name": "n", "wavelengths": [1000, 1100, 1200], "fwhmNanometres": [8, 9, 10], "exposureMicroseconds": [10, 20, 30],
          "gainDecibels": [0, 6, 12], "settleMicroseconds": 5, "pixelPitchMillimetres": 1, "order": [2, 0, 1], "averages": 3, "darkEvery": 2, "storeRawCube": true,
          "light": { "kind": "serial", "baud": 115200, "select": "WL {nm}\r", "dark": "SHUT\r", "answer": "^OK", "answerTimeoutMilliseconds": 250, "positions": [1, 2, 4] },
          "trigger": { "kind": "line", "pulseMicroseconds": 500, "spacingMicroseconds": 9000 }
        }
        """,
        """
        {
          "name": "n", "wavelengths": [1000, 1100], "exposureMicroseconds": 10, "pixelPitchMillimetres": 1,
          "light": { "kind": "gpio", "coding": "step-pulse", "pulseMicroseconds": 200, "positions": [5, 3], "waitForSync": true }, "trigger": { "kind": "software" }
        }
        """,
    ];

    [Fact]
    public async Task A_plan_changed_at_random_is_read_or_refused_by_file_and_key_and_what_is_read_fits_the_schema()
    {
        var schema = await JsonSchema.FromFileAsync(
            Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "scan-plan.schema.json"), TestContext.Current.CancellationToken);
        var (read, refused) = (0, 0);
        Gen.Select(Gen.Int[0, Plans.Length - 1], Gen.Int).Sample(
            (plan, seed) =>
            {
                var text = Changed(Plans[plan], new Random(seed));
                try
                {
                    ScanPlanFile.Parse(Encoding.UTF8.GetBytes(text), "plan.json");
                }
                catch (BadInputException e)
                {
                    Interlocked.Increment(ref refused);
                    Assert.Contains("plan.json: ", e.Message, StringComparison.Ordinal);
                    Assert.Contains("key '", e.Message, StringComparison.Ordinal);
                    return;
                }

                Interlocked.Increment(ref read);
                Assert.True(schema.Validate(Plain(text)).Count == 0, $"read, but the schema refuses it: {text}");
            },
            iter: 10_000);
        Assert.True(read > 400 && refused > 400, $"{read} read, {refused} refused: the changes do not try both");
    }

    [Fact]
    public void Bytes_changed_at_random_are_read_or_refused_by_file() => Gen.Select(Gen.Int[0, Plans.Length - 1], Gen.Int).Sample(
        (plan, seed) =>
        {
            var random = new Random(seed);
            var bytes = Encoding.UTF8.GetBytes(Plans[plan]);
            for (var n = random.Next(1, 4); n > 0; n--)
            {
                // Half of them within the first keys, where texts stand.
                bytes[random.Next(random.Next(2) == 0 ? bytes.Length : Math.Min(bytes.Length, 240))] = (byte)random.Next(256);
            }

            try
            {
                ScanPlanFile.Parse(bytes, "plan.json");
            }
            catch (BadInputException e)
            {
                Assert.Contains("Scan plan plan.json", e.Message, StringComparison.Ordinal);
            }
        },
        iter: 4000);

    [Theory]
    [InlineData("\"name\": \"\\ud800\"")]
    [InlineData("\"\\udc00\": 1")]
    [InlineData("\"light\": { \"kind\": \"\\ud800\" }")]
    public void Half_a_character_is_refused_by_file(string member) =>
        Assert.Contains("plan.json", Assert.Throws<BadInputException>(() => ScanPlanFile.Parse(Encoding.UTF8.GetBytes($"{{ {member} }}"), "plan.json")).Message, StringComparison.Ordinal);

    private static string Plain(string text) => JsonNode.Parse(text, documentOptions: Lenient)!.ToJsonString();

    private static string Changed(string text, Random random)
    {
        var root = JsonNode.Parse(text, documentOptions: Lenient)!.AsObject();
        for (var n = random.Next(1, 3); n > 0; n--)
        {
            List<JsonNode> places = [root];
            Collect(root, places);
            var place = places[random.Next(places.Count)];
            var value = JsonNode.Parse(Values[random.Next(Values.Length)]);
            switch (place)
            {
                case JsonArray list when list.Count > 0 && random.Next(2) == 0:
                    list[random.Next(list.Count)] = value;
                    break;
                case JsonArray list when list.Count > 0 && random.Next(2) == 0:
                    list.RemoveAt(random.Next(list.Count));
                    break;
                case JsonArray list:
                    list.Insert(random.Next(list.Count + 1), value);
                    break;
                case JsonObject members:
                    ChangeMember(members, value, random);
                    break;
            }
        }

        return root.ToJsonString();
    }

    private static void ChangeMember(JsonObject members, JsonNode? value, Random random)
    {
        var key = random.Next(4) == 0 || members.Count == 0 ? Keys[random.Next(Keys.Length)] : members.ElementAt(random.Next(members.Count)).Key;
        if (random.Next(5) == 0)
        {
            members.Remove(key);
        }
        else
        {
            members[key] = value;
        }
    }

    private static void Collect(JsonNode node, List<JsonNode> places)
    {
        var children = node is JsonObject members ? members.Select(m => m.Value) : node.AsArray();
        foreach (var child in children.Where(c => c is JsonObject or JsonArray))
        {
            places.Add(child!);
            Collect(child!, places);
        }
    }
}
