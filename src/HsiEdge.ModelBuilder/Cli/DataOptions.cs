using System.CommandLine;
using HsiEdge.ModelBuilder.Data;

namespace HsiEdge.ModelBuilder.Cli;

/// <summary>Options that verbs share.</summary>
internal static class DataOptions
{
    public static Option<string> Data() => new("--data", "-d")
    {
        Description = "Labelled data: a folder with a dataset.json, such a file, or a CSV file with a header label,<nm>,<nm>,…",
        HelpName = "DIR|FILE",
        Required = true,
    };

    public static Option<string> Out(string what) => new("--out", "-o") { Description = what, HelpName = "FILE", Required = true };

    public static Option<bool> Json() => new("--json") { Description = "Print the result as JSON." };

    public static Option<int> Seed() => new("--seed")
    {
        Description = "Seed of everything drawn by chance; the same seed gives the same bytes on the same kind of CPU.",
        DefaultValueFactory = _ => 1,
    };

    public static Option<int> MaximumSpectra() => Ranged(
        "--max-spectra", "Spectra at most; more are sampled evenly over classes and patients.", new DatasetReadOptions().MaximumSpectra, 10, 2_000_000);

    public static Option<string[]> HeldOut() => new("--hold-out")
    {
        Description = "Patient whose spectra only judge the model (repeatable); without it a fifth of five or more patients, chosen by the seed.",
        HelpName = "PATIENT",
        DefaultValueFactory = _ => [],
    };

    public static Option<int> Ranged(string name, string description, int fallback, int least, int most)
    {
        var option = new Option<int>(name) { Description = $"{description} ({least}…{most})", DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<int>();
            if (value < least || value > most)
            {
                result.AddError($"{name} is {value}; expected {least}…{most}.");
            }
        });
        return option;
    }

    /// <summary>Reads labelled data and shows how far it is.</summary>
    public static LabelledSpectra Read(Terminal terminal, string path, int maximumSpectra, int seed, CancellationToken cancellationToken) =>
        WorkProgress.Run(
            terminal, "reading labelled data", progress => DatasetReader.Read(
                path, new DatasetReadOptions { MaximumSpectra = maximumSpectra, Seed = seed }, progress, cancellationToken));

    /// <summary>What training data was read, for people.</summary>
    public static IEnumerable<string> Describe(LabelledSpectra data)
    {
        var counts = data.ClassCounts();
        yield return $"data: {data.Name}{(data.Synthetic ? " (SYNTHETIC)" : "")}, {data.Count} of {data.Available} labelled spectra, {data.Patients.Count} patients, {data.Wavelengths}, "
            + data.Quantity.ToString().ToLowerInvariant();
        yield return $"classes: {string.Join(", ", data.Classes.Select((c, i) => $"{c.Name} {counts[i]}"))}";
        if (data.Unusable > 0)
        {
            yield return $"left out: {data.Unusable} labelled pixels without usable values (saturated, under-exposed, dead or missing)";
        }
    }

    /// <summary>A model file's name without folders and ending, as a model's name.</summary>
    public static string NameFrom(string path)
    {
        var words = Path.GetFileNameWithoutExtension(path).ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : '-');
        var name = string.Concat(words).Trim('-');
        return name.Length > 0 ? name : "model";
    }
}
