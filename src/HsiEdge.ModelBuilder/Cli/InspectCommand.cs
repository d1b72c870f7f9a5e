using System.CommandLine;
using HsiEdge.ModelBuilder.Pack;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary><c>inspect</c>: what a bundle says and what it is made of.</summary>
internal static class InspectCommand
{
    public static Command Create(Terminal terminal)
    {
        var bundle = new Argument<string>("bundle") { Description = "The .hsimodel file." };
        var json = DataOptions.Json();
        var command = new Command("inspect", "Verifies a bundle and tells its card, its preprocessing steps, its entries and the network as ONNX Runtime runs it.") { bundle, json };
        command.SetAction((parsed, cancellationToken) => Task.Run(
            () =>
            {
                var inspection = BundleInspector.Inspect(parsed.GetRequiredValue(bundle));
                if (parsed.GetValue(json))
                {
                    terminal.WriteJson(inspection);
                }
                else
                {
                    terminal.WriteLines(inspection.ToLines().Append($"steps: {string.Join(", ", inspection.Card.Preprocessing.Select(step => StepNames.Of(step)))}"));
                }

                return ModelBuilderCli.Success;
            },
            cancellationToken));
        return command;
    }
}
