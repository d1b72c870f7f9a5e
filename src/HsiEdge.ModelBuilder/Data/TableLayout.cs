namespace HsiEdge.ModelBuilder.Data;

/// <summary>
/// How a table of spectra from elsewhere is laid out (<c>table</c> of an item), so that it can be read as it is.
/// Without one, a table has a header row <c>label,&lt;nm&gt;,&lt;nm&gt;,…</c>, optional columns <c>patient</c> and <c>quantity</c>, and one spectrum a row.
/// </summary>
public sealed record TableLayout
{
    /// <summary>Whether a spectrum is a row (wavelengths in the header) or a column (wavelengths down the first column).</summary>
    public TableOrientation Orientation { get; init; } = TableOrientation.Rows;

    /// <summary>Column that holds the class name; absent: <c>label</c>. Rows only.</summary>
    public string? LabelColumn { get; init; }

    /// <summary>Column that holds the patient; absent: <c>patient</c> where there is one. Rows only.</summary>
    public string? PatientColumn { get; init; }

    /// <summary>Class of every spectrum of this table, instead of a label column.</summary>
    public string? Label { get; init; }

    /// <summary>Classes made from a number in a column, instead of a label column; the first rule that fits decides. Rows only.</summary>
    public IReadOnlyList<ClassRule>? LabelRules { get; init; }

    /// <summary>Spectral columns whose names are not wavelengths. Rows only.</summary>
    public NumberedColumns? WavelengthColumns { get; init; }

    /// <summary>Columns that are neither spectrum nor label. Rows only.</summary>
    public IReadOnlyList<string>? IgnoreColumns { get; init; }

    /// <summary>Only rows whose columns hold these words are read. Rows only.</summary>
    public IReadOnlyDictionary<string, string>? OnlyWhere { get; init; }

    /// <summary>
    /// Regular expression over the columns' names; columns that do not match are ignored. Groups named <c>label</c> and <c>patient</c>
    /// give the spectrum's class and patient. Columns only.
    /// </summary>
    public string? NamePattern { get; init; }

    /// <summary>Draws spectra where the table holds only the mean and the standard deviation of each class. Rows only.</summary>
    public SpreadDraws? Draws { get; init; }
}

/// <summary>Where a table's spectra run.</summary>
public enum TableOrientation
{
    /// <summary>One spectrum a row.</summary>
    Rows,

    /// <summary>One spectrum a column.</summary>
    Columns,
}

/// <summary>A class made from a number: name where from ≤ value &lt; below.</summary>
public sealed record ClassRule
{
    /// <summary>Name of the class.</summary>
    public required string Name { get; init; }

    /// <summary>Column that holds the number.</summary>
    public required string Column { get; init; }

    /// <summary>Smallest value; absent: no limit.</summary>
    public double? From { get; init; }

    /// <summary>Values are below this; absent: no limit.</summary>
    public double? Below { get; init; }
}

/// <summary>Columns such as <c>x_001 … x_100</c>, in the table's order: band i lies at first + i·step.</summary>
public sealed record NumberedColumns
{
    /// <summary>What the columns' names begin with.</summary>
    public required string Prefix { get; init; }

    /// <summary>Wavelength of the first such column in nm.</summary>
    public required double FirstNanometres { get; init; }

    /// <summary>Distance between neighbours in nm, &gt; 0.</summary>
    public required double StepNanometres { get; init; }
}

/// <summary>
/// Spectra drawn from a mean row and a standard-deviation row of each class: mean + deviation · z with z smooth over the bands and of unit
/// variance at each. Drawn spectra are synthetic, and the model says so.
/// </summary>
public sealed record SpreadDraws
{
    /// <summary>Column that tells means from deviations.</summary>
    public required string Column { get; init; }

    /// <summary>Word in that column for a mean row.</summary>
    public string Mean { get; init; } = "mean";

    /// <summary>Word in that column for a standard-deviation row.</summary>
    public string Deviation { get; init; } = "sd";

    /// <summary>Spectra drawn for each mean row, 2…100000.</summary>
    public required int SpectraPerMean { get; init; }

    /// <summary>Seed of the draws.</summary>
    public int Seed { get; init; } = 1;
}
