namespace HsiEdge.Core.Envi;

/// <summary>Unit of <c>wavelength</c> and <c>fwhm</c>, as the key <c>wavelength units</c> (or the axis title) names it.</summary>
public enum EnviWavelengthUnits
{
    /// <summary>The header names none.</summary>
    Unspecified,

    /// <summary>nm.</summary>
    Nanometres,

    /// <summary>µm.</summary>
    Micrometres,

    /// <summary>mm.</summary>
    Millimetres,

    /// <summary>cm.</summary>
    Centimetres,

    /// <summary>m.</summary>
    Metres,

    /// <summary>Å = 0.1 nm.</summary>
    Angstroms,

    /// <summary>cm⁻¹: λ = 10⁷/ν nm.</summary>
    Wavenumbers,

    /// <summary>MHz: λ = c/f.</summary>
    Megahertz,

    /// <summary>GHz: λ = c/f.</summary>
    Gigahertz,

    /// <summary>THz: λ = c/f.</summary>
    Terahertz,

    /// <summary>Band numbers: no wavelengths at all.</summary>
    Index,

    /// <summary>The header says "Unknown".</summary>
    Unknown,

    /// <summary>A word that is no unit of wavelength (kept in <see cref="EnviHeader.WavelengthUnitsText"/>).</summary>
    Unrecognised,
}
