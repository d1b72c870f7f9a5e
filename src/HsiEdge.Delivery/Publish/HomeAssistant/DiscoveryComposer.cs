using System.Text.Json.Nodes;
using HsiEdge.Core.Publish;
using HsiEdge.Core.Record;

namespace HsiEdge.Delivery.Publish.HomeAssistant;

/// <summary>
/// Makes Home Assistant's device discovery payload: one device with an entity for each thing worth a tile. Entities read the box's own topics, so
/// nothing is said twice; there is no button that acknowledges, because an acknowledgement names who gives it.
/// </summary>
internal sealed class DiscoveryComposer(ApplianceIdentity identity, string prefix)
{
    private const string Capture = "command/" + CommandVerbs.Capture;
    private readonly string _id = $"hsiedge-{identity.Site}-{identity.Cart}";

    /// <summary>Topic of the payload.</summary>
    public string Topic => $"{prefix}/device/{_id}/config";

    /// <summary>Topic on which Home Assistant says that it has started.</summary>
    public string BirthTopic => $"{prefix}/status";

    /// <summary>Makes the payload.</summary>
    /// <param name="components">Components of the health board.</param>
    /// <param name="versions">Active model.</param>
    public JsonObject Compose(IEnumerable<string> components, ActiveVersions versions)
    {
        var entities = new JsonObject
        {
            ["connection"] = Entity("binary_sensor", "Connection", "status", "{{ 'OFF' if value_json.state == 'offline' else 'ON' }}", e =>
            {
                e["device_class"] = "connectivity";
                e["entity_category"] = "diagnostic";

                // The one entity that is available while the box is not.
                e.Remove("availability_topic");
                e.Remove("availability_template");
            }),
            ["status"] = Entity("sensor", "Status", "status", "{{ value_json.state }}", e =>
            {
                e["device_class"] = "enum";
                e["options"] = new JsonArray("online", "degraded", "offline");
                e["json_attributes_topic"] = At("status");
            }),
            ["latest_result"] = Entity("sensor", "Latest result", "summary", "{{ value_json.capturedUtc | default('None') }}", e =>
            {
                e["device_class"] = "timestamp";
                e["json_attributes_topic"] = At("summary");
            }),
            ["findings"] = Entity("sensor", "Findings of the latest result", "summary", "{{ value_json.findings | default('None') }}", e => e["state_class"] = "measurement"),
            ["alert"] = Entity("binary_sensor", "Alert open", "summary", "{{ 'ON' if value_json.openAlerts > 0 else 'OFF' }}", e => e["icon"] = "mdi:bell-alert"),
            ["overlay"] = Entity("image", "Latest overlay (research use only)", state: null, template: null, e =>
            {
                e["image_topic"] = At("overlay");
                e["content_type"] = "image/png";
            }),
            ["capture"] = Entity("button", "Capture", state: null, template: null, e =>
            {
                e["command_topic"] = At(Capture);
                e["payload_press"] = "{}";
                e["retain"] = false;
            }),
        };
        foreach (var component in components)
        {
            entities["health_" + component.Replace('-', '_')] = Entity(
                "binary_sensor", $"Problem: {component}", "health/" + component, "{{ 'OFF' if value_json.state == 'ok' else 'ON' }}", e =>
                {
                    e["device_class"] = "problem";
                    e["entity_category"] = "diagnostic";
                    e["json_attributes_topic"] = At("health/" + component);
                });
        }

        foreach (var (key, entity) in entities)
        {
            entity!["unique_id"] = $"{_id}-{key}";
        }

        return new JsonObject
        {
            ["device"] = new JsonObject
            {
                ["identifiers"] = new JsonArray(_id),
                ["name"] = $"HsiEdge {identity.Cart}",
                ["manufacturer"] = "HsiEdge",
                ["model"] = $"Hyperspectral appliance. {CaptureResult.ResearchUseOnly}",
                ["model_id"] = versions.Model is { } model ? $"{model.Name}@{model.Version}" : "no model loaded",
                ["sw_version"] = identity.SoftwareVersion,
                ["suggested_area"] = identity.Site,
            },
            ["origin"] = new JsonObject { ["name"] = "hsiedge", ["sw_version"] = identity.SoftwareVersion },
            ["components"] = entities,
            ["qos"] = 1,
        };
    }

    private string At(string topic) => identity.TopicPrefix + topic;

    private JsonObject Entity(string platform, string name, string? state, string? template, Action<JsonObject> more)
    {
        var entity = new JsonObject
        {
            ["platform"] = platform,
            ["name"] = name,
            ["availability_topic"] = At("status"),
            ["availability_template"] = "{{ 'offline' if value_json.state == 'offline' else 'online' }}",
        };
        if (state is not null)
        {
            entity["state_topic"] = At(state);
            entity["value_template"] = template;
        }

        more(entity);
        return entity;
    }
}
