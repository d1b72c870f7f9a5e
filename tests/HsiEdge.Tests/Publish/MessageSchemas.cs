using HsiEdge.Testing;
using NJsonSchema;
using NJsonSchema.Validation;
using Xunit;

namespace HsiEdge.Tests.Publish;

/// <summary>The published schemas, taken strictly: a member that a schema does not describe is a fault here, though consumers ignore it.</summary>
internal static class MessageSchemas
{
    public static string Folder => Path.Combine(SharedData.RepositoryRoot, "docs", "schemas");

    public static async Task RequireValidAsync(string schema, byte[] payload)
    {
        var loaded = await JsonSchema.FromFileAsync(Path.Combine(Folder, schema + ".schema.json"));
        MakeStrict(loaded, []);
        var errors = loaded.Validate(System.Text.Encoding.UTF8.GetString(payload));
        Assert.True(errors.Count == 0, $"{schema}: {string.Join("; ", errors.Select(e => $"{e.Path} {e.Kind}"))}");
    }

    public static async Task<ICollection<ValidationError>> ErrorsAsync(string schema, string json)
    {
        var loaded = await JsonSchema.FromFileAsync(Path.Combine(Folder, schema + ".schema.json"));
        return loaded.Validate(json);
    }

    private static void MakeStrict(JsonSchema schema, HashSet<JsonSchema> seen)
    {
        var actual = schema.ActualSchema;
        if (!seen.Add(actual))
        {
            return;
        }

        if (actual.Properties.Count > 0)
        {
            actual.AllowAdditionalProperties = false;
        }

        foreach (var inner in actual.Properties.Values.Concat(actual.Definitions.Values).Concat(actual.Item is null ? [] : [actual.Item]))
        {
            MakeStrict(inner, seen);
        }
    }
}
