namespace HsiEdge.Core.Envi;

/// <summary>The keys <c>wavelength units</c>, <c>wavelength</c>, <c>fwhm</c> and <c>z plot titles</c> of one header, understood together.</summary>
internal sealed class EnviWavelengthSection
{
    public EnviWavelengthUnits Stated { get; private init; }

    public EnviWavelengthUnits? Effective { get; private init; }

    public double[]? Values { get; private init; }

    public double[]? Nanometres { get; private init; }

    public string? Problem { get; private init; }

    public double[]? Fwhm { get; private init; }

    public double[]? FwhmNanometres { get; private init; }

    public static EnviWavelengthSection Read(
        string? unitsText, double[]? values, double[]? fwhm, string? axisTitles, int bands, string name, List<string> warnings)
    {
        var stated = EnviWavelengths.ParseUnits(unitsText);
        values = values is { Length: > 0 } ? values : null;
        fwhm = fwhm is { Length: > 0 } ? fwhm : null;
        var effective = values is null ? null : Effect(stated, values, axisTitles, name, warnings);
        var problem = ProblemOf(values, bands, unitsText, effective);
        var nanometres = problem is null ? Array.ConvertAll(values!, value => EnviWavelengths.ToNanometres(value, effective!.Value)) : null;
        if (nanometres is not null && Array.FindIndex(nanometres, value => !double.IsFinite(value) || value <= 0) is >= 0 and var beyond)
        {
            // Finite in its own unit, not in nm: 1e308 µm, or 1e-320 GHz.
            problem = $"its wavelength of band {beyond + 1} is {values![beyond]} in {effective}, which is no number of nm; expected a wavelength of light";
            nanometres = null;
        }

        if (nanometres is not null && (nanometres.Min() < 100 || nanometres.Max() > 1e6))
        {
            warnings.Add($"{name}: wavelengths in {effective} come to {nanometres.Min():0.###}…{nanometres.Max():0.###} nm; check \"wavelength units\".");
        }

        return new EnviWavelengthSection
        {
            Stated = stated,
            Effective = effective,
            Values = values,
            Nanometres = nanometres,
            Problem = problem,
            Fwhm = fwhm,
            FwhmNanometres = nanometres is null || fwhm is null ? null : Widths(values!, fwhm, effective!.Value, name, warnings),
        };
    }

    private static EnviWavelengthUnits? Effect(EnviWavelengthUnits stated, double[] values, string? axisTitles, string name, List<string> warnings)
    {
        if (stated is not (EnviWavelengthUnits.Unspecified or EnviWavelengthUnits.Unknown))
        {
            return EnviWavelengths.IsConvertible(stated) ? stated : null;
        }

        var title = axisTitles is null ? null : EnviHeaderText.SplitList(axisTitles).FirstOrDefault();
        if (title is not null && EnviWavelengths.ParseAxisTitle(title) is var titled && EnviWavelengths.IsConvertible(titled))
        {
            warnings.Add($"{name}: no \"wavelength units\"; {titled} by the axis title \"{title}\".");
            return titled;
        }

        var guess = EnviWavelengths.Guess(values);
        if (guess is not null)
        {
            warnings.Add($"{name}: no \"wavelength units\"; {guess} by the values {values.Min():0.####}…{values.Max():0.####}.");
        }

        return guess;
    }

    private static string? ProblemOf(double[]? values, int bands, string? unitsText, EnviWavelengthUnits? effective)
    {
        if (values is null)
        {
            return "it has no usable key \"wavelength\"; add one centre a band and \"wavelength units = Nanometers\"";
        }

        if (values.Length != bands)
        {
            return $"its key \"wavelength\" has {values.Length} values for {bands} bands; expected one a band";
        }

        if (effective is null)
        {
            return unitsText is null
                ? $"its wavelengths {values.Min():0.####}…{values.Max():0.####} have no unit and could be nm, cm-1 or band numbers; add \"wavelength units = Nanometers\" (or what they are)"
                : $"its \"wavelength units = {unitsText}\" cannot be told in nm; expected Nanometers, Micrometers, Wavenumber, GHz or the like";
        }

        var bad = Array.FindIndex(values, value => !double.IsFinite(value) || value <= 0);
        return bad < 0 ? null : $"its wavelength of band {bad + 1} is {values[bad]}; expected a positive number";
    }

    private static double[]? Widths(double[] centres, double[] fwhm, EnviWavelengthUnits units, string name, List<string> warnings)
    {
        if (fwhm.Length != centres.Length)
        {
            warnings.Add($"{name}: \"fwhm\" has {fwhm.Length} values for {centres.Length} bands and was passed over.");
            return null;
        }

        var widths = new double[fwhm.Length];
        for (var i = 0; i < fwhm.Length; i++)
        {
            widths[i] = EnviWavelengths.WidthToNanometres(centres[i], fwhm[i], units);
            if (!double.IsFinite(widths[i]) || widths[i] <= 0)
            {
                warnings.Add($"{name}: \"fwhm\" of band {i + 1} is {fwhm[i]}, no positive width; the whole list was passed over.");
                return null;
            }
        }

        return widths;
    }
}
