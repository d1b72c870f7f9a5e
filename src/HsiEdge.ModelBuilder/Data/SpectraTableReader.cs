using System.Globalization;
using HsiEdge.Core;
using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>Reads tables of labelled spectra; every complaint names the file, the line and the column.</summary>
public static class SpectraTableReader
{
    private const string DefaultLabelColumn = "label";
    private const string DefaultPatientColumn = "patient";
    private const string QuantityColumn = "quantity";

    /// <summary>Reads a table.</summary>
    /// <param name="file">CSV file.</param>
    /// <param name="patient">Patient of spectra whose table names none.</param>
    /// <param name="quantity">Quantity of spectra whose table names none; null means reflectance.</param>
    /// <param name="layout">How the table is laid out; null for the plain form.</param>
    /// <exception cref="BadInputException">The table does not hold what its layout says.</exception>
    public static SpectraTable Read(string file, string patient, SpectralQuantity? quantity, TableLayout? layout)
    {
        layout ??= new TableLayout();
        if (quantity == SpectralQuantity.RawCounts)
        {
            throw new BadInputException($"{file}: the quantity is rawCounts; a table of spectra holds reflectance or absorbance.");
        }

        CheckLayout(file, layout);
        var table = CsvTable.Read(file);
        return layout.Orientation == TableOrientation.Columns
            ? SpectraColumnsReader.Read(table, patient, quantity ?? SpectralQuantity.Reflectance, layout)
            : ReadRows(table, patient, quantity ?? SpectralQuantity.Reflectance, layout);
    }

    /// <summary>The axis of a table's wavelengths.</summary>
    /// <param name="file">File, for messages.</param>
    /// <param name="nanometres">Band centres in the table's order.</param>
    /// <param name="names">What the table calls them.</param>
    internal static WavelengthAxis Axis(string file, IReadOnlyList<double> nanometres, IReadOnlyList<string> names)
    {
        for (var i = 0; i < nanometres.Count; i++)
        {
            if (!double.IsFinite(nanometres[i]) || nanometres[i] <= 0)
            {
                throw new BadInputException($"{file}: the wavelength \"{names[i]}\" is not a positive number of nm.");
            }

            if (i > 0 && nanometres[i] <= nanometres[i - 1])
            {
                throw new BadInputException(
                    $"{file}: wavelengths must increase, but {names[i]} follows {names[i - 1]}. Sort the bands by wavelength, shortest first.");
            }
        }

        return new WavelengthAxis([.. nanometres]);
    }

