using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary><c>train</c>: from labelled data to a bundle in one command.</summary>
internal static partial class TrainCommand
{
    public static Command Create(Terminal terminal)
    {
        var data = DataOptions.Data();
        var bundle = DataOptions.Out("The bundle to write (.hsimodel); an existing one is replaced only by one that loads.");
        var name = new Option<string?>("--name") { Description = "Name of the model; the bundle's file name without it." };
        var version = new Option<string>("--model-version") { Description = "Semantic version of the model.", DefaultValueFactory = _ => "1.0.0" };
        var seed = DataOptions.Seed();
        var maximum = DataOptions.MaximumSpectra();
        var heldOut = DataOptions.HeldOut();
        var preprocessing = new Option<string?>("--preprocessing")
        {
            Description = "Steps such as absorbance,snv,center,scale, a JSON array of the card's steps, or a .json file with one; chosen by the data without it.",
            HelpName = "STEPS",
        };
        var hidden = new Option<string>("--hidden") { Description = "Sizes of the hidden layers.", HelpName = "N,N", DefaultValueFactory = _ => "32,24" };
        var epochs = new Option<int?>("--epochs") { Description = "Passes over the data at most; enough for about 2000 steps without it." };
        var augmentation = new Option<string>("--augmentation") { Description = "Changes of training spectra: light or none.", DefaultValueFactory = _ => "light" };
        augmentation.AcceptOnlyFromAmong("light", "none");
        var targets = new Option<string[]>("--target")
        {
            Description = "Class whose regions are findings (repeatable); without it classes named lesion, tumour, gist or cancer.",
            HelpName = "CLASS",
            DefaultValueFactory = _ => [],
        };
        var colors = new Option<string[]>("--color")
        {
            Description = "Overlay colour of a class (repeatable).",
            HelpName = "CLASS=#RRGGBB",
            DefaultValueFactory = _ => [],
        };
        var threshold = new Option<double?>("--threshold") { Description = "Probability from which a target class is decided, 0…1; chosen on the validation spectra without it." };
        var floatOut = new Option<string?>("--float-out") { Description = "Also write the network before quantization, for quantize.", HelpName = "FILE" };
        var workers = DataOptions.Ranged("--workers", "Threads, 0 = one a processor; the result does not depend on it.", 0, 0, 256);
        var json = DataOptions.Json();
        Check(epochs, value => value is null or (>= 1 and <= 10_000), "1…10000");
        Check(threshold, value => value is null or (>= 0 and <= 1), "0…1");
        Check(hidden, value => HiddenSizes(value!) is not null, "one to four sizes of 1…1024, such as 32,24");
        Check(version, value => SemanticVersion().IsMatch(value!), "major.minor.patch, such as 1.0.0");
        Check(colors, value => value!.All(color => color.Contains('=', StringComparison.Ordinal)), "CLASS=#RRGGBB");
        var command = new Command("train", "Trains a model on labelled cubes or spectra, quantizes it and packs it as a bundle that replay and the box take.")
        {
            data, bundle, name, version, seed, maximum, heldOut, preprocessing, hidden, epochs, augmentation, targets, colors, threshold, floatOut, workers, json,
        };
        command.SetAction((parsed, cancellationToken) => Task.Run(() => Run(
            terminal,
            new Request(
                parsed.GetRequiredValue(data),
                parsed.GetRequiredValue(bundle),
                parsed.GetValue(floatOut),
                parsed.GetValue(maximum),
                parsed.GetValue(json),
                new TrainingOptions
                {
                    Name = parsed.GetValue(name) ?? DataOptions.NameFrom(parsed.GetRequiredValue(bundle)),
                    Version = parsed.GetValue(version)!,
                    Preprocessing = parsed.GetValue(preprocessing) is { } steps ? PreprocessingPlan.Parse(steps) : null,
                    Augmentation = parsed.GetValue(augmentation) == "none" ? Augmentation.None : Augmentation.Light,
                    Targets = parsed.GetValue(targets) ?? [],
                    Colors = Colors(parsed.GetValue(colors) ?? []),
                    Threshold = parsed.GetValue(threshold),
                    HeldOutPatients = parsed.GetValue(heldOut) ?? [],
                    Network = new NetworkOptions
                    {
                        Hidden = HiddenSizes(parsed.GetValue(hidden)!)!,
                        Epochs = parsed.GetValue(epochs),
                        Seed = parsed.GetValue(seed),
                        Workers = parsed.GetValue(workers),
                    },
                }),
            cancellationToken), cancellationToken));
        return command;
    }

    private static int Run(Terminal terminal, Request request, CancellationToken cancellationToken)
    {
        var options = request.Options;
        OutputPath.Require(request.Bundle, ".hsimodel");
        if (request.FloatOut is not null)
        {
            OutputPath.Require(request.FloatOut, ".json");
        }

        var data = DataOptions.Read(terminal, request.Data, request.MaximumSpectra, options.Network.Seed, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        var training = WorkProgress.Run(
            terminal, "training", progress => ModelTrainer.Train(data, options, new EpochProgress(progress), cancellationToken));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        cancellationToken.ThrowIfCancellationRequested();
        var built = BundleBuilder.Build(request.Bundle, training.Model, data, training.Split);
        if (request.FloatOut is not null)
        {
            TrainedModelFile.Write(request.FloatOut, training.Model);
        }

        var report = new TrainReport(
            request.Bundle, built.Identity, built.Card.TrainedOnSyntheticData, data.Count, data.Available, data.Unusable + training.Shapeless,
            training.EpochsRun, seconds, built.Card.Training.Data, built.Card.DecisionThreshold, built.Validation, built.HeldOut, built.Card.Quantization);
        if (request.Json)
        {
            terminal.WriteJson(report);
        }
        else
        {
            terminal.WriteLines(DataOptions.Describe(data).Concat(report.ToLines(built.Card)));
        }

        return ModelBuilderCli.Success;
    }

    private static void Check<T>(Option<T> option, Func<T?, bool> isRight, string expected) => option.Validators.Add(result =>
    {
        if (!result.Implicit && !isRight(result.GetValueOrDefault<T>()))
        {
            result.AddError($"{option.Name} is \"{string.Join(' ', result.Tokens)}\"; expected {expected}.");
        }
    });

    private static List<int>? HiddenSizes(string text)
    {
        var sizes = new List<int>();
        foreach (var part in text.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var size) || size is < 1 or > 1024)
            {
                return null;
            }

            sizes.Add(size);
        }

        return sizes.Count <= 4 ? sizes : null;
    }

    private static Dictionary<string, string> Colors(string[] values)
    {
        var colors = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            var at = value.LastIndexOf('=');
            colors[value[..at]] = value[(at + 1)..];
        }

        return colors;
    }

    [GeneratedRegex(@"^[0-9]{1,6}\.[0-9]{1,6}\.[0-9]{1,6}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex SemanticVersion();

    private sealed record Request(string Data, string Bundle, string? FloatOut, int MaximumSpectra, bool Json, TrainingOptions Options);

    private sealed class EpochProgress(IProgress<double> progress) : IProgress<EpochReport>
    {
        public void Report(EpochReport value) => progress.Report((value.Epoch + 1.0) / value.Epochs);
    }
}
