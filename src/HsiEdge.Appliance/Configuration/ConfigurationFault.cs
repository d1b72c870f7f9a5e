namespace HsiEdge.Appliance.Configuration;

/// <summary>One thing that is wrong with the configuration.</summary>
/// <param name="Key">The key as <c>Section:Key</c>, or the file when the whole file cannot be read.</param>
/// <param name="Message">Key, value and where it stands, what was expected, what to do: for the person at the console.</param>
/// <param name="Layer">Where it stands.</param>
public sealed record ConfigurationFault(string Key, string Message, ConfigurationLayer Layer)
{
    /// <summary>First part of <see cref="Key"/>.</summary>
    public string Section => Key.Split(':')[0];
}

/// <summary>Layers of the configuration; a later one overrides an earlier one.</summary>
public enum ConfigurationLayer
{
    /// <summary>Built into the program.</summary>
    Default,

    /// <summary><c>appsettings.json</c> beside the program.</summary>
    Program,

    /// <summary><c>/etc/hsiedge/appsettings.json</c>, or the file named by <c>HSIEDGE_CONFIG</c> or <c>--config</c>.</summary>
    Machine,

    /// <summary>Variables named <c>HSIEDGE__Section__Key</c>.</summary>
    Environment,

    /// <summary><c>--Section:Key value</c>.</summary>
    CommandLine,
}
