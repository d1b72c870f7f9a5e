using System.Text.RegularExpressions;
using HsiEdge.Core;
using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>Tables with one spectrum a column and the wavelengths in nm down the first column.</summary>
internal static class SpectraColumnsReader
{
    public static SpectraTable Read(CsvTable table, string patient, SpectralQuantity quantity, TableLayout layout)
    {
        var pattern = Pattern(table.File, layout);
        var labelled = pattern?.GetGroupNames().Contains("label") == true;
        if (layout.Label is null && !labelled)
        {
            throw new BadInputException($"{table.File}: nothing says which class its columns are; give the table a label, or a namePattern with a group named label.");
        }

        var nanometres = table.Rows.Select(row => SpectraTableReader.Number(table, row, 0)).ToList();
        var axis = SpectraTableReader.Axis(table.File, nanometres, [.. table.Rows.Select(row => row.Fields[0])]);
        var spectra = new List<TableSpectrum>();
        for (var column = 1; column < table.Header.Count; column++)
        {
            var match = pattern?.Match(table.Header[column]);
            if (match is { Success: false })
            {
                continue;
            }

            var label = layout.Label ?? match!.Groups["label"].Value;
            var who = match is not null && match.Groups["patient"].Success ? match.Groups["patient"].Value : patient;
            spectra.Add(new TableSpectrum(label, who, quantity, [.. table.Rows.Select(row => (float)SpectraTableReader.Number(table, row, column))]));
        }

        return spectra.Count > 0
            ? new SpectraTable(axis, spectra, Drawn: false)
            : throw new BadInputException($"{table.File}: no column's name fits namePattern {layout.NamePattern}; the header begins {string.Join(", ", table.Header.Take(5))}.");
    }

    private static Regex? Pattern(string file, TableLayout layout)
    {
        try
        {
            return layout.NamePattern is null
                ? null
                : new Regex(layout.NamePattern, RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, TimeSpan.FromSeconds(1));
        }
        catch (ArgumentException error)
        {
            throw new BadInputException($"{file}: namePattern is not a regular expression: {error.Message}", error);
        }
    }
}
