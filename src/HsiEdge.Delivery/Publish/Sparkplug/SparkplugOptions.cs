namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>Whether the box is a Sparkplug B edge node too (section <c>Mqtt:Sparkplug</c>). A new option gets a check in <see cref="MqttOptionsValidator"/>.</summary>
public sealed class SparkplugOptions
{
    /// <summary>Whether to keep a second connection as a Sparkplug B 3.0 edge node, with birth, data and death certificates.</summary>
    public bool Enabled { get; set; }

    /// <summary>Group id; null takes the site.</summary>
    public string? GroupId { get; set; }

    /// <summary>Edge node id; null takes the cart.</summary>
    public string? EdgeNodeId { get; set; }

    /// <summary>Id of the primary host: the node is born only while that host is online. Null waits for none.</summary>
    public string? PrimaryHostId { get; set; }
}
