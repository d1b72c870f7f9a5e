using HsiEdge.Appliance.Watch;
using HsiEdge.Core;
using HsiEdge.Core.Acquire;
using HsiEdge.Core.Interpret;
using HsiEdge.Core.Pipeline;
using HsiEdge.Delivery.Publish;
using HsiEdge.Delivery.Record;

namespace HsiEdge.Appliance.Configuration;

/// <summary>
/// All options of the appliance, each section an options class. Loading never throws for what the layers say: what is wrong is in
/// <see cref="Faults"/>, so that the worker can come up in safe mode and say it, and <c>validate</c> can list all of it at once.
/// </summary>
/// <remarks>
/// To add an option: a property with its unit in the name on the section's options class, a rule in <see cref="ConfigurationRules"/>,
/// an entry in <c>docs/schemas/appsettings.schema.json</c>. Tests hold the three together.
/// </remarks>
public sealed class ApplianceConfiguration
{
    private const string PasswordKey = "Mqtt:Password";
    private readonly OptionKeys _keys = new();
    private readonly List<ConfigurationFault> _faults = [];
    private readonly List<(Setting InForce, Setting Hidden)> _overrides = [];
    private readonly Dictionary<string, Setting> _settings = new(StringComparer.OrdinalIgnoreCase);

    private ApplianceConfiguration()
    {
        _keys.Add(nameof(Appliance), Appliance);
        _keys.Add(nameof(Camera), Camera);
        _keys.Add(nameof(Acquire), Acquire);
        _keys.Add(nameof(Trigger), Trigger);
        _keys.Add(nameof(Board), Board);
        _keys.Add(nameof(Model), Model);
        _keys.Add(nameof(Processing), Processing);
        _keys.Add(nameof(Interpret), Interpret);
        _keys.Add(nameof(Store), Store);
        _keys.Add(nameof(Mqtt), Mqtt);
        _keys.Add(nameof(Metrics), Metrics);
    }

    /// <summary>Section <c>Appliance</c>.</summary>
    public ApplianceOptions Appliance { get; } = new();

    /// <summary>Section <c>Camera</c>.</summary>
    public CameraOptions Camera { get; } = new();

    /// <summary>Section <c>Acquire</c>.</summary>
    public AcquireOptions Acquire { get; } = new();

    /// <summary>Section <c>Trigger</c>.</summary>
    public TriggerOptions Trigger { get; } = new();

    /// <summary>Section <c>Board</c>.</summary>
    public BoardOptions Board { get; } = new();

    /// <summary>Section <c>Model</c>.</summary>
    public ModelOptions Model { get; } = new();

    /// <summary>Section <c>Processing</c>.</summary>
    public ProcessingOptions Processing { get; } = new();

    /// <summary>Section <c>Interpret</c>.</summary>
    public InterpretOptions Interpret { get; } = new();

    /// <summary>Section <c>Store</c>.</summary>
    public StoreOptions Store { get; } = new();

    /// <summary>Section <c>Mqtt</c>.</summary>
    public MqttOptions Mqtt { get; } = new();

    /// <summary>Section <c>Metrics</c>.</summary>
    public MetricsOptions Metrics { get; } = new();

    /// <summary>What is wrong, in the order of the layers and sections; empty when all is well.</summary>
    public IReadOnlyList<ConfigurationFault> Faults => _faults;

    /// <summary>Configuration files that were read.</summary>
    public IReadOnlyList<string> Files { get; private set; } = [];

    /// <summary>Keys with their values now, in order of key: what <c>validate</c> shows.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Values =>
        [.. _keys.All.Select(k => KeyValuePair.Create(k.Key, k.Key == PasswordKey && k.Value is not null ? "(set, not shown)" : k.Value))];

    internal OptionKeys Keys => _keys;

    /// <summary>Known keys that a layer sets, each as the strongest layer has it.</summary>
    internal IReadOnlyCollection<Setting> Settings => _settings.Values;

    /// <summary>Keys that an environment variable sets otherwise than a file.</summary>
    internal IReadOnlyList<(Setting InForce, Setting Hidden)> Overrides => _overrides;

    /// <summary>What the program has built in, without any layer.</summary>
    internal static ApplianceConfiguration Defaults() => new();

    /// <summary>Loads the layers of this process.</summary>
    /// <param name="arguments">Command line after the verb: <c>--config FILE</c>, <c>--Section:Key value</c>, <c>--Section:Key=value</c>.</param>
    public static ApplianceConfiguration Load(IReadOnlyList<string> arguments)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (System.Collections.DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            environment[(string)variable.Key] = (string?)variable.Value ?? "";
        }

