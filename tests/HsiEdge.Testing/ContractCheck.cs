using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using MQTTnet.Protocol;
using NJsonSchema;

namespace HsiEdge.Testing;

/// <summary>
/// Holds each message that a box publishes to its contract (docs/mqtt.asyncapi.yaml and the schemas beside it): topic, retention, content type, user
/// properties and payload. Taken strictly: a member that a schema does not describe is a fault here, though consumers ignore it.
/// </summary>
public static class ContractCheck
{
    private const string Root = "hsiedge/v1/";
    private static readonly ConcurrentDictionary<string, Task<JsonSchema>> Schemas = new(StringComparer.Ordinal);

    /// <summary>Folder of the published schemas.</summary>
    public static string Folder => Path.Combine(SharedData.RepositoryRoot, "docs", "schemas");

    /// <summary>What is wrong with a message; null when nothing is, or when it is not the box's.</summary>
    public static async Task<string?> FaultOfAsync(Received message)
    {
        ArgumentNullException.ThrowIfNull(message);
        var parts = message.Topic.StartsWith(Root, StringComparison.Ordinal) ? message.Topic[Root.Length..].Split('/', 3) : [];
        if (parts.Length < 3)
        {
            return message.Topic.StartsWith("answers/", StringComparison.Ordinal) ? await CheckAsync(message, "command-answer", retain: false, []) : null;
        }

        return (parts[2].Split('/')[0], parts[2].Contains('/', StringComparison.Ordinal)) switch
        {
            ("command", true) => null,
            ("response", true) => await CheckAsync(message, "command-answer", retain: false, []),
            ("status", false) => await CheckAsync(message, "status-message", retain: true, []),
            ("summary", false) => await CheckAsync(message, message.Payload.Length == 0 ? null : "summary-message", retain: true, message.Payload.Length == 0 ? Cleared(message) : Stored),
            ("health", true) => await CheckAsync(message, "health-message", retain: true, []),
            ("result", false) => await CheckAsync(message, "result-message", retain: false, Stored),
            ("ledger", false) => await CheckAsync(message, "ledger-message", retain: false, Stored),
            ("overlay", false) => await CheckAsync(message, schema: null, retain: true, Overlay),
            ("alert", true) => await CheckAlertAsync(message),
            _ => $"{message.Topic} is no topic of the contract",
        };
    }

    /// <summary>What is wrong with a payload by one schema; empty when nothing is.</summary>
    public static async Task<IReadOnlyList<string>> ValidateAsync(string schema, byte[] payload)
    {
#pragma warning disable VSTHRD003 // Each schema is read once, by whoever needs it first.
        var loaded = await Schemas.GetOrAdd(schema, LoadAsync);
#pragma warning restore VSTHRD003
        lock (loaded)
        {
            return [.. loaded.Validate(Encoding.UTF8.GetString(payload)).Select(e => $"{e.Path} {e.Kind}")];
        }
    }

    private static (string Name, Func<string, bool> Fits)[] Stored { get; } =
    [
        ("id", IsUlid),
        ("ageMilliseconds", value => value.Length > 0 && value.All(char.IsAsciiDigit)),
        ("historical", IsBoolean),
    ];

    // What clears a retained topic may come from the outbox or directly.
    private static (string Name, Func<string, bool> Fits)[] Cleared(Received message) => message.Properties.Count == 0 ? [] : Stored;

    private static (string Name, Func<string, bool> Fits)[] Overlay { get; } = [.. Stored, ("result", IsUlid), ("synthetic", IsBoolean), ("notice", value => value.Length > 0)];

    private static async Task<string?> CheckAlertAsync(Received message)
    {
        if (message.Payload.Length == 0)
        {
            return await CheckAsync(message, schema: null, retain: true, Stored);
        }

        using var document = JsonDocument.Parse(message.Payload);
        var ended = document.RootElement.TryGetProperty("after", out var after) && after.TryGetProperty("state", out var state) && state.GetString() == "ended";
        return await CheckAsync(message, "alert-message", retain: !ended, Stored);
    }

    private static async Task<string?> CheckAsync(Received message, string? schema, bool retain, (string Name, Func<string, bool> Fits)[] properties)
    {
        var faults = new List<string>();
        if (message.QualityOfService != MqttQualityOfServiceLevel.AtLeastOnce)
        {
            faults.Add($"quality of service {message.QualityOfService}; expected 1");
        }

        if (message.Retain != retain)
        {
            faults.Add($"retain {message.Retain}; expected {retain}");
        }

        var type = message.Topic.EndsWith("/overlay", StringComparison.Ordinal) ? "image/png" : "application/json";
        if (message.ContentType != type && (message.Payload.Length > 0 || properties.Length > 0))
        {
            faults.Add($"content type '{message.ContentType}'; expected {type}");
        }

        faults.AddRange(properties.Where(p => !message.Properties.TryGetValue(p.Name, out var value) || !p.Fits(value))
            .Select(p => $"user property {p.Name} is '{message.Properties.GetValueOrDefault(p.Name)}'"));
        faults.AddRange(message.Properties.Keys.Where(name => properties.All(p => p.Name != name)).Select(name => $"user property {name} is not in the contract"));
        if (schema is not null)
        {
            faults.AddRange(await ValidateAsync(schema, message.Payload));
        }

        return faults.Count == 0 ? null : $"{message} breaks its contract: {string.Join("; ", faults)}";
    }

    private static bool IsBoolean(string value) => value is "true" or "false";

    private static bool IsUlid(string value) => Core.Record.UlidGenerator.IsUlid(value);

    private static async Task<JsonSchema> LoadAsync(string name)
    {
        var schema = await JsonSchema.FromFileAsync(Path.Combine(Folder, name + ".schema.json"));
        MakeStrict(schema, []);
        return schema;
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
