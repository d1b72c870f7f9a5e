using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>The spectra of one table, on the table's own wavelengths.</summary>
/// <param name="Wavelengths">Bands of every spectrum.</param>
/// <param name="Spectra">In the table's order.</param>
/// <param name="Drawn">Whether they were drawn from means and deviations.</param>
public sealed record SpectraTable(WavelengthAxis Wavelengths, IReadOnlyList<TableSpectrum> Spectra, bool Drawn);

/// <summary>One labelled spectrum of a table.</summary>
/// <param name="Label">Class name.</param>
/// <param name="Patient">Pseudonym.</param>
/// <param name="Quantity">Reflectance or absorbance.</param>
/// <param name="Values">One a band, finite.</param>
public sealed record TableSpectrum(string Label, string Patient, SpectralQuantity Quantity, float[] Values);