    /// <summary>A finite number of a field.</summary>
    /// <param name="table">Table, for messages.</param>
    /// <param name="row">Row.</param>
    /// <param name="column">Position of the column.</param>
    internal static double Number(CsvTable table, CsvRow row, int column)
    {
        var text = row.Fields[column];
        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) || !double.IsFinite((float)value))
        {
            throw new BadInputException(
                $"{table.File}: line {row.Line}, column \"{table.Header[column]}\": found \"{text}\", expected a finite number. Remove the row or mend the value.");
        }

        return value;
    }

    private static void CheckLayout(string file, TableLayout layout)
    {
        var labels = (layout.LabelColumn is null ? 0 : 1) + (layout.Label is null ? 0 : 1) + (layout.LabelRules is null ? 0 : 1);
        if (labels > 1)
        {
            throw new BadInputException($"{file}: the table's layout names more than one of labelColumn, label and labelRules; keep one.");
        }

        if (layout.LabelRules?.Any(rule => rule is null) == true)
        {
            throw new BadInputException($"{file}: labelRules holds null; expected objects with \"column\".");
        }

        if (layout.Orientation == TableOrientation.Columns)
        {
            var wrong = layout.LabelColumn is not null ? "labelColumn"
                : layout.PatientColumn is not null ? "patientColumn"
                : layout.LabelRules is not null ? "labelRules"
                : layout.WavelengthColumns is not null ? "wavelengthColumns"
                : layout.IgnoreColumns is not null ? "ignoreColumns"
                : layout.OnlyWhere is not null ? "onlyWhere"
                : layout.Draws is not null ? "draws" : null;
            if (wrong is not null)
            {
                throw new BadInputException($"{file}: {wrong} belongs to tables with one spectrum a row; this one's orientation is \"columns\" (use label and namePattern).");
            }
        }
        else if (layout.NamePattern is not null)
        {
            throw new BadInputException($"{file}: namePattern belongs to tables with one spectrum a column; set orientation to \"columns\".");
        }

        if (layout.WavelengthColumns is { } numbered && (numbered.Prefix.Length == 0 || !(numbered.StepNanometres > 0) || !(numbered.FirstNanometres > 0)))
        {
            throw new BadInputException($"{file}: wavelengthColumns needs a prefix, firstNanometres > 0 and stepNanometres > 0.");
        }

        if (layout.Draws is { SpectraPerMean: < 2 or > 100_000 } draws)
        {
            throw new BadInputException($"{file}: draws.spectraPerMean is {draws.SpectraPerMean}; expected 2…100000.");
        }
    }

    private static SpectraTable ReadRows(CsvTable table, string patient, SpectralQuantity quantity, TableLayout layout)
    {
        var columns = TableColumns.Find(table, layout);
        var rows = TableColumns.Select(table, layout.OnlyWhere);
        if (rows.Count == 0)
        {
            throw new BadInputException($"{table.File}: no row fits onlyWhere ({string.Join(", ", layout.OnlyWhere!.Select(pair => $"{pair.Key} = {pair.Value}"))}).");
        }

        if (layout.Draws is not null)
        {
            return new SpectraTable(columns.Wavelengths, SpreadDrawer.Draw(table, columns, rows, layout, patient, quantity), Drawn: true);
        }

        var spectra = rows
            .Select(row => new TableSpectrum(
                Label(table, row, columns, layout), Patient(row, columns, patient), Quantity(table, row, columns, quantity), columns.Values(table, row)))
            .ToList();
        return new SpectraTable(columns.Wavelengths, spectra, Drawn: false);
    }

    /// <summary>Class name of a row.</summary>
    internal static string Label(CsvTable table, CsvRow row, TableColumns columns, TableLayout layout)
    {
        if (layout.Label is not null)
        {
            return layout.Label;
        }

        if (layout.LabelRules is null)
        {
            var name = row.Fields[columns.Label];
            return name.Length > 0
                ? name
                : throw new BadInputException($"{table.File}: line {row.Line}, column \"{table.Header[columns.Label]}\": the label is empty; expected a class name.");
        }

        foreach (var rule in layout.LabelRules)
        {
            var value = Number(table, row, table.IndexOf(rule.Column));
            if (value >= (rule.From ?? double.NegativeInfinity) && value < (rule.Below ?? double.PositiveInfinity))
            {
                return rule.Name;
            }
        }

        throw new BadInputException($"{table.File}: line {row.Line}: none of the labelRules fits this row; widen the rules so that every row has a class.");
    }

    /// <summary>Patient of a row.</summary>
    internal static string Patient(CsvRow row, TableColumns columns, string fallback) =>
        columns.Patient >= 0 && row.Fields[columns.Patient].Length > 0 ? row.Fields[columns.Patient] : fallback;

    /// <summary>Quantity of a row.</summary>
    internal static SpectralQuantity Quantity(CsvTable table, CsvRow row, TableColumns columns, SpectralQuantity fallback)
    {
        if (columns.Quantity < 0 || row.Fields[columns.Quantity].Length == 0)
        {
            return fallback;
        }

        return row.Fields[columns.Quantity] switch
        {
            "reflectance" => SpectralQuantity.Reflectance,
            "absorbance" => SpectralQuantity.Absorbance,
            var other => throw new BadInputException(
                $"{table.File}: line {row.Line}, column \"{QuantityColumn}\": found \"{other}\", expected reflectance or absorbance."),
        };
    }

    /// <summary>Which columns of a table with one spectrum a row hold what.</summary>
    internal sealed class TableColumns
    {
        private readonly int[] _spectral;

        private TableColumns(int[] spectral, WavelengthAxis wavelengths, int label, int patient, int quantity)
        {
            _spectral = spectral;
            Wavelengths = wavelengths;
            Label = label;
            Patient = patient;
            Quantity = quantity;
        }

        public WavelengthAxis Wavelengths { get; }

        public int Label { get; }

        public int Patient { get; }

        public int Quantity { get; }

        public static TableColumns Find(CsvTable table, TableLayout layout)
        {
            var needsLabel = layout.Label is null && layout.LabelRules is null;
            var label = Required(table, layout.LabelColumn ?? (needsLabel ? DefaultLabelColumn : null), "class names");
            var patient = Required(table, layout.PatientColumn, "patients");
            patient = patient < 0 ? table.IndexOf(DefaultPatientColumn) : patient;
            var quantity = table.IndexOf(QuantityColumn);
            var known = new HashSet<int> { label, patient, quantity, Required(table, layout.Draws?.Column, "means and deviations") };
            known.UnionWith((layout.IgnoreColumns ?? []).Select(name => Required(table, name, "nothing of use (ignoreColumns)")));
            known.UnionWith((layout.OnlyWhere?.Keys ?? []).Select(name => Required(table, name, "the words of onlyWhere")));
            known.UnionWith((layout.LabelRules ?? []).Select(rule => Required(table, rule.Column, "the numbers of labelRules")));

            var spectral = new List<int>();
            var nanometres = new List<double>();
            for (var i = 0; i < table.Header.Count; i++)
            {
                if (!known.Contains(i))
                {
                    nanometres.Add(Wavelength(table, i, spectral.Count, layout));
                    spectral.Add(i);
                }
            }

            if (spectral.Count == 0)
            {
                throw new BadInputException($"{table.File}: the header names no wavelengths; expected label,<nm>,<nm>,….");
            }

            var axis = Axis(table.File, nanometres, [.. spectral.Select(i => table.Header[i])]);
            return new TableColumns([.. spectral], axis, label, patient, quantity);
        }

        public static List<CsvRow> Select(CsvTable table, IReadOnlyDictionary<string, string>? onlyWhere) =>
            [.. table.Rows.Where(row => onlyWhere is null || onlyWhere.All(pair => row.Fields[table.IndexOf(pair.Key)] == pair.Value))];

        public float[] Values(CsvTable table, CsvRow row)
        {
            var values = new float[_spectral.Length];
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)Number(table, row, _spectral[i]);
            }

            return values;
        }

        private static int Required(CsvTable table, string? name, string holds)
        {
            if (name is null)
            {
                return -1;
            }

            var index = table.IndexOf(name);
            return index >= 0 ? index : throw new BadInputException(
                $"{table.File}: no column \"{name}\" with {holds}; the header begins {string.Join(", ", table.Header.Take(5))}. Mend the header or describe it in the item's \"table\".");
        }

        private static double Wavelength(CsvTable table, int column, int band, TableLayout layout)
        {
            var name = table.Header[column];
            if (layout.WavelengthColumns is { } numbered && name.StartsWith(numbered.Prefix, StringComparison.Ordinal))
            {
                return numbered.FirstNanometres + (band * numbered.StepNanometres);
            }

            if (layout.WavelengthColumns is null && double.TryParse(name, NumberStyles.Float, CultureInfo.InvariantCulture, out var nanometres))
            {
                return nanometres;
            }

            throw new BadInputException(
                $"{table.File}: the column \"{name}\" is no wavelength in nm. List it under table.ignoreColumns of a {DatasetDocument.FileName}, or say under table.wavelengthColumns where it lies.");
        }
    }
}
