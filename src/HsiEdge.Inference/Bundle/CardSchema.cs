using System.Text.Json;
using HsiEdge.Core;
using NJsonSchema;
using NJsonSchema.Validation;

namespace HsiEdge.Inference.Bundle;

/// <summary>The card's JSON Schema (<c>docs/schemas/model-card.schema.json</c>, embedded) and messages that name the key.</summary>
public static class CardSchema
{
    private const string Resource = "model-card.schema.json";
    private const int ErrorsShown = 5;

    private static readonly Lazy<JsonSchema> Schema = new(Parse);

    /// <summary>The schema's text.</summary>
    public static string Text { get; } = ReadResource();

    /// <summary>Holds a card's text against the schema.</summary>
    /// <param name="json">UTF-8 text of the card.</param>
    /// <param name="name">Name for messages.</param>
    /// <exception cref="BadInputException">Not JSON, a key given twice, or the schema does not allow it; the message names each key.</exception>
    public static void Require(byte[] json, string name)
    {
        if (json.Length > BundleEntries.MaximumEntryBytes[BundleEntries.Card])
        {
            throw new BadInputException($"{name}: {json.Length} bytes; a card has at most {BundleEntries.MaximumEntryBytes[BundleEntries.Card]}.");
        }

        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 16 });
        }
        // The latter at a text that has half a character (\ud800): the parser finds it only when the text is asked for.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new BadInputException($"{name}: not plain JSON with each key once: {exception.Message}", exception);
        }

        ICollection<ValidationError> errors;
        try
        {
            errors = Schema.Value.Validate(new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true).GetString(json));
        }
        catch (Exception exception) when (exception is Newtonsoft.Json.JsonException or System.Text.DecoderFallbackException)
        {
            throw new BadInputException($"{name}: not plain JSON: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is InvalidCastException or OverflowException or FormatException)
        {
            throw new BadInputException($"{name}: a number is larger than any key allows ({exception.Message}). See docs/schemas/model-card.schema.json.", exception);
        }

        if (errors.Count > 0)
        {
            var lines = errors.Select(Describe).Take(ErrorsShown);
            throw new BadInputException(
                $"{name}: {string.Join("; ", lines)}{(errors.Count > ErrorsShown ? $"; and {errors.Count - ErrorsShown} more" : string.Empty)}. "
                + "See docs/schemas/model-card.schema.json.");
        }
    }

    private static string Describe(ValidationError error)
    {
        if (error is ChildSchemaValidationError parent && NearestChild(parent) is { } nearest)
        {
            return Describe(nearest);
        }

        var path = (error.Path ?? string.Empty).TrimStart('#', '/');
        var key = path.Length > 0 ? $"'{path}'" : $"'{error.Property}'";
        return error.Kind switch
        {
            ValidationErrorKind.NoAdditionalPropertiesAllowed => $"unknown key {key}",
            ValidationErrorKind.PropertyRequired => $"key {key} is missing",
            ValidationErrorKind.NotInEnumeration => $"{key} is not one of {string.Join(", ", error.Schema?.Enumeration ?? [])}",
            ValidationErrorKind.PatternMismatch => $"{key} does not match {error.Schema?.Pattern} ({error.Schema?.Description})",
            ValidationErrorKind.NumberTooSmall => $"{key} is below {error.Schema?.Minimum}",
            ValidationErrorKind.NumberTooBig => $"{key} is above {error.Schema?.Maximum}",
            ValidationErrorKind.TooFewItems => $"{key} has fewer than {error.Schema?.MinItems} items",
            ValidationErrorKind.TooManyItems => $"{key} has more than {error.Schema?.MaxItems} items",
            ValidationErrorKind.NumberExpected or ValidationErrorKind.IntegerExpected or ValidationErrorKind.StringExpected
                or ValidationErrorKind.BooleanExpected or ValidationErrorKind.ArrayExpected or ValidationErrorKind.ObjectExpected =>
                $"{key} has the wrong type ({error.Kind})",
            _ => $"{key}: {error.Kind}",
        };
    }

    // What is wrong within an array's item or a map's value; of the alternatives of a preprocessing step, the one that its "step" names, or "step" itself.
    private static ValidationError? NearestChild(ChildSchemaValidationError parent) =>
        parent.Errors.Values.OrderBy(list => list.Any(e => e.Property == "step")).ThenBy(list => list.Count)
            .SelectMany(list => list.OrderByDescending(e => e.Property == "step")).FirstOrDefault();

    private static JsonSchema Parse()
    {
#pragma warning disable VSTHRD002 // The text refers to no other document: the task is complete when it is returned.
        return JsonSchema.FromJsonAsync(Text).GetAwaiter().GetResult();
#pragma warning restore VSTHRD002
    }

    private static string ReadResource()
    {
        using var stream = typeof(CardSchema).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"The resource {Resource} is missing from the assembly.");
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }
}
