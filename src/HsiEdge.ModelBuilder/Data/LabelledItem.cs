using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>One item of labelled data, opened: what it holds is known, its spectra are read when it is known which are wanted.</summary>
internal abstract class LabelledItem : IDisposable
{
    /// <summary>Bands of its spectra.</summary>
    public abstract WavelengthAxis Wavelengths { get; }

    /// <summary>Spectra of one class and patient.</summary>
    public abstract IReadOnlyList<LabelledGroup> Groups { get; }

    /// <summary>Whether any of its spectra is reflectance (counts become reflectance).</summary>
    public abstract bool HasReflectance { get; }

    /// <summary>Reads wanted spectra in the item's own order.</summary>
    /// <param name="wanted">For each group the wanted ranks within it, increasing.</param>
    /// <param name="take">Receives group, quantity and spectrum; the spectrum may be changed.</param>
    /// <param name="cancellationToken">Stops between runs.</param>
    /// <returns>Wanted spectra that could not be used.</returns>
    public abstract long Read(IReadOnlyList<int[]> wanted, TakeSpectrum take, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>Spectra of one class and patient within an item.</summary>
/// <param name="Class">Class name.</param>
/// <param name="Color">Colour that the item gives the class, or null.</param>
/// <param name="Patient">Pseudonym.</param>
/// <param name="Count">Number of spectra; 0 for a class that the item names but does not show.</param>
internal sealed record LabelledGroup(string Class, string? Color, string Patient, int Count);

/// <summary>Receives one spectrum.</summary>
/// <param name="group">Its group.</param>
/// <param name="quantity">Reflectance or absorbance.</param>
/// <param name="spectrum">One value a band of the item.</param>
internal delegate void TakeSpectrum(int group, SpectralQuantity quantity, Span<float> spectrum);
