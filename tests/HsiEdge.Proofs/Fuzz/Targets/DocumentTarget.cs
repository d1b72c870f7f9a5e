using System.Text;
using System.Text.Json;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>A reader of one document in memory.</summary>
/// <param name="kind">What the document is.</param>
/// <param name="folder">Folder of <c>firmware-config</c> with good ones, or null.</param>
/// <param name="schema">Schema in <c>docs/schemas</c> whose words the reader knows, or null.</param>
/// <param name="read">The reader.</param>
/// <param name="more">Further good ones.</param>
/// <param name="words">Further words.</param>
internal sealed class DocumentTarget(
    PartKind kind, string? folder, string? schema, Func<byte[], object?> read, IEnumerable<byte[]>? more = null, IReadOnlyList<string>? words = null) : IFuzzTarget
{
    public IReadOnlyList<PartKind> Kinds { get; } = [kind];

    public IReadOnlyList<string> Words { get; } = [.. words ?? [], .. schema is null ? [] : SchemaWords(schema)];

    public IEnumerable<FuzzInput> Seeds() =>
        (folder is null ? [] : Directory.GetFiles(ProductFiles.Path("firmware-config", folder), "*.json").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)).Concat(more ?? []).Select(b => new FuzzInput(b));

    public ValueTask<string> RunAsync(FuzzInput input) => ValueTask.FromResult(FuzzTargets.Answer(() => read(input.Parts[0])));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Names of properties and allowed words of a published schema.</summary>
    public static IEnumerable<string> SchemaWords(string name)
    {
        var words = new SortedSet<string>(StringComparer.Ordinal);
        var reader = new Utf8JsonReader(File.ReadAllBytes(ProductFiles.Path("docs", "schemas", name)));
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.PropertyName or JsonTokenType.String && reader.ValueSpan.Length is > 0 and < 40)
            {
                words.Add(Encoding.UTF8.GetString(reader.ValueSpan));
            }
        }

        return words;
    }
}
