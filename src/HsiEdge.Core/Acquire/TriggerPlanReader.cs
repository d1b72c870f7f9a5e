namespace HsiEdge.Core.Acquire;

/// <summary>Reads key <c>trigger</c> of a scan plan.</summary>
internal static class TriggerPlanReader
{
    private const double LongestMicroseconds = 60_000_000;
    private const int MostLines = 1_000_000;

    /// <summary>Reads it.</summary>
    /// <param name="node">The key.</param>
    public static TriggerPlan Read(DocumentNode node)
    {
        switch (node.Get("kind").Word("line", "software", "freeRun"))
        {
            case 0:
                node.RequireObject(["kind", "pulseMicroseconds", "spacingMicroseconds"]);
                return new LineTrigger(
                    node.Get("pulseMicroseconds").Number("µs", LongestMicroseconds, above: 0),
                    node.Find("spacingMicroseconds")?.Number("µs", LongestMicroseconds, above: 0));
            case 1:
                node.RequireObject(["kind"]);
                return SoftwareTrigger.Instance;
            default:
                node.RequireObject(["kind", "lines", "lineRateHertz", "encoderEdgesPerLine"]);
                return new FreeRunTrigger(
                    node.Get("lines").Count(MostLines),
                    node.Get("lineRateHertz").Number("Hz", 1_000_000, above: 0),
                    node.Find("encoderEdgesPerLine")?.Count(1_000_000));
        }
    }
}
