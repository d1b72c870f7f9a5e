using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.Appliance.Configuration;

/// <summary>The settings that differ from the defaults, as the audit log keeps them: secrets are said to be set, never shown.</summary>
internal sealed class SettingsReport
{
    private const string Secret = "(set, not shown)";
    private static readonly string[] SecretWords = ["Password", "Secret", "Token", "PrivateKey"];
    private readonly SortedDictionary<string, string> _settings;

    private SettingsReport(SortedDictionary<string, string> settings) => _settings = settings;

    /// <summary>One JSON object: key and value as text.</summary>
    public string Json => JsonSerializer.Serialize(_settings, HsiEdgeJson.Compact);

    /// <summary>SHA-256 of <see cref="Json"/>, lower-case hex.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Json)));

    /// <summary>Reports a configuration.</summary>
    public static SettingsReport Of(ApplianceConfiguration configuration)
    {
        var defaults = ApplianceConfiguration.Defaults().Values.ToDictionary(v => v.Key, v => Text(v.Value), StringComparer.Ordinal);
        var settings = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in configuration.Values.Select(v => (v.Key, Text(v.Value))).Where(v => v.Item2 != defaults[v.Key]))
        {
            settings[key] = IsSecret(key) ? Secret : value;
        }

        return new SettingsReport(settings);
    }

    /// <summary>What changed, in words: <c>Camera:Source phantom → replay; …</c>.</summary>
    /// <param name="json">An earlier <see cref="Json"/>.</param>
    public string ChangesSince(string json)
    {
        SortedDictionary<string, string>? before;
        try
        {
            before = JsonSerializer.Deserialize<SortedDictionary<string, string>>(json, HsiEdgeJson.Compact);
        }
        catch (JsonException)
        {
            before = null;
        }

        return before is null
            ? "not known: the settings before were not kept whole"
            : string.Join("; ", before.Keys.Union(_settings.Keys, StringComparer.Ordinal).Order(StringComparer.Ordinal)
                .Where(k => before.GetValueOrDefault(k) != _settings.GetValueOrDefault(k))
                .Select(k => $"{k} {before.GetValueOrDefault(k, "default")} → {_settings.GetValueOrDefault(k, "default")}"));
    }

    /// <summary>One key with its value now.</summary>
    public string Describe(string key) => $"{key} → {_settings.GetValueOrDefault(key, "default")}";

    /// <summary>Whether a key holds a secret itself, not the path of a file with one.</summary>
    public static bool IsSecret(string key)
    {
        var name = key[(key.LastIndexOf(':') + 1)..];
        return SecretWords.Any(w => name.EndsWith(w, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>A value as text.</summary>
    public static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        System.Collections.IEnumerable list => string.Join(", ", list.Cast<object>()),
        _ => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value}"),
    };
}
