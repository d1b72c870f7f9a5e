namespace HsiEdge.Core.Calibrate;

/// <summary>One judgement of a reference, with its figure and its limit.</summary>
/// <param name="Name">What was judged, such as "white level".</param>
/// <param name="Value">The figure, in the unit that <paramref name="Name"/>'s rule says: a share of full scale, of pixels or of the centre, or °C.</param>
/// <param name="Lowest">Lowest accepted figure; null for none.</param>
/// <param name="Highest">Highest accepted figure; null for none.</param>
/// <param name="Advice">What to do when it is not kept.</param>
public sealed record ReferenceCheck(string Name, double Value, double? Lowest, double? Highest, string Advice)
{
    /// <summary>Whether the figure lies within its limits; NaN does not.</summary>
    public bool Ok => Value >= (Lowest ?? double.NegativeInfinity) && Value <= (Highest ?? double.PositiveInfinity);
}
