using HsiEdge.Core.Publish;

namespace HsiEdge.Delivery.Publish.Sparkplug;

/// <summary>Topics of this edge node.</summary>
internal sealed class SparkplugTopics
{
    /// <summary>The namespace of Sparkplug B.</summary>
    public const string Namespace = "spBv1.0";

    private readonly string _group;
    private readonly string _node;

    /// <summary>Makes them.</summary>
    public SparkplugTopics(SparkplugOptions options, ApplianceIdentity identity)
    {
        _group = options.GroupId ?? identity.Site;
        _node = options.EdgeNodeId ?? identity.Cart;
        State = options.PrimaryHostId is { } host ? $"{Namespace}/STATE/{host}" : null;
    }

    /// <summary>Birth certificate.</summary>
    public string Birth => Of("NBIRTH");

    /// <summary>Death certificate.</summary>
    public string Death => Of("NDEATH");

    /// <summary>Data.</summary>
    public string Data => Of("NDATA");

    /// <summary>Commands to this node.</summary>
    public string Command => Of("NCMD");

    /// <summary>State of the primary host; null when none is waited for.</summary>
    public string? State { get; }

    /// <summary>A filter that is never subscribed to: unsubscribing from it makes the broker answer, and changes nothing.</summary>
    public string Never => Of("NCMD") + "/never-subscribed";

    private string Of(string type) => $"{Namespace}/{_group}/{type}/{_node}";
}
