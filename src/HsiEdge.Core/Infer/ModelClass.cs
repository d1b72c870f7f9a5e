namespace HsiEdge.Core.Infer;

/// <summary>One class of a model. Class map value = position in the card + 1; 0 is "no data".</summary>
/// <param name="Name">Name, unique within the card.</param>
/// <param name="Color">Overlay colour as <c>#RRGGBB</c>.</param>
/// <param name="Target">Whether regions of this class are findings.</param>
public sealed record ModelClass(string Name, string Color, bool Target);
