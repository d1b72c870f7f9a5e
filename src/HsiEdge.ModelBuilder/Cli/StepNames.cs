using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary>Names of preprocessing steps as cards write them.</summary>
internal static class StepNames
{
    /// <summary>Name of a step.</summary>
    /// <param name="step">The step.</param>
    public static string Of(PreprocessingStep step)
    {
        using var json = JsonSerializer.SerializeToDocument(step, HsiEdgeJson.Compact);
        return json.RootElement.GetProperty("step").GetString()!;
    }
}
