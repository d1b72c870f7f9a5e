using System.Text.Json;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Acquire;

/// <summary>
/// Reads scan plans (<c>firmware-config/plans/*.json</c>; JSON Schema: <c>docs/schemas/scan-plan.schema.json</c>):
/// <c>name</c>, <c>wavelengths</c> (a list in nm, or <c>firstNanometres</c>, <c>lastNanometres</c> and <c>bands</c> for an even spacing), optionally
/// <c>fwhmNanometres</c>, <c>exposureMicroseconds</c> (one number for all bands, or one a band), <c>settleMicroseconds</c>, <c>pixelPitchMillimetres</c>,
/// <c>storeRawCube</c>. Comments and trailing commas are allowed; unknown and repeated keys are errors.
/// </summary>
public static class ScanPlanFile
{
    private const int MaximumBands = 4096;
    private const double MaximumMicroseconds = 60_000_000;

    private static readonly string[] Keys =
        ["$schema", "name", "wavelengths", "fwhmNanometres", "exposureMicroseconds", "settleMicroseconds", "pixelPitchMillimetres", "storeRawCube"];

    private static readonly string[] LinearKeys = ["firstNanometres", "lastNanometres", "bands"];

    /// <summary>Reads a file.</summary>
    /// <param name="path">Path of the JSON file.</param>
    /// <exception cref="BadInputException">It cannot be read or is not a plan; the message names the file and the key.</exception>
    public static ScanPlan Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return Parse(File.ReadAllBytes(path), path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"Scan plan {path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Reads a plan from memory.</summary>
    /// <param name="json">UTF-8.</param>
    /// <param name="origin">File name for messages.</param>
    /// <exception cref="BadInputException">It is not a plan; the message names the origin and the key.</exception>
    public static ScanPlan Parse(ReadOnlyMemory<byte> json, string origin)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            return ReadPlan(new ScanPlanNode(origin, "", document.RootElement));
        }
        catch (JsonException e)
        {
            throw new BadInputException($"Scan plan {origin} is not JSON: {e.Message}", e);
        }
    }

    private static ScanPlan ReadPlan(ScanPlanNode root)
    {
        root.RequireObject(Keys);
        var name = root.Get("name").Text();
        var wavelengths = ReadWavelengths(root);
        var exposure = root.Get("exposureMicroseconds").Numbers(wavelengths.Count, "µs", above: 0, atMost: MaximumMicroseconds);
        var settle = root.Find("settleMicroseconds")?.Number("µs", atLeast: 0, atMost: MaximumMicroseconds) ?? 0;
        var pitch = root.Get("pixelPitchMillimetres").Number("mm", above: 0, atMost: 100);
        var store = root.Find("storeRawCube")?.Flag() ?? false;
        return new ScanPlan(name, wavelengths, exposure, settle, pitch, store);
    }

    private static WavelengthAxis ReadWavelengths(ScanPlanNode root)
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

    private static double[] ReadLinear(ScanPlanNode node)
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
