namespace HsiEdge.Core.Publish;

/// <summary>Who this box is, for topics and messages.</summary>
/// <param name="Site">Site level of the topic: letters, digits, '-' and '_'.</param>
/// <param name="Cart">Cart level of the topic: letters, digits, '-' and '_'; also the MQTT client id's stem.</param>
/// <param name="SoftwareVersion">Version of the running program.</param>
/// <param name="BootId">ULID made at process start: tells a restart from a reconnect.</param>
public sealed record ApplianceIdentity(string Site, string Cart, string SoftwareVersion, string BootId)
{
    /// <summary>Prefix of every topic: <c>hsiedge/v1/&lt;site&gt;/&lt;cart&gt;/</c>.</summary>
    public string TopicPrefix => $"hsiedge/v1/{Site}/{Cart}/";
}
