namespace HsiEdge.Appliance.Trigger;

/// <summary>Who speaks for the component <c>trigger</c>: each says its own, none hides another.</summary>
internal static class TriggerHealth
{
    /// <summary>The component of the health board.</summary>
    public const string Component = "trigger";

    /// <summary>The board as a whole.</summary>
    public const string Board = "board";

    /// <summary>The interlock.</summary>
    public const string Interlock = "interlock";

    /// <summary>The lamps.</summary>
    public const string Lamps = "lamps";

    /// <summary>One input line.</summary>
    /// <param name="line">Its name.</param>
    public static string Line(string line) => "line " + line;
}
