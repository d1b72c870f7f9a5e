using System.CommandLine;
using System.Globalization;
using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Phantom;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary><c>phantom</c>: labelled synthetic data, as train reads it.</summary>
internal static class PhantomCommand
{
    private static readonly PhantomOptions Defaults = new();

    public static Command Create(Terminal terminal)
    {
        var folder = new Option<string>("--out", "-o") { Description = "Folder to write: cubes, references, labels and dataset.json. New or empty.", HelpName = "DIR", Required = true };
        var patients = DataOptions.Ranged("--patients", "Digital patients.", 8, 1, 10_000);
        var first = DataOptions.Ranged("--first-patient", "Index of the first patient; other indices are other patients.", 0, 0, 1_000_000);
        var views = DataOptions.Ranged("--views", "Cubes of each patient.", 1, 1, 1000);
        var seed = DataOptions.Ranged("--seed", "Seed of the patients.", 1, 0, int.MaxValue);
        var size = Parsed("--size", "Samples × lines of each cube.", "WxH", (Width: Defaults.Samples, Height: Defaults.Lines), ParseSize);
        var bands = Parsed("--bands", "Bands in nm: FIRST:LAST:COUNT evenly spaced, or a comma list.", "SPEC", PhantomOptions.DefaultWavelengths, ParseBands);
        var separation = new Option<string>("--separation")
        {
            Description = $"How lesions depart from the wall, an assumption: {string.Join(", ", PhantomSeparation.All.Select(s => s.Name))}.",
            HelpName = "NAME",
            DefaultValueFactory = _ => Defaults.Separation.Name,
        };
        separation.AcceptOnlyFromAmong([.. PhantomSeparation.All.Select(s => s.Name)]);
        var json = DataOptions.Json();
        var command = new Command("phantom", "Writes labelled cubes of digital tissue. Everything in them is synthetic.")
        {
            folder, patients, first, views, seed, size, bands, separation, json,
        };
        command.SetAction((parsed, cancellationToken) => Task.Run(
            () =>
            {
                var (width, height) = parsed.GetValue(size);
                var options = Defaults with
                {
                    Seed = (ulong)parsed.GetValue(seed),
                    Patient = parsed.GetValue(first),
                    Samples = width,
                    Lines = height,
                    WavelengthAxis = parsed.GetValue(bands)!,
                    Separation = PhantomSeparation.Named(parsed.GetValue(separation)!),
                };
                var count = parsed.GetValue(patients);
                Write(terminal, parsed.GetRequiredValue(folder), options, count, parsed.GetValue(views), cancellationToken);
                Report(terminal, parsed.GetRequiredValue(folder), options, count, parsed.GetValue(views), parsed.GetValue(json));
                return ModelBuilderCli.Success;
            },
            cancellationToken));
        return command;
    }

    /// <summary>Writes beside the folder and gives it its name at the end: a stopped run leaves nothing.</summary>
    private static void Write(Terminal terminal, string folder, PhantomOptions options, int patients, int views, CancellationToken cancellationToken)
    {
        var target = Path.GetFullPath(folder.TrimEnd('/'));
        if (File.Exists(target) || (Directory.Exists(target) && Directory.EnumerateFileSystemEntries(target).Any()))
        {
            throw new BadInputException($"{folder} exists and is not an empty folder; choose another, or remove it.");
        }

        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = AtomicFile.TemporaryPathFor(target);
        try
        {
            _ = WorkProgress.Run(terminal, "making cubes", progress =>
            {
                PhantomDatasetWriter.Write(temporary, options, patients, views, progress, cancellationToken);
                return true;
            });
            if (Directory.Exists(target))
            {
                Directory.Delete(target);
            }

            Directory.Move(temporary, target);
        }
        finally
        {
            if (Directory.Exists(temporary))
            {
                Directory.Delete(temporary, recursive: true);
            }
        }
    }

    private static void Report(Terminal terminal, string folder, PhantomOptions options, int patients, int views, bool json)
    {
        if (json)
        {
            terminal.WriteJson(new
            {
                folder,
                synthetic = true,
                patients,
                cubes = patients * views,
                lines = options.Lines,
                samples = options.Samples,
                bands = options.WavelengthAxis.Count,
                seed = options.Seed,
                separation = options.Separation.Name,
            });
            return;
        }

        terminal.WriteLines([
            $"{folder}: {patients * views} synthetic cubes of {patients} digital patients, {options.Lines} lines × {options.Samples} samples, {options.WavelengthAxis}, "
            + $"separation {options.Separation.Name}, seed {options.Seed}"]);
    }

    private static Option<T> Parsed<T>(string name, string description, string helpName, T fallback, Func<string, T?> parse)
    {
        var option = new Option<T>(name) { Description = description, HelpName = helpName, DefaultValueFactory = _ => fallback };
        option.CustomParser = result =>
        {
            var text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
            var value = parse(text);
            if (EqualityComparer<T>.Default.Equals(value, default))
            {
                result.AddError($"{name} is \"{text}\"; expected {helpName}: {description}");
            }

            return value!;
        };
        return option;
    }

    private static (int Width, int Height) ParseSize(string text)
    {
        var parts = text.Split('x');
        return parts.Length == 2 && Whole(parts[0]) is { } width && Whole(parts[1]) is { } height ? (width, height) : default;
    }

    private static WavelengthAxis? ParseBands(string text)
    {
        try
        {
            var range = text.Split(':');
            if (range.Length == 3 && Number(range[0]) is { } first && Number(range[1]) is { } last && Whole(range[2]) is { } count)
            {
                return WavelengthAxis.Linear(first, last, count);
            }

            var list = text.Split(',').Select(Number).ToArray();
            return list.All(value => value is not null) ? new WavelengthAxis([.. list.Select(value => value!.Value)]) : null;
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    private static double? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : null;

    private static int? Whole(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) && value > 0 ? value : null;
}
