using System.CommandLine;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary><c>quantize</c>: from a network file to a bundle, with data to calibrate on and to judge by.</summary>
internal static class QuantizeCommand
{
    public static Command Create(Terminal terminal)
    {
        var network = new Option<string>("--network", "-n") { Description = "Network file, as train --float-out writes it.", HelpName = "FILE", Required = true };
        var data = DataOptions.Data();
        var bundle = DataOptions.Out("The bundle to write (.hsimodel).");
        var seed = DataOptions.Seed();
        var maximum = DataOptions.MaximumSpectra();
        var heldOut = DataOptions.HeldOut();
        var json = DataOptions.Json();
        var command = new Command(
            "quantize", "Quantizes a trained network to static INT8 and packs it. With the data, seed and limits of its training the bundle is the one that train wrote.")
        {
            network, data, bundle, seed, maximum, heldOut, json,
        };
        command.SetAction((parsed, cancellationToken) => Task.Run(
            () =>
            {
                OutputPath.Require(parsed.GetRequiredValue(bundle), ".hsimodel");
                var model = TrainedModelFile.Read(parsed.GetRequiredValue(network));
                var spectra = DataOptions.Read(terminal, parsed.GetRequiredValue(data), parsed.GetValue(maximum), parsed.GetValue(seed), cancellationToken);
                BundleBuilder.RequireFit(model, spectra);
                var usable = PreprocessedSource.FiniteIndices(spectra, model.Preprocessing);
                var split = DataSplitter.Split(spectra, usable, parsed.GetValue(heldOut) ?? [], parsed.GetValue(seed));
                cancellationToken.ThrowIfCancellationRequested();
                var built = BundleBuilder.Build(parsed.GetRequiredValue(bundle), model, spectra, split);
                var report = new TrainReport(
                    parsed.GetRequiredValue(bundle), built.Identity, built.Card.TrainedOnSyntheticData, spectra.Count, spectra.Available,
                    spectra.Unusable + spectra.Count - usable.Count, 0, 0, built.Card.Training.Data, built.Card.DecisionThreshold, built.Validation, built.HeldOut,
                    built.Card.Quantization);
                if (parsed.GetValue(json))
                {
                    terminal.WriteJson(report);
                }
                else
                {
                    terminal.WriteLines(DataOptions.Describe(spectra).Concat(report.ToLines(built.Card)));
                }

                return ModelBuilderCli.Success;
            },
            cancellationToken));
        return command;
    }
}
