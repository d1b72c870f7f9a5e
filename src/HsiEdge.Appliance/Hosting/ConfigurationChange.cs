using HsiEdge.Appliance.Configuration;

namespace HsiEdge.Appliance.Hosting;

/// <summary>How far a configuration that was read again differs from the one in force.</summary>
internal sealed class ConfigurationChange
{
    /// <summary>Sections that board and captures alone are made of; a change of any other one sets up the whole box anew.</summary>
    private static readonly string[] CaptureSections =
    [
        nameof(ApplianceConfiguration.Camera), nameof(ApplianceConfiguration.Acquire), nameof(ApplianceConfiguration.Trigger), nameof(ApplianceConfiguration.Board),
        nameof(ApplianceConfiguration.Model), nameof(ApplianceConfiguration.Processing), nameof(ApplianceConfiguration.Interpret),
    ];

    private readonly HashSet<string> _sections;

    /// <summary>Compares.</summary>
    /// <param name="inForce">The one in force.</param>
    /// <param name="read">The one just read.</param>
    public ConfigurationChange(ApplianceConfiguration inForce, ApplianceConfiguration read)
    {
        var before = inForce.Values.ToDictionary(v => v.Key, v => SettingsReport.Text(v.Value), StringComparer.Ordinal);
        ChangedKeys = [.. read.Values.Where(v => SettingsReport.Text(v.Value) != before[v.Key]).Select(v => v.Key)];

        // A section at fault was not used: its mending is a change though its values may be the same.
        _sections = ChangedKeys.Select(SectionOf).Concat(inForce.Faults.Concat(read.Faults).Select(f => f.Section)).ToHashSet(StringComparer.OrdinalIgnoreCase);
    }

    /// <summary>Keys whose value differs.</summary>
    public IReadOnlyList<string> ChangedKeys { get; }

    /// <summary>Whether more than board and captures has to be set up anew.</summary>
    public bool NeedsWholeBox => _sections.Any(s => IsSection(s) && !CaptureSections.Contains(s, StringComparer.OrdinalIgnoreCase));

    /// <summary>Whether the broker is reached otherwise than before.</summary>
    public bool ChangesBroker => ChangedKeys.Any(k => SectionOf(k) == nameof(ApplianceConfiguration.Mqtt));

    private static string SectionOf(string key) => key.Split(':')[0];

    private static bool IsSection(string name) => typeof(ApplianceConfiguration).GetProperty(name, System.Reflection.BindingFlags.Public | System.Reflection.BindingFlags.Instance
        | System.Reflection.BindingFlags.IgnoreCase) is not null;
}
