namespace HsiEdge.Core.Cubes;

/// <summary>
/// Band centres in nm: finite, positive and strictly increasing by construction; optionally the full width at
/// half maximum (FWHM) of each band in nm (finite, positive).
/// </summary>
public sealed class WavelengthAxis : IEquatable<WavelengthAxis>
{
    private readonly double[] _nanometres;
    private readonly double[]? _fwhm;

    /// <summary>Makes an axis; the values are copied.</summary>
    /// <param name="nanometres">Band centres in nm, one a band, strictly increasing.</param>
    /// <param name="fwhmNanometres">FWHM in nm, one a band; empty where unknown.</param>
    /// <exception cref="ArgumentException">Empty, not finite, not positive, not increasing, or FWHM of another length.</exception>
    public WavelengthAxis(ReadOnlySpan<double> nanometres, ReadOnlySpan<double> fwhmNanometres = default)
    {
        if (nanometres.IsEmpty)
        {
            throw new ArgumentException("A wavelength axis needs at least one band.", nameof(nanometres));
        }

        for (var i = 0; i < nanometres.Length; i++)
        {
            if (!double.IsFinite(nanometres[i]) || nanometres[i] <= 0)
            {
                throw new ArgumentException($"Wavelength of band {i} is {nanometres[i]}; expected a positive number of nm.", nameof(nanometres));
            }

            if (i > 0 && nanometres[i] <= nanometres[i - 1])
            {
                throw new ArgumentException(
                    $"Wavelengths must increase: band {i} is {nanometres[i]} nm after {nanometres[i - 1]} nm.", nameof(nanometres));
            }
        }

        if (!fwhmNanometres.IsEmpty)
        {
            if (fwhmNanometres.Length != nanometres.Length)
            {
                throw new ArgumentException($"FWHM has {fwhmNanometres.Length} values for {nanometres.Length} bands.", nameof(fwhmNanometres));
            }

            foreach (var width in fwhmNanometres)
            {
                if (!double.IsFinite(width) || width <= 0)
                {
                    throw new ArgumentException($"FWHM {width} nm is not a positive number.", nameof(fwhmNanometres));
                }
            }

            _fwhm = fwhmNanometres.ToArray();
        }

        _nanometres = nanometres.ToArray();
    }

    /// <summary>Number of bands.</summary>
    public int Count => _nanometres.Length;

    /// <summary>Band centres in nm, increasing.</summary>
    public ReadOnlySpan<double> Nanometres => _nanometres;

    /// <summary>FWHM of each band in nm; empty where unknown.</summary>
    public ReadOnlySpan<double> FwhmNanometres => _fwhm;

    /// <summary>Centre of the first (shortest) band in nm.</summary>
    public double First => _nanometres[0];

    /// <summary>Centre of the last (longest) band in nm.</summary>
    public double Last => _nanometres[^1];

    /// <summary>Centre of a band in nm.</summary>
    /// <param name="band">Band index, 0-based.</param>
    public double this[int band] => _nanometres[band];

    /// <summary>Whether two axes have the same number of bands with centres no further apart than a tolerance; FWHM is not compared.</summary>
    /// <param name="other">The other axis.</param>
    /// <param name="toleranceNanometres">Largest accepted difference in nm.</param>
    public bool Matches(WavelengthAxis other, double toleranceNanometres)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Count != Count)
        {
            return false;
        }

        for (var i = 0; i < Count; i++)
        {
            if (Math.Abs(_nanometres[i] - other._nanometres[i]) > toleranceNanometres)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Evenly spaced axis.</summary>
    /// <param name="first">First centre in nm.</param>
    /// <param name="last">Last centre in nm, above <paramref name="first"/> when there is more than one band.</param>
    /// <param name="count">Number of bands, ≥ 1.</param>
    public static WavelengthAxis Linear(double first, double last, int count)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        var values = new double[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = count == 1 ? first : first + ((last - first) * i / (count - 1));
        }

        return new WavelengthAxis(values);
    }

    /// <inheritdoc/>
    public bool Equals(WavelengthAxis? other) =>
        other is not null && _nanometres.AsSpan().SequenceEqual(other._nanometres) && FwhmNanometres.SequenceEqual(other.FwhmNanometres);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as WavelengthAxis);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Count, First, Last);

    /// <inheritdoc/>
    public override string ToString() => $"{Count} bands, {First:0.##}–{Last:0.##} nm";
}
