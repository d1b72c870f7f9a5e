using System.Globalization;
using System.Text.Json.Nodes;
using HsiEdge.Appliance.Configuration;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Configuration;

/// <summary>The published schema, the options classes and the rules say the same.</summary>
public sealed class ConfigurationSchemaTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static readonly JsonObject Schema =
        JsonNode.Parse(File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "appsettings.schema.json")))!.AsObject();

    private static readonly SortedDictionary<string, JsonObject> Entries = ReadEntries();

    [Fact]
    public void Every_option_is_in_the_schema_and_every_entry_is_an_option()
    {
        var options = Defaults().Keys.All.Select(k => k.Key).Order(StringComparer.Ordinal);
        Assert.Equal(options, Entries.Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Defaults_and_types_are_equal()
    {
        foreach (var option in Defaults().Keys.All)
        {
            var entry = Entries[option.Key];
            var type = Nullable.GetUnderlyingType(option.Type) ?? option.Type;
            var expectedType = type == typeof(bool) ? "boolean" : type == typeof(int) || type == typeof(long) ? "integer" : type == typeof(double) ? "number" : option.IsList ? "array" : "string";
            Assert.Equal((option.Key, expectedType), (option.Key, (string?)entry["type"]));
            Assert.Equal((option.Key, Text(option.Value)), (option.Key, DefaultText(entry)));
        }
    }

    [Fact]
    public void Every_entry_is_described_and_closed()
    {
        foreach (var (key, entry) in Entries)
        {
            Assert.True(((string?)entry["description"])?.Length > 10, key);
        }

        Assert.False((bool)Schema["additionalProperties"]!);
        foreach (var (name, section) in Schema["properties"]!.AsObject())
        {
            Assert.True(name == "$schema" || !(bool)section!["additionalProperties"]!, name);
        }
    }

    [Fact]
    public void A_unit_in_a_name_is_in_its_description()
    {
        (string Suffix, string Unit)[] units =
        [
            ("Milliseconds", " ms"), ("Seconds", " s"), ("Hours", "hours"), ("Days", "days"), ("SquareMillimetres", "mm²"), ("Nanometres", " nm"), ("Mebibytes", "MiB"),
        ];
        foreach (var (key, entry) in Entries)
        {
            foreach (var (suffix, unit) in units.Where(u => key.EndsWith(u.Suffix, StringComparison.Ordinal)).Take(1))
            {
                Assert.True(((string)entry["description"]!).Contains(unit, StringComparison.Ordinal), $"{key} ends with {suffix}; its description lacks '{unit}'.");
            }
        }
    }

    [Fact]
    public void The_rules_accept_the_schemas_bounds_and_refuse_what_lies_beyond()
    {
        var bounded = 0;
        foreach (var (key, entry) in Entries)
        {
            foreach (var (bound, direction) in new[] { ("minimum", -1), ("maximum", 1) })
            {
                if (entry[bound] is not { } node)
                {
                    continue;
                }

                bounded++;
                var value = double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture);
                var beyond = value + (direction * ((string?)entry["type"] == "integer" ? 1.0 : 0.001));
                Assert.False(IsFault(key, value), $"{key}: {value} is within the schema and refused by the rules.");
                Assert.True(IsFault(key, beyond), $"{key}: {beyond} is beyond the schema and accepted by the rules.");
            }
        }

        Assert.True(bounded >= 20);
    }

    public void Dispose() => _folder.Dispose();

    private bool IsFault(string key, double value)
    {
        var environment = new Dictionary<string, string> { ["HSIEDGE__" + key.Replace(":", "__", StringComparison.Ordinal)] = value.ToString("0.######", CultureInfo.InvariantCulture) };
        return Load(environment).Faults.Any(f => f.Key == key);
    }

    private ApplianceConfiguration Defaults() => Load([]);

    private ApplianceConfiguration Load(Dictionary<string, string> environment)
    {
        File.WriteAllText(_folder.File("machine.json"), "{}");
        return ApplianceConfiguration.Load(["--config", _folder.File("machine.json")], environment, _folder.Path);
    }

    private static string? Text(object? value) => value switch
    {
        null => null,
        bool b => b ? "true" : "false",
        double d => d.ToString("R", CultureInfo.InvariantCulture),
        Enum e => char.ToLowerInvariant(e.ToString()[0]) + e.ToString()[1..],
        string s => s,
        IEnumerable<string> list => string.Join(',', list),
        _ => string.Create(CultureInfo.InvariantCulture, $"{value}"),
    };

    private static string? DefaultText(JsonObject entry) => entry["default"] switch
    {
        null => null,
        JsonArray array => string.Join(',', array.Select(i => (string?)i)),
        var node when (string?)entry["type"] == "number" => node.GetValue<double>().ToString("R", CultureInfo.InvariantCulture),
        var node => node.ToString(),
    };

    private static SortedDictionary<string, JsonObject> ReadEntries()
    {
        var entries = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var (section, node) in Schema["properties"]!.AsObject().Where(s => s.Key != "$schema"))
        {
            Collect(section, node!.AsObject());
        }

        return entries;

        void Collect(string prefix, JsonObject node)
        {
            foreach (var (name, child) in node["properties"]!.AsObject())
            {
                var key = $"{prefix}:{name}";
                if (child!["properties"] is null)
                {
                    entries.Add(key, child.AsObject());
                }
                else
                {
                    Collect(key, child.AsObject());
                }
            }
        }
    }
}