        return Load(arguments, environment, AppContext.BaseDirectory);
    }

    /// <summary>Loads given layers.</summary>
    /// <param name="arguments">As above.</param>
    /// <param name="environment">Variables; those named <c>HSIEDGE__Section__Key</c> and <c>HSIEDGE_CONFIG</c> count.</param>
    /// <param name="programFolder">Folder of the program's <c>appsettings.json</c>.</param>
    public static ApplianceConfiguration Load(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string programFolder)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        ArgumentNullException.ThrowIfNull(environment);
        var configuration = new ApplianceConfiguration();
        var layers = SettingsLayers.Read(arguments, environment, programFolder);
        configuration.Files = layers.Files;
        configuration._faults.AddRange(layers.Faults);
        configuration.Bind(layers.Settings);
        configuration.CheckRules();
        return configuration;
    }

    /// <summary>
    /// Whether safe mode is possible in spite of the faults: every layer could be read, and no fault touches who the box is, its broker or its
    /// store. A fault on the command line is for the person who typed it.
    /// </summary>
    public bool CanReachBroker =>
        _faults.TrueForAll(f => f.Key.Contains(':', StringComparison.Ordinal) && f.Layer != ConfigurationLayer.CommandLine
            && !IsSection(f.Section, nameof(Appliance)) && !IsSection(f.Section, nameof(Mqtt)) && !IsSection(f.Section, nameof(Store)));

    /// <summary>Throws when anything is wrong.</summary>
    /// <exception cref="BadInputException">Names every fault, one a line.</exception>
    public void ThrowIfFaulty()
    {
        if (_faults.Count > 0)
        {
            throw new BadInputException(string.Join(Environment.NewLine, _faults.Select(f => f.Message)));
        }
    }

    private static bool IsSection(string section, string name) => string.Equals(section, name, StringComparison.OrdinalIgnoreCase);

    private void Bind(IReadOnlyList<Setting> settings)
    {
        foreach (var setting in settings)
        {
            if (_keys.Find(setting.Key) is null)
            {
                AddUnknown(setting);
            }
            else
            {
                if (setting.Layer == ConfigurationLayer.Environment && _settings.TryGetValue(setting.Key, out var hidden) && hidden.Layer < setting.Layer && hidden.Value != setting.Value)
                {
                    _overrides.Add((setting, hidden));
                }

                _settings[setting.Key] = setting;
            }
        }

        foreach (var setting in _settings.Values)
        {
            var option = _keys.Find(setting.Key)!;
            if (option.IsList)
            {
                continue;
            }

            if (option.TrySet(setting.Value) is { } expected)
            {
                _faults.Add(Fault(option.Key, setting.Value, expected, ""));
            }
        }

        foreach (var option in _keys.All.Where(o => o.IsList))
        {
            BindList(option);
        }
    }

    private void BindList(OptionKey option)
    {
        var items = _settings.Values.Where(s => ReferenceEquals(_keys.Find(s.Key), option)).ToList();
        if (items.Count == 0)
        {
            return;
        }

        // A later layer replaces the whole list: lists of two layers are never mixed.
        var strongest = items.Max(s => s.Layer);
        option.SetList([.. items.Where(s => s.Layer == strongest).OrderBy(s => s.Key.Length).ThenBy(s => s.Key, StringComparer.Ordinal).Select(s => s.Value ?? "")]);
    }

    private void AddUnknown(Setting setting)
    {
        var nearest = _keys.Nearest(setting.Key);
        var hint = nearest is null
            ? $"Sections are {string.Join(", ", _keys.All.Select(k => k.Key.Split(':')[0]).Distinct(StringComparer.Ordinal))}."
            : $"Did you mean {nearest}?";
        var message = $"Unknown configuration key {setting.Key} ({setting.Origin}). {hint}";

        // A misspelt key counts to the section that it was meant for: a misspelt broker must not lead to the default one.
        var key = nearest is null || setting.Key.Contains(':', StringComparison.Ordinal) ? setting.Key : nearest;
        _faults.Add(new ConfigurationFault(key, message, setting.Layer));
        if (nearest is not null && !IsSection(nearest.Split(':')[0], key.Split(':')[0]))
        {
            _faults[^1] = new ConfigurationFault(nearest, message, setting.Layer);
        }
    }

    private void CheckRules()
    {
        CheckSecret();
        var wrong = _faults.Select(f => f.Key).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, expected, advice) in ConfigurationRules.Check(this))
        {
            if (!wrong.Contains(key))
            {
                _faults.Add(Fault(key, _keys.Find(key)?.Value, expected, advice));
            }
        }

        foreach (var message in ConfigurationRules.CheckSections(this))
        {
            var key = _keys.All.Select(k => k.Key).Where(k => MentionsKey(message, k)).MinBy(k => message.IndexOf(k, StringComparison.Ordinal)) ?? message;
            if (!wrong.Contains(key))
            {
                var setting = _settings.GetValueOrDefault(key);
                _faults.Add(new ConfigurationFault(key, setting is null ? message : $"{message} ({setting.Origin})", setting?.Layer ?? ConfigurationLayer.Default));
            }
        }
    }

    /// <summary>Files of settings are copied, backed up and shown, and a command line is seen by every user: a password may stand in neither. It is never printed.</summary>
    private void CheckSecret()
    {
        if (_settings.GetValueOrDefault(PasswordKey) is { Value.Length: > 0 } secret && secret.Layer != ConfigurationLayer.Environment)
        {
            _faults.Add(new ConfigurationFault(
                PasswordKey,
                $"{PasswordKey} is set in {secret.Origin}; a password may not stand there, where it is copied and read by others. Remove it, change the password at the broker, " +
                "and put the new one into a file with mode 0400 named by Mqtt:PasswordFile, or into the environment variable HSIEDGE__Mqtt__Password.",
                secret.Layer));
        }
    }

    private static bool MentionsKey(string message, string key)
    {
        var at = message.IndexOf(key, StringComparison.Ordinal);
        return at >= 0 && (at + key.Length == message.Length || !char.IsAsciiLetterOrDigit(message[at + key.Length]));
    }

    private ConfigurationFault Fault(string key, object? value, string expected, string advice)
    {
        var setting = _settings.GetValueOrDefault(key);
        var origin = setting?.Origin ?? "the default";
        var found = value is null ? "null" : $"'{value}'";
        var tail = advice.Length == 0 ? "" : " " + advice;
        return new ConfigurationFault(key, $"{key} is {found} ({origin}); expected {expected}.{tail}", setting?.Layer ?? ConfigurationLayer.Default);
    }
}
