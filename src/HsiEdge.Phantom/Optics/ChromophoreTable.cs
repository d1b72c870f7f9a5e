using System.Globalization;

namespace HsiEdge.Phantom.Optics;

/// <summary>Absorption of one substance by wavelength, linear between the table's points, in the unit the table's owner states.</summary>
public sealed class ChromophoreTable
{
    private readonly double[] _nanometres;
    private readonly double[] _values;

    private ChromophoreTable(string name, double[] nanometres, double[] values)
    {
        Name = name;
        _nanometres = nanometres;
        _values = values;
    }

    /// <summary>Name of the substance.</summary>
    public string Name { get; }

    /// <summary>Shortest wavelength of the table in nm.</summary>
    public double FirstNanometres => _nanometres[0];

    /// <summary>Longest wavelength of the table in nm.</summary>
    public double LastNanometres => _nanometres[^1];

    /// <summary>Value at a wavelength.</summary>
    /// <param name="nanometres">Wavelength in nm within the table.</param>
    /// <exception cref="ArgumentOutOfRangeException">Outside the table: nothing is extrapolated.</exception>
    public double At(double nanometres)
    {
        if (!(nanometres >= FirstNanometres && nanometres <= LastNanometres))
        {
            throw new ArgumentOutOfRangeException(
                nameof(nanometres), nanometres, $"The table of {Name} covers {FirstNanometres}–{LastNanometres} nm.");
        }

        var index = Array.BinarySearch(_nanometres, nanometres);
        if (index >= 0)
        {
            return _values[index];
        }

        var upper = ~index;
        var share = (nanometres - _nanometres[upper - 1]) / (_nanometres[upper] - _nanometres[upper - 1]);
        return _values[upper - 1] + (share * (_values[upper] - _values[upper - 1]));
    }

    /// <summary>Reads an embedded table (<c>Data/NAME.csv</c>: a header row, then wavelength in nm and value).</summary>
    /// <param name="name">File name without ending.</param>
    /// <param name="factor">Multiplies the table's values (a unit conversion).</param>
    internal static ChromophoreTable Load(string name, double factor)
    {
        using var stream = typeof(ChromophoreTable).Assembly.GetManifestResourceStream($"HsiEdge.Phantom.Data.{name}.csv")
            ?? throw new InvalidOperationException($"The table {name}.csv is not embedded.");
        using var reader = new StreamReader(stream);
        _ = reader.ReadLine();
        var nanometres = new List<double>();
        var values = new List<double>();
        while (reader.ReadLine() is { } row)
        {
            var comma = row.IndexOf(',', StringComparison.Ordinal);
            nanometres.Add(double.Parse(row.AsSpan(0, comma), NumberStyles.Float, CultureInfo.InvariantCulture));
            values.Add(factor * double.Parse(row.AsSpan(comma + 1), NumberStyles.Float, CultureInfo.InvariantCulture));
        }

        return new ChromophoreTable(name, [.. nanometres], [.. values]);
    }
}
