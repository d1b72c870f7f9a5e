using System.Text.Json.Serialization;
using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>The file <c>dataset.json</c> of a folder of labelled data. Paths are relative to that file. Unknown keys are errors.</summary>
public sealed record DatasetDocument
{
    /// <summary>Name of the file within a data folder.</summary>
    public const string FileName = "dataset.json";

    /// <summary>Where the file's JSON Schema lies, for editors; not read.</summary>
    [JsonPropertyName("$schema")]
    public string? Schema { get; init; }

    /// <summary>Name of the data, for the model's provenance; absent: the folder's name.</summary>
    public string? Name { get; init; }

    /// <summary>What the data is, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Whether any of it was computed, not measured; the model then says so wherever its results are printed.</summary>
    public bool Synthetic { get; init; }

    /// <summary>Classes in output order; absent: those found, in the order in which they appear. A label outside the list is an error.</summary>
    public IReadOnlyList<DatasetClass>? Classes { get; init; }

    /// <summary>Band centres in nm to which all items are resampled; absent: those of the first item.</summary>
    public IReadOnlyList<double>? WavelengthsNanometres { get; init; }

    /// <summary>The labelled cubes and tables, at least one.</summary>
    public required IReadOnlyList<DatasetItem> Items { get; init; }
}

/// <summary>A class as the data declares it.</summary>
public sealed record DatasetClass
{
    /// <summary>Name, as in the labels.</summary>
    public required string Name { get; init; }

    /// <summary>Overlay colour as <c>#RRGGBB</c>; absent: one of the palette.</summary>
    public string? Color { get; init; }

    /// <summary>Whether its regions are findings; absent: decided by the name.</summary>
    public bool? Target { get; init; }
}

/// <summary>One labelled cube (<c>cube</c> and <c>labels</c>) or one table of spectra (<c>spectra</c>).</summary>
public sealed record DatasetItem
{
    /// <summary>Pseudonym of the patient (animal, subject, specimen): what held-out means.</summary>
    public required string Patient { get; init; }

    /// <summary>ENVI header of the cube.</summary>
    public string? Cube { get; init; }

    /// <summary>ENVI Classification header, same lines × samples as the cube; class 0 is unlabelled.</summary>
    public string? Labels { get; init; }

    /// <summary>ENVI header of the white reference, for a cube of counts.</summary>
    public string? White { get; init; }

    /// <summary>ENVI header of the dark reference, for a cube of counts.</summary>
    public string? Dark { get; init; }

    /// <summary>CSV file of spectra.</summary>
    public string? Spectra { get; init; }

    /// <summary>What the table's values mean: reflectance (the default) or absorbance.</summary>
    public SpectralQuantity? Quantity { get; init; }

    /// <summary>How the table is laid out, where it is not <c>label,&lt;nm&gt;,&lt;nm&gt;,…</c>.</summary>
    public TableLayout? Table { get; init; }
}
