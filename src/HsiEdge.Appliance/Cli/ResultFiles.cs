using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HsiEdge.Core;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Infer;
using HsiEdge.Core.Record;

namespace HsiEdge.Appliance.Cli;

/// <summary>The files of one result as <c>replay</c> and <c>results export</c> write them.</summary>
internal static class ResultFiles
{
    /// <summary>Version of <c>result.json</c> (<c>docs/schemas/replay-result.schema.json</c>).</summary>
    public const int SchemaVersion = 1;

    private const string NoDataColor = "#000000";

    private static readonly string[] Names =
        ["result.json", "overlay.png", "classes.hdr", "classes.img", "probability.hdr", "probability.img"];

    /// <summary>Whether a name is one of the files.</summary>
    /// <param name="name">File name.</param>
    public static bool IsOwn(string name) => Names.Contains(name, StringComparer.Ordinal);

    /// <summary>A result as JSON: its own members, the schema's version before and what it was made of after them.</summary>
    /// <param name="result">The result.</param>
    /// <param name="input">What was replayed; null for a stored result.</param>
    public static JsonObject ToJson(CaptureResult result, ReplayInput? input)
    {
        var json = new JsonObject { ["schemaVersion"] = SchemaVersion };
        foreach (var (name, value) in JsonSerializer.SerializeToNode(result, HsiEdgeJson.Indented)!.AsObject().ToList())
        {
            json[name] = value?.DeepClone();
        }

        if (input is not null)
        {
            json["input"] = JsonSerializer.SerializeToNode(input, HsiEdgeJson.Indented);
        }

        return json;
    }

    /// <summary>Writes the maps as ENVI images: <c>classes.hdr/.img</c> (0 = no data) and <c>probability.hdr/.img</c> (one band a class, NaN = no data).</summary>
    /// <param name="folder">Where.</param>
    /// <param name="classMap">Class map.</param>
    /// <param name="probabilities">Probability map.</param>
    /// <param name="classes">Names and colours in map order.</param>
    public static void WriteMaps(string folder, ClassMap classMap, ProbabilityMap probabilities, IReadOnlyList<ModelClass> classes)
    {
        EnviWriter.WriteClassification(
            Path.Combine(folder, "classes.hdr"),
            classMap.Lines,
            classMap.Samples,
            classMap.Values,
            ["no data", .. classes.Select(c => c.Name)],
            [NoDataColor, .. classes.Select(c => c.Color)]);
        EnviWriter.WriteFloatBands(
            Path.Combine(folder, "probability.hdr"), probabilities.Lines, probabilities.Samples, [.. classes.Select(c => c.Name)], probabilities.Values);
    }

    /// <summary>Writes a text file, UTF-8 without a mark, with a line end.</summary>
    /// <param name="path">Where.</param>
    /// <param name="json">What.</param>
    public static void WriteJson(string path, JsonObject json) =>
        File.WriteAllText(path, json.ToJsonString(HsiEdgeJson.Indented) + "\n", new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
}

/// <summary>What a replay was made of: member <c>input</c> of <c>result.json</c>.</summary>
/// <param name="Cube">Path of the cube's header as given.</param>
/// <param name="White">Path of the white reference's header, or null.</param>
/// <param name="Dark">Path of the dark reference's header, or null.</param>
/// <param name="Quantity">What the cube's values were taken as.</param>
/// <param name="QuantityReason">Why.</param>
/// <param name="Bands">Number of usable bands.</param>
/// <param name="FirstNanometres">Shortest band in nm.</param>
/// <param name="LastNanometres">Longest band in nm.</param>
/// <param name="Resampling">How the cube's bands became the model's: "none", or a sentence.</param>
/// <param name="Warnings">What was passed over, defaulted or guessed on reading.</param>
internal sealed record ReplayInput(
    string Cube,
    string? White,
    string? Dark,
    Core.Cubes.SpectralQuantity Quantity,
    string QuantityReason,
    int Bands,
    double FirstNanometres,
    double LastNanometres,
    string Resampling,
    IReadOnlyList<string> Warnings);
