namespace HsiEdge.Core.Envi;

/// <summary>From the units seen in headers to nm.</summary>
internal static class EnviWavelengths
{
    private const double SpeedOfLightMetresPerSecond = 299_792_458;

    /// <summary>Reads a unit's name: <c>nm</c>, <c>Nanometers</c>, <c>µm</c>, <c>microns</c>, <c>Wavenumber (cm-1)</c>, <c>GHz</c>, …</summary>
    public static EnviWavelengthUnits ParseUnits(string? text)
    {
        var word = (text ?? "").Trim(' ', '\t', '"', '{', '}').ToLowerInvariant().Replace('μ', 'µ').Replace('\u2212', '-').Replace("⁻¹", "-1", StringComparison.Ordinal);
        return word switch
        {
            "" => EnviWavelengthUnits.Unspecified,
            "nm" or "nanometer" or "nanometers" or "nanometre" or "nanometres" or "nanos" => EnviWavelengthUnits.Nanometres,
            "um" or "µm" or "micrometer" or "micrometers" or "micrometre" or "micrometres" or "micron" or "microns" => EnviWavelengthUnits.Micrometres,
            "mm" or "millimeter" or "millimeters" or "millimetre" or "millimetres" => EnviWavelengthUnits.Millimetres,
            "cm" or "centimeter" or "centimeters" or "centimetre" or "centimetres" => EnviWavelengthUnits.Centimetres,
            "m" or "meter" or "meters" or "metre" or "metres" => EnviWavelengthUnits.Metres,
            "a" or "å" or "angstrom" or "angstroms" or "ångström" or "ångströms" => EnviWavelengthUnits.Angstroms,
            "wavenumber" or "wavenumbers" or "wavenumber (cm-1)" or "wavenumbers (cm-1)" or "cm-1" or "cm^-1" or "1/cm" or "kayser" or "kaysers" => EnviWavelengthUnits.Wavenumbers,
            "mhz" or "megahertz" => EnviWavelengthUnits.Megahertz,
            "ghz" or "gigahertz" => EnviWavelengthUnits.Gigahertz,
            "thz" or "terahertz" => EnviWavelengthUnits.Terahertz,
            "index" or "band" or "bands" or "band index" or "band number" => EnviWavelengthUnits.Index,
            "unknown" or "none" or "n/a" or "undefined" => EnviWavelengthUnits.Unknown,
            _ => EnviWavelengthUnits.Unrecognised,
        };
    }

    /// <summary>Reads the unit from an axis title such as <c>Wavenumbers (cm-1)</c> or <c>Wavelength [nm]</c>.</summary>
    public static EnviWavelengthUnits ParseAxisTitle(string title)
    {
        var whole = ParseUnits(title);
        if (IsConvertible(whole))
        {
            return whole;
        }

        var open = title.IndexOfAny(['(', '[']);
        var close = title.IndexOfAny([')', ']']);
        return open >= 0 && close > open ? ParseUnits(title[(open + 1)..close]) : EnviWavelengthUnits.Unspecified;
    }

    /// <summary>What values without a unit must be, told by their range; null where that is not certain.</summary>
    /// <remarks>200…3000 is nm and 0.2…3 is µm (with a fraction somewhere: 1, 2, 3 are band numbers); anything else could be wavenumbers or an index.</remarks>
    public static EnviWavelengthUnits? Guess(ReadOnlySpan<double> values)
    {
        double low = double.PositiveInfinity, high = double.NegativeInfinity;
        var fractions = false;
        foreach (var value in values)
        {
            low = Math.Min(low, value);
            high = Math.Max(high, value);
            fractions |= value != Math.Floor(value);
        }

        return (low, high) switch
        {
            ( >= 200, <= 3000) => EnviWavelengthUnits.Nanometres,
            ( >= 0.2, <= 3) when fractions => EnviWavelengthUnits.Micrometres,
            _ => null,
        };
    }

    /// <summary>Whether values in the unit can be told in nm.</summary>
    public static bool IsConvertible(EnviWavelengthUnits units) =>
        units is not (EnviWavelengthUnits.Unspecified or EnviWavelengthUnits.Index or EnviWavelengthUnits.Unknown or EnviWavelengthUnits.Unrecognised);

    /// <summary>One value in nm.</summary>
    public static double ToNanometres(double value, EnviWavelengthUnits units) => units switch
    {
        EnviWavelengthUnits.Nanometres => value,
        EnviWavelengthUnits.Micrometres => value * 1e3,
        EnviWavelengthUnits.Millimetres => value * 1e6,
        EnviWavelengthUnits.Centimetres => value * 1e7,
        EnviWavelengthUnits.Metres => value * 1e9,
        EnviWavelengthUnits.Angstroms => value / 10,
        EnviWavelengthUnits.Wavenumbers => 1e7 / value,
        EnviWavelengthUnits.Megahertz => SpeedOfLightMetresPerSecond * 1e3 / value,
        EnviWavelengthUnits.Gigahertz => SpeedOfLightMetresPerSecond / value,
        EnviWavelengthUnits.Terahertz => SpeedOfLightMetresPerSecond / 1e3 / value,
        _ => throw new ArgumentOutOfRangeException(nameof(units), units, "not convertible to nm"),
    };

    /// <summary>A width around a centre in nm: where the unit is reciprocal, the distance between the two edges.</summary>
    public static double WidthToNanometres(double centre, double width, EnviWavelengthUnits units) =>
        units is EnviWavelengthUnits.Wavenumbers or EnviWavelengthUnits.Megahertz or EnviWavelengthUnits.Gigahertz or EnviWavelengthUnits.Terahertz
            ? ToNanometres(centre - (width / 2), units) - ToNanometres(centre + (width / 2), units)
            : ToNanometres(width, units);
}
