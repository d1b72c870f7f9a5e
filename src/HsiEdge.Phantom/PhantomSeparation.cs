using HsiEdge.Core;

namespace HsiEdge.Phantom;

/// <summary>
/// How a hidden lesion's composition departs from the wall it lies in. These figures are <b>assumptions</b>: no published numbers say how gastric wall
/// and GIST differ optically from 1000 to 1600 nm. A result on the phantom therefore says something about the software, nothing about tissue.
/// </summary>
/// <param name="Name">Name of the set: <c>subtle</c>, <c>moderate</c> or <c>strong</c>.</param>
/// <param name="WaterDifference">Lesion's water volume fraction minus the wall's.</param>
/// <param name="FatRatio">Lesion's fat volume fraction over the wall's.</param>
/// <param name="HaemoglobinRatio">Lesion's haemoglobin over the wall's.</param>
/// <param name="ScatterRatio">Lesion's scatter amplitude over the wall's.</param>
/// <param name="ScatterExponentDifference">Lesion's scatter exponent minus the wall's.</param>
/// <param name="PatientSpread">Standard deviation of the factor, mean 1, by which the whole contrast varies from patient to patient.</param>
public sealed record PhantomSeparation(
    string Name,
    double WaterDifference,
    double FatRatio,
    double HaemoglobinRatio,
    double ScatterRatio,
    double ScatterExponentDifference,
    double PatientSpread)
{
    /// <summary>Barely there: a per-pixel classifier finds little more than half of it.</summary>
    public static PhantomSeparation Subtle { get; } = new("subtle", 0.025, 0.70, 1.2, 0.88, 0.08, 0.2);

    /// <summary>The default: neither trivial nor impossible.</summary>
    public static PhantomSeparation Moderate { get; } = new("moderate", 0.07, 0.27, 1.55, 0.68, 0.21, 0.2);

    /// <summary>Plain to see.</summary>
    public static PhantomSeparation Strong { get; } = new("strong", 0.11, 0.08, 2.0, 0.50, 0.32, 0.1);

    /// <summary>All named sets.</summary>
    public static IReadOnlyList<PhantomSeparation> All { get; } = [Subtle, Moderate, Strong];

    /// <summary>The set of a name.</summary>
    /// <param name="name">Name, exactly.</param>
    /// <exception cref="BadInputException">No set has it.</exception>
    public static PhantomSeparation Named(string name) =>
        All.FirstOrDefault(s => string.Equals(s.Name, name, StringComparison.Ordinal))
        ?? throw new BadInputException($"There is no phantom separation '{name}'; use {string.Join(", ", All.Select(s => $"'{s.Name}'"))}.");
}
