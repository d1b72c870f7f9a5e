namespace HsiEdge.Fhir;

/// <summary>What a site adds to the mapping.</summary>
/// <param name="CaseSystem">URI of the system that case ids belong to.</param>
/// <param name="Cart">Identifier of the cart, <c>site/cart</c>; null when unknown.</param>
public sealed record FhirOptions(string CaseSystem = FhirNames.Cases, string? Cart = null);
