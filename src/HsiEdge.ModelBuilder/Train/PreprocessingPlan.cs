using System.Globalization;
using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Train;

/// <summary>
/// Preprocessing as a researcher writes it: a comma list such as <c>absorbance,snv,center,scale</c>, or a JSON array of the card's steps.
/// <c>msc</c>, <c>center</c> and <c>scale</c> of a list are fitted to the training data.
/// </summary>
/// <param name="Steps">In order.</param>
public sealed record PreprocessingPlan(IReadOnlyList<PlannedStep> Steps)
{
    private const string Known = "absorbance[:floor], snv, savitzky-golay:window:order:derivative, msc[:degree], normalize:area|vector|sum|maximum, "
        + "remove-spikes[:window[:threshold]], center, scale";

    /// <summary>
    /// The plan for data of a quantity: reflectance of tissue becomes absorbance and SNV, which removes what distance and gloss do to it; where
    /// values at or below zero show that the logarithm would invent features, plain reflectance; then each band centred and scaled, so that 8 bits fit all.
    /// </summary>
    /// <param name="quantity">Quantity of the data.</param>
    /// <param name="tinyFraction">Share of reflectances below 0.001.</param>
    public static PreprocessingPlan Default(SpectralQuantity quantity, double tinyFraction) => Parse(
        quantity == SpectralQuantity.Absorbance ? "snv,center,scale"
        : tinyFraction > 1e-3 ? "center,scale"
        : "absorbance,snv,center,scale");

    /// <summary>Reads a plan.</summary>
    /// <param name="text">Comma list, JSON array, or path of a file with a JSON array.</param>
    /// <exception cref="BadInputException">A step or a parameter is not known.</exception>
    public static PreprocessingPlan Parse(string text)
    {
        var json = text.TrimStart().StartsWith('[') ? text
            : text.EndsWith(".json", StringComparison.OrdinalIgnoreCase) ? ReadFile(text)
            : null;
        if (json is null)
        {
            return new PreprocessingPlan([.. text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Select(ParseStep)]);
        }

        try
        {
            var steps = JsonSerializer.Deserialize<IReadOnlyList<PreprocessingStep>>(json, HsiEdgeJson.Strict) ?? [];
            return new PreprocessingPlan([.. steps.Select(step => new PlannedStep(step, FittedKind.None))]);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new BadInputException($"--preprocessing: not a JSON array of preprocessing steps: {error.Message}", error);
        }
    }

    private static string ReadFile(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"--preprocessing {path}: cannot be read: {error.Message}", error);
        }
    }

    private static PlannedStep ParseStep(string text)
    {
        var parts = text.Split(':');
        return parts[0] switch
        {
            "absorbance" => Fixed(parts.Length == 1 ? new AbsorbanceStep() : new AbsorbanceStep(Number(1))),
            "snv" => Fixed(new SnvStep()),
            "savitzky-golay" => Fixed(new SavitzkyGolayStep(Whole(1), Whole(2), Whole(3))),
            "normalize" => Fixed(new NormalizeStep(Norm())),
            "remove-spikes" => Fixed(new RemoveSpikesStep(parts.Length > 1 ? Whole(1) : 5, parts.Length > 2 ? Number(2) : 6)),
            "msc" => new PlannedStep(new MscStep([], parts.Length > 1 ? Whole(1) : 0), FittedKind.Msc),
            "center" => new PlannedStep(new CenterStep([]), FittedKind.Center),
            "scale" => new PlannedStep(new ScaleStep([]), FittedKind.Scale),
            _ => throw new BadInputException($"--preprocessing: \"{text}\" is no step; known are {Known}."),
        };

        static PlannedStep Fixed(PreprocessingStep step) => new(step, FittedKind.None);

        double Number(int i) =>
            i < parts.Length && double.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(i);

        int Whole(int i) =>
            i < parts.Length && int.TryParse(parts[i], NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(i);

        SpectrumNorm Norm() => parts.Length == 2 && Enum.TryParse<SpectrumNorm>(parts[1], ignoreCase: true, out var norm) && !char.IsAsciiDigit(parts[1][0])
            ? norm : throw Wrong(1);

        BadInputException Wrong(int i) =>
            new($"--preprocessing: \"{text}\": {(i < parts.Length ? $"\"{parts[i]}\" is no value for" : "missing")} parameter {i}; known steps are {Known}.");
    }
}

/// <summary>A step, and whether its values come from the training data.</summary>
/// <param name="Step">The step; without its values when they are fitted.</param>
/// <param name="Fitted">What is fitted.</param>
public sealed record PlannedStep(PreprocessingStep Step, FittedKind Fitted);

/// <summary>What a planned step takes from the training data.</summary>
public enum FittedKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The mean spectrum, as MSC's reference.</summary>
    Msc,

    /// <summary>The mean of each band.</summary>
    Center,

    /// <summary>The standard deviation of each band.</summary>
    Scale,
}
