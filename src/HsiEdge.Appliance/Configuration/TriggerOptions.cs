namespace HsiEdge.Appliance.Configuration;

/// <summary>What asks for captures besides MQTT commands (configuration section <c>Trigger</c>).</summary>
public sealed class TriggerOptions
{
    /// <summary>Time between two interval triggers in ms; 0 turns the interval off.</summary>
    public int IntervalMilliseconds { get; set; }
}
