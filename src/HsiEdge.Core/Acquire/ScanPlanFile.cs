using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// Reads scan plans (<c>firmware-config/plans/*.json</c>; JSON Schema: <c>docs/schemas/scan-plan.schema.json</c>):
/// <c>name</c>, <c>wavelengths</c> (a list in nm, or <c>firstNanometres</c>, <c>lastNanometres</c> and <c>bands</c> for an even spacing), optionally
/// <c>fwhmNanometres</c>, <c>exposureMicroseconds</c> and <c>gainDecibels</c> (one number for all bands, or one a band), <c>settleMicroseconds</c>, <c>order</c>,
/// <c>averages</c>, <c>darkEvery</c>, <c>light</c> (<see cref="LightPlan"/>), <c>trigger</c> (<see cref="TriggerPlan"/>), <c>pixelPitchMillimetres</c>,
/// <c>storeRawCube</c>. Comments and trailing commas are allowed; unknown and repeated keys are errors.
/// </summary>
public static class ScanPlanFile
{
    private const string Document = "Scan plan";
    private const int MaximumBands = 4096;
    private const int MaximumAverages = 1024;
    private const double MaximumMicroseconds = 60_000_000;

    private static readonly string[] Keys =
    [
        "$schema", "name", "wavelengths", "fwhmNanometres", "exposureMicroseconds", "gainDecibels", "settleMicroseconds", "order", "averages", "darkEvery",
        "light", "trigger", "pixelPitchMillimetres", "storeRawCube",
    ];

    private static readonly string[] LinearKeys = ["firstNanometres", "lastNanometres", "bands"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the JSON file.</param>
    /// <exception cref="BadInputException">It cannot be read or is not a plan; the message names the file and the key.</exception>
    public static ScanPlan Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return ReadPlan(DocumentNode.Read(Document, path));
    }

    /// <summary>Reads a plan from memory.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="origin">File name for messages.</param>
    /// <exception cref="BadInputException">It is not a plan; the message names the origin and the key.</exception>
    public static ScanPlan Parse(ReadOnlyMemory<byte> json, string origin) => ReadPlan(DocumentNode.Parse(Document, json, origin));

    private static ScanPlan ReadPlan(DocumentNode root)
    {
        root.RequireObject(Keys);
        _ = root.Find("$schema")?.Text();
        var name = root.Get("name").Text();
        var wavelengths = ReadWavelengths(root);
        var bands = wavelengths.Count;
        var plan = new ScanPlan(
            name,
            wavelengths,
            root.Get("exposureMicroseconds").Numbers(bands, "µs", above: 0, atMost: MaximumMicroseconds),
            root.Find("settleMicroseconds")?.Number("µs", atLeast: 0, atMost: MaximumMicroseconds) ?? 0,
            root.Get("pixelPitchMillimetres").Number("mm", above: 0, atMost: 100),
            root.Find("storeRawCube")?.Flag() ?? false)
        {
            GainDecibels = root.Find("gainDecibels")?.Numbers(bands, "dB", above: -100, atMost: 100) ?? [],
            Order = root.Find("order") is { } order ? ReadOrder(order, bands) : [],
            Averages = root.Find("averages")?.Count(MaximumAverages) ?? 1,
            DarkEvery = root.Find("darkEvery") is { } every ? every.Whole("bands", atLeast: 0, atMost: MaximumBands) : 0,
            Light = root.Find("light") is { } light ? LightPlanReader.Read(light, bands) : FixedLight.Instance,
            Trigger = root.Find("trigger") is { } trigger ? TriggerPlanReader.Read(trigger) : SoftwareTrigger.Instance,
        };
        RefuseContradictions(root, plan);
        return plan;
    }

    private static void RefuseContradictions(DocumentNode root, ScanPlan plan)
    {
        if (plan.DarkEvery > 0 && LightPlanReader.WhyNeverDark(plan.Light) is { } reason)
        {
            throw root.Get("darkEvery").Bad($"{plan.DarkEvery}", $"0, as {reason}");
        }

        if (plan.Trigger is LineTrigger { SpacingMicroseconds: { } spacing, PulseMicroseconds: var pulse } && pulse >= spacing)
        {
            throw root.Get("trigger").Get("spacingMicroseconds").Bad($"{spacing}", $"more than the pulse's {pulse} µs");
        }

        if (plan.Trigger is not FreeRunTrigger)
        {
            return;
        }

        foreach (var key in new[] { "order", "averages", "darkEvery", "light" })
        {
            if (root.Find(key) is { } node && (key != "averages" || plan.Averages > 1) && (key != "darkEvery" || plan.DarkEvery > 0) && (key != "light" || plan.Light is not FixedLight))
            {
                throw node.Bad("given", "not there: a pushbroom camera sees all bands at once, line by line");
            }
        }

        if (plan.ExposureMicroseconds.Any(e => e != plan.ExposureMicroseconds[0]) || plan.GainDecibels.Any(g => g != plan.GainDecibels[0]))
        {
            throw root.Get("exposureMicroseconds").Bad("different for some bands", "one exposure and one gain: a pushbroom camera exposes all bands at once");
        }
    }

    private static int[] ReadOrder(DocumentNode node, int bands)
    {
        if (!node.IsList)
        {
            return node.Word("ascending", "descending") == 0 ? [] : [.. Enumerable.Range(0, bands).Reverse()];
        }

        var order = node.Items().Select(i => i.Whole("", atLeast: 0, atMost: bands - 1)).ToArray();
        if (order.Length != bands || order.Distinct().Count() != bands)
        {
            throw node.Bad($"{order.Length} numbers, {order.Distinct().Count()} of them different", $"\"ascending\", \"descending\", or every band from 0 to {bands - 1} once");
        }

        return order;
    }

    private static WavelengthAxis ReadWavelengths(DocumentNode root)
    {
        var node = root.Get("wavelengths");
        var centres = node.IsList ? node.List("nm", above: 0, MaximumBands) : ReadLinear(node);
        for (var i = 1; i < centres.Length; i++)
        {
            if (centres[i] <= centres[i - 1])
            {
                throw node.Bad($"{centres[i]} nm at band {i} after {centres[i - 1]} nm", "wavelengths that increase");
            }
        }

        var widths = root.Find("fwhmNanometres")?.Numbers(centres.Length, "nm", above: 0, atMost: 1000) ?? [];
        return new WavelengthAxis(centres, widths);
    }

    private static double[] ReadLinear(DocumentNode node)
    {
        node.RequireObject(LinearKeys);
        var first = node.Get("firstNanometres").Number("nm", above: 0, atMost: 100_000);
        var last = node.Get("lastNanometres").Number("nm", above: 0, atMost: 100_000);
        var bands = node.Get("bands").Count(MaximumBands);
        if (bands > 1 && last <= first)
        {
            throw node.Bad($"firstNanometres {first}, lastNanometres {last}", "lastNanometres above firstNanometres");
        }

        return WavelengthAxis.Linear(first, last, bands).Nanometres.ToArray();
    }
}
