using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary>Where verbs write.</summary>
/// <param name="Output">Results.</param>
/// <param name="Error">Progress and complaints.</param>
internal sealed record Terminal(TextWriter Output, TextWriter Error)
{
    /// <summary>Writes a result as JSON.</summary>
    /// <param name="value">The result.</param>
    public void WriteJson(object value) => Output.WriteLine(JsonSerializer.Serialize(value, value.GetType(), HsiEdgeJson.Indented));

    /// <summary>Writes a result as lines.</summary>
    /// <param name="lines">The lines.</param>
    public void WriteLines(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            Output.WriteLine(line);
        }
    }
}
