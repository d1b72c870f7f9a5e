using System.CommandLine;
using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.Inference.Bundle;

namespace HsiEdge.Appliance.Cli;

/// <summary><c>hsiedge model verify|list</c>.</summary>
internal static class ModelVerb
{
    public static Command Create(CliShell shell) => new("model", "Looks at model bundles (.hsimodel).")
    {
        CreateVerify(shell),
        CreateList(shell),
    };

    private static Command CreateVerify(CliShell shell)
    {
        var bundle = new Argument<FileInfo>("BUNDLE") { Description = "The bundle (.hsimodel)." };
        var keys = KeysOption();
        var signed = new Option<bool>("--require-signature") { Description = "Refuse a bundle without a trusted signature." };
        var (config, json) = (CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(
            "verify",
            "Takes a bundle through every check of loading, up to its self-test on this machine. Exit 3 when it is refused.",
            json,
            config,
            [bundle, keys, signed],
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(bundle).FullName;
                var trust = ModelFiles.Trust(
                    shell.LoadConfiguration(parsed.GetValue(config)).Model, parsed.GetValue(keys)?.FullName, parsed.GetValue(signed));
                var report = await WorkProgress.RunAsync(
                    shell.Console, "verifying", _ => ModelBundleVerifier.Verify(path, trust), cancellationToken);
                if (parsed.GetValue(json))
                {
                    await shell.WriteJsonAsync(report);
                }
                else
                {
                    PrintReport(shell.Console, report);
                }

                return report.Ok ? ExitCodes.Success : ExitCodes.BadInput;
            });
    }

    private static void PrintReport(CliConsole console, BundleVerification report)
    {
        CliTable.Print(console, ["check", "outcome", "detail"], report.Checks.Select(c => new[] { c.Name, Word(c.Outcome), c.Detail }));
        if (report.Model is { } model)
        {
            console.Out.WriteLine($"{model.Name}@{model.Version}, {(model.Signed ? "signed" : "unsigned")}, SHA-256 {model.Sha256}");
        }

        if (report.TrainedOnSyntheticData == true)
        {
            console.Out.WriteLine("SYNTHETIC: trained on synthetic data.");
        }

        if (report.Ok)
        {
            console.Out.WriteLine("The bundle can be used. For research use only.");
        }
        else
        {
            console.Error.WriteLine($"{report.Path} is refused: {report.Checks.First(c => c.Outcome == BundleCheckOutcome.Failed).Detail}");
        }
    }

    private static string Word(BundleCheckOutcome outcome) => outcome switch
    {
        BundleCheckOutcome.Ok => "ok",
        BundleCheckOutcome.Failed => "FAILED",
        _ => "not reached",
    };

    private static Command CreateList(CliShell shell)
    {
        var folder = new Option<DirectoryInfo>("--folder")
        {
            HelpName = "DIR",
            Description = "Folder of bundles; by default that of the configured bundle, else the program's models folder.",
        };
        var keys = KeysOption();
        var (config, json) = (CliShell.ConfigOption(), CliShell.JsonOption());
        return shell.Verb(
            "list",
            "Lists the bundles of a folder with name, version, classes, wavelengths and signature.",
            json,
            config,
            [folder, keys],
            async (parsed, _) =>
            {
                var options = shell.LoadConfiguration(parsed.GetValue(config)).Model;
                var place = parsed.GetValue(folder)?.FullName
                    ?? (options.BundlePath.Length > 0 ? Path.GetDirectoryName(Path.GetFullPath(options.BundlePath))! : ModelFiles.Folder(shell.Console.ProgramFolder));
                if (!Directory.Exists(place))
                {
                    throw new BadInputException($"{place} is not a folder that exists. Name the folder of the bundles with --folder DIR.");
                }

                var trust = ModelFiles.Trust(options, parsed.GetValue(keys)?.FullName);
                var models = Directory.GetFiles(place, "*" + ModelFiles.Extension).Order(StringComparer.Ordinal).Select(path => Describe(path, trust)).ToList();
                if (parsed.GetValue(json))
                {
                    await shell.WriteJsonAsync(new ModelList(place, models));
                    return ExitCodes.Success;
                }

                CliTable.Print(shell.Console, ["file", "model", "classes", "wavelengths", "signature", "notes"], models.Select(Row));
                await shell.Console.Out.WriteLineAsync($"{models.Count} bundle{(models.Count == 1 ? "" : "s")} in {place}");
                return ExitCodes.Success;
            });
    }

    private static Option<DirectoryInfo> KeysOption() => new("--trusted-keys")
    {
        HelpName = "DIR",
        Description = "Folder of trusted public keys (*.pem) instead of Model:TrustedKeysFolder.",
    };

    private static ModelListItem Describe(string path, BundleLoadOptions trust)
    {
        var file = Path.GetFileName(path);
        try
        {
            var parts = ModelBundleReader.ReadParts(path, trust);
            return new ModelListItem(
                file, parts.Identity, parts.Card.Classes, parts.Card.WavelengthsNanometres, parts.Card.TrainedOnSyntheticData, parts.HasSignature, null);
        }
        catch (BadInputException e)
        {
            return new ModelListItem(file, null, null, null, null, null, e.Message);
        }
    }

    private static string[] Row(ModelListItem item) => item.Model is null
        ? [item.File, "refused", "", "", "", item.Error!]
        :
        [
            item.File,
            $"{item.Model.Name}@{item.Model.Version}",
            string.Join(", ", item.Classes!.Select(c => c.Target ? c.Name + "*" : c.Name)),
            $"{item.WavelengthsNanometres!.Count}: {item.WavelengthsNanometres[0]:0.#}–{item.WavelengthsNanometres[^1]:0.#} nm",
            item.Model.Signed ? "trusted" : item.HasSignature == true ? "not trusted" : "none",
            item.TrainedOnSyntheticData == true ? "* target; trained on SYNTHETIC data" : "* target",
        ];
}

/// <summary>What <c>model list --json</c> prints.</summary>
/// <param name="Folder">The folder.</param>
/// <param name="Models">Its bundles.</param>
internal sealed record ModelList(string Folder, IReadOnlyList<ModelListItem> Models);

/// <summary>One bundle of a folder; a refused one has only its error.</summary>
/// <param name="File">File name.</param>
/// <param name="Model">Which model.</param>
/// <param name="Classes">Its classes.</param>
/// <param name="WavelengthsNanometres">Its bands in nm.</param>
/// <param name="TrainedOnSyntheticData">Whether any training data was synthetic.</param>
/// <param name="HasSignature">Whether it carries a signature, trusted or not.</param>
/// <param name="Error">Why it is refused, or null.</param>
internal sealed record ModelListItem(
    string File,
    ModelIdentity? Model,
    IReadOnlyList<ModelClass>? Classes,
    IReadOnlyList<double>? WavelengthsNanometres,
    bool? TrainedOnSyntheticData,
    bool? HasSignature,
    string? Error);
