namespace HsiEdge.Appliance.Configuration;

/// <summary>One key with its value as text and where it stands.</summary>
/// <param name="Key"><c>Section:Key</c>, levels divided by ':'; list items by their index.</param>
/// <param name="Value">The value; null for JSON's null.</param>
/// <param name="Layer">Which layer.</param>
/// <param name="Origin">The place in words, such as <c>/etc/hsiedge/appsettings.json line 3</c>.</param>
internal sealed record Setting(string Key, string? Value, ConfigurationLayer Layer, string Origin);
