using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>Labelled spectra in memory, all on one wavelength axis and in one quantity: what Train takes.</summary>
public sealed class LabelledSpectra
{
    /// <summary>Name of the data, for provenance.</summary>
    public required string Name { get; init; }

    /// <summary>Whether any of it was computed, not measured.</summary>
    public required bool Synthetic { get; init; }

    /// <summary>Classes in output order, at least two, each with at least two spectra.</summary>
    public required IReadOnlyList<DatasetClass> Classes { get; init; }

    /// <summary>Pseudonyms; <see cref="PatientIndices"/> points here.</summary>
    public required IReadOnlyList<string> Patients { get; init; }

    /// <summary>Bands of every spectrum.</summary>
    public required WavelengthAxis Wavelengths { get; init; }

    /// <summary>Reflectance or absorbance.</summary>
    public required SpectralQuantity Quantity { get; init; }

    /// <summary>spectra × bands, band fastest; finite.</summary>
    public required float[] Values { get; init; }

    /// <summary>Class of each spectrum, 0-based position in <see cref="Classes"/>.</summary>
    public required int[] Labels { get; init; }

    /// <summary>Patient of each spectrum, 0-based position in <see cref="Patients"/>.</summary>
    public required int[] PatientIndices { get; init; }

    /// <summary>Labelled spectra that the data holds; more than <see cref="Count"/> when they were sampled.</summary>
    public required long Available { get; init; }

    /// <summary>Labelled pixels left out because they hold no usable value (saturated, under-exposed, dead, missing).</summary>
    public required long Unusable { get; init; }

    /// <summary>Number of spectra.</summary>
    public int Count => Labels.Length;

    /// <summary>Number of bands.</summary>
    public int Bands => Wavelengths.Count;

    /// <summary>One spectrum, one value a band.</summary>
    /// <param name="index">0…Count−1.</param>
    public ReadOnlySpan<float> Spectrum(int index) => Values.AsSpan(index * Bands, Bands);

    /// <summary>Number of spectra of each class.</summary>
    public int[] ClassCounts()
    {
        var counts = new int[Classes.Count];
        foreach (var label in Labels)
        {
            counts[label]++;
        }

        return counts;
    }
}
