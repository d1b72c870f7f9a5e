using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace HsiEdge.Core;

/// <summary>How the product writes and reads JSON: camelCase, enumerations as camelCase words, flags as a comma-separated list.</summary>
public static class HsiEdgeJson
{
    /// <summary>Compact, for messages and the store. Unknown members are ignored on reading: a newer writer is not an error.</summary>
    public static JsonSerializerOptions Compact { get; } = Make(indented: false, strict: false);

    /// <summary>Indented, for files that people read. Unknown members are ignored on reading.</summary>
    public static JsonSerializerOptions Indented { get; } = Make(indented: true, strict: false);

    /// <summary>Indented; unknown members are errors: for cards, plans and datasets, where a misspelt key must not pass.</summary>
    public static JsonSerializerOptions Strict { get; } = Make(indented: true, strict: true);

    private static JsonSerializerOptions Make(bool indented, bool strict)
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            WriteIndented = indented,
            NewLine = "\n",
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.Strict,
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            UnmappedMemberHandling = strict ? JsonUnmappedMemberHandling.Disallow : JsonUnmappedMemberHandling.Skip,
            PropertyNameCaseInsensitive = false,
            ReadCommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            RespectNullableAnnotations = true,
            RespectRequiredConstructorParameters = true,
            TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { LetNullableMembersBeAbsent } },
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false));
        options.MakeReadOnly();
        return options;
    }

    // Nulls are not written, so a required member that may be null has to be readable when it is absent: absent means null.
    private static void LetNullableMembersBeAbsent(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            var nullable = Nullable.GetUnderlyingType(property.PropertyType) is not null
                || (!property.PropertyType.IsValueType && (property.AssociatedParameter?.IsNullable ?? property.IsSetNullable));
            if (property.IsRequired && nullable)
            {
                property.IsRequired = false;
            }
        }
    }
}
