using System.Text.RegularExpressions;
using HsiEdge.Core;
using HsiEdge.Core.Infer;
using HsiEdge.ModelBuilder.Data;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// Gives classes their colours and decides which are targets. Targets take warm colours, the others cool and neutral ones, after the
/// colour-blind-safe sets of Okabe and Ito (2008) and of Tol (2021), so that a lesion stands out whatever else is there.
/// </summary>
public static partial class ClassPalette
{
    private static readonly string[] Warm = ["#D55E00", "#CC79A7", "#E69F00", "#AA3377"];

    private static readonly string[] Cool =
    [
        "#009E73", "#0072B2", "#56B4E9", "#999999", "#332288", "#88CCEE", "#117733", "#999933", "#DDCC77", "#44AA99",
        "#4477AA", "#66CCEE", "#228833", "#BBBBBB", "#6699CC", "#004488", "#997700", "#EECC66", "#225555", "#AAAA00",
    ];

    private static readonly string[] TargetWords = ["lesion", "tumour", "tumor", "gist", "cancer", "carcinoma"];

    /// <summary>Makes the model's classes.</summary>
    /// <param name="classes">Classes of the data.</param>
    /// <param name="targets">Names given by <c>--target</c>; empty: the data's own targets, or else by name.</param>
    /// <param name="colors">Colours given by <c>--color</c>, by class name.</param>
    /// <exception cref="BadInputException">A name is no class, a colour is no <c>#RRGGBB</c>, or every class is a target.</exception>
    public static IReadOnlyList<ModelClass> Assign(
        IReadOnlyList<DatasetClass> classes, IReadOnlyCollection<string> targets, IReadOnlyDictionary<string, string> colors)
    {
        foreach (var (name, option) in targets.Select(name => (name, "--target")).Concat(colors.Keys.Select(name => (name, "--color"))))
        {
            if (classes.All(c => c.Name != name))
            {
                throw new BadInputException($"{option} {name}: no such class; the data has {string.Join(", ", classes.Select(c => c.Name))}.");
            }
        }

        var taken = classes.Select(c => colors.GetValueOrDefault(c.Name, c.Color ?? "")).ToHashSet(StringComparer.OrdinalIgnoreCase);
        var warm = new Queue<string>(Warm.Where(color => !taken.Contains(color)));
        var cool = new Queue<string>(Cool.Where(color => !taken.Contains(color)));
        var assigned = new List<ModelClass>();
        foreach (var c in classes)
        {
            var target = targets.Count > 0 ? targets.Contains(c.Name) : c.Target ?? NamesTarget(c.Name);
            var color = colors.GetValueOrDefault(c.Name, c.Color ?? "");
            color = color.Length > 0 ? color : Next(target ? warm : cool, assigned.Count);
            assigned.Add(Hex().IsMatch(color)
                ? new ModelClass(c.Name, color.ToUpperInvariant(), target)
                : throw new BadInputException($"Class \"{c.Name}\": the colour \"{color}\" is not of the form #RRGGBB."));
        }

        return assigned.All(c => c.Target)
            ? throw new BadInputException("Every class is a target; at least one must not be. Name the targets with --target.")
            : assigned;
    }

    private static bool NamesTarget(string name)
    {
        var words = Word().Matches(name).Select(match => match.Value.ToLowerInvariant()).ToList();
        return words.Any(word => TargetWords.Any(target => word == target || word == target + "s"));
    }

    /// <summary>The palette's next colour; past its end, greys that differ by position.</summary>
    private static string Next(Queue<string> palette, int position)
    {
        var level = 64 + (position * 37 % 160);
        return palette.Count > 0 ? palette.Dequeue() : $"#{level:X2}{(level + 20) % 256:X2}{(level + 40) % 256:X2}";
    }

    [GeneratedRegex("^#[0-9A-Fa-f]{6}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Hex();

    [GeneratedRegex(@"\p{L}+", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
