using HsiEdge.Core;

namespace HsiEdge.Appliance.Configuration;

/// <summary>Reads the four layers in their order: program file, machine file, environment, command line.</summary>
internal sealed class SettingsLayers
{
    /// <summary>Machine file when neither <c>--config</c> nor <c>HSIEDGE_CONFIG</c> names another.</summary>
    public const string DefaultMachineFile = "/etc/hsiedge/appsettings.json";

    private const string EnvironmentPrefix = "HSIEDGE__";
    private readonly List<Setting> _settings = [];
    private readonly List<ConfigurationFault> _faults = [];
    private readonly List<string> _files = [];

    private SettingsLayers()
    {
    }

    /// <summary>Settings of all layers, weakest first.</summary>
    public IReadOnlyList<Setting> Settings => _settings;

    /// <summary>Layers that could not be read.</summary>
    public IReadOnlyList<ConfigurationFault> Faults => _faults;

    /// <summary>Files that were there.</summary>
    public IReadOnlyList<string> Files => _files;

    /// <summary>Reads all layers.</summary>
    /// <param name="arguments">Command line after the verb: <c>--config FILE</c> and <c>--Section:Key value</c>.</param>
    /// <param name="environment">Variables of the process.</param>
    /// <param name="programFolder">Folder of the program's own <c>appsettings.json</c>.</param>
    public static SettingsLayers Read(IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, string programFolder)
    {
        var layers = new SettingsLayers();
        var (named, fromCommandLine) = layers.ReadArguments(arguments);
        layers.ReadFile(Path.Combine(programFolder, "appsettings.json"), ConfigurationLayer.Program, mustExist: false);
        if (named is null && environment.TryGetValue("HSIEDGE_CONFIG", out var variable) && variable.Length > 0)
        {
            named = variable;
        }

        layers.ReadFile(named ?? DefaultMachineFile, ConfigurationLayer.Machine, mustExist: named is not null);
        layers.ReadEnvironment(environment);
        layers._settings.AddRange(fromCommandLine);
        return layers;
    }

    private void ReadFile(string path, ConfigurationLayer layer, bool mustExist)
    {
        if (!mustExist && !File.Exists(path))
        {
            return;
        }

        _files.Add(path);
        try
        {
            _settings.AddRange(SettingsJson.Read(path, layer));
        }
        catch (BadInputException e)
        {
            _faults.Add(new ConfigurationFault(path, e.Message, layer));
        }
    }

    private void ReadEnvironment(IReadOnlyDictionary<string, string> environment)
    {
        foreach (var (name, value) in environment.OrderBy(v => v.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(EnvironmentPrefix, StringComparison.OrdinalIgnoreCase))
            {
                var key = name[EnvironmentPrefix.Length..].Replace("__", ":", StringComparison.Ordinal);
                _settings.Add(new Setting(key, value, ConfigurationLayer.Environment, $"environment variable {name}"));
            }
        }
    }

    private (string? MachineFile, List<Setting> Settings) ReadArguments(IReadOnlyList<string> arguments)
    {
        string? machineFile = null;
        var settings = new List<Setting>();
        for (var i = 0; i < arguments.Count; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var name = equals < 0 ? argument : argument[..equals];
            var known = name == "--config" || (name.StartsWith("--", StringComparison.Ordinal) && name.Contains(':', StringComparison.Ordinal));
            if (!known)
            {
                AddArgumentFault(argument, $"Argument '{argument}' is not understood; expected --config FILE or --Section:Key value, such as --Camera:Source phantom.");
                continue;
            }

            if (equals < 0 && i + 1 >= arguments.Count)
            {
                AddArgumentFault(argument, $"Argument '{argument}' has no value; expected {name} VALUE.");
                continue;
            }

            var value = equals < 0 ? arguments[++i] : argument[(equals + 1)..];
            if (name == "--config")
            {
                machineFile = value;
            }
            else
            {
                settings.Add(new Setting(name[2..], value, ConfigurationLayer.CommandLine, "command line"));
            }
        }

        return (machineFile, settings);
    }

    private void AddArgumentFault(string argument, string message) =>
        _faults.Add(new ConfigurationFault(argument, message, ConfigurationLayer.CommandLine));
}
