namespace HsiEdge.Delivery.Publish.HomeAssistant;

/// <summary>Whether the box introduces itself to Home Assistant (section <c>Mqtt:HomeAssistant</c>). A new option gets a check in <see cref="MqttOptionsValidator"/>.</summary>
public sealed class HomeAssistantOptions
{
    /// <summary>Whether to announce the box by Home Assistant's MQTT discovery, and to keep the topic <c>summary</c>. Turned off, what was announced is removed.</summary>
    public bool Enabled { get; set; }

    /// <summary>Home Assistant's discovery prefix: topic levels without wildcards.</summary>
    public string Prefix { get; set; } = "homeassistant";
}
