namespace HsiEdge.Core.Trigger;

/// <summary>What asked for a capture.</summary>
public enum TriggerCause
{
    /// <summary>The footswitch line.</summary>
    Footswitch,

    /// <summary>An MQTT command.</summary>
    Command,

    /// <summary>The interval timer.</summary>
    Interval,

    /// <summary>A replayed recording.</summary>
    Replay,
}
