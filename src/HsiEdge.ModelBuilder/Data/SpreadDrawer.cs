using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.ModelBuilder.Train;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>
/// Draws spectra from published means and standard deviations: x = mean + deviation · z, where z is a sum of four cosines over the band index
/// with normal weights, scaled to unit variance at every band. Neighbouring bands deviate together, as they do in tissue.
/// </summary>
internal static class SpreadDrawer
{
    private const int Cosines = 4;

    public static List<TableSpectrum> Draw(
        CsvTable table, SpectraTableReader.TableColumns columns, List<CsvRow> rows, TableLayout layout, string patient, SpectralQuantity quantity)
    {
        var draws = layout.Draws!;
        var kind = table.IndexOf(draws.Column);
        var deviations = new Dictionary<string, CsvRow>(StringComparer.Ordinal);
        foreach (var row in rows.Where(row => row.Fields[kind] == draws.Deviation))
        {
            var label = SpectraTableReader.Label(table, row, columns, layout);
            if (!deviations.TryAdd(label, row))
            {
                throw new BadInputException($"{table.File}: line {row.Line}: a second \"{draws.Deviation}\" row for \"{label}\"; narrow the rows with onlyWhere.");
            }
        }

        var random = new DeterministicRandom(draws.Seed);
        var spectra = new List<TableSpectrum>();
        foreach (var row in rows.Where(row => row.Fields[kind] == draws.Mean))
        {
            var label = SpectraTableReader.Label(table, row, columns, layout);
            if (!deviations.TryGetValue(label, out var deviationRow))
            {
                throw new BadInputException($"{table.File}: line {row.Line}: \"{label}\" has a \"{draws.Mean}\" row but no \"{draws.Deviation}\" row in column \"{draws.Column}\".");
            }

            var mean = columns.Values(table, row);
            var deviation = columns.Values(table, deviationRow);
            var who = SpectraTableReader.Patient(row, columns, patient);
            var what = SpectraTableReader.Quantity(table, row, columns, quantity);
            for (var i = 0; i < draws.SpectraPerMean; i++)
            {
                spectra.Add(new TableSpectrum(label, who, what, One(mean, deviation, random)));
            }
        }

        return spectra.Count > 0
            ? spectra
            : throw new BadInputException($"{table.File}: column \"{draws.Column}\" holds no \"{draws.Mean}\" row.");
    }

    private static float[] One(float[] mean, float[] deviation, DeterministicRandom random)
    {
        Span<double> weights = stackalloc double[Cosines];
        for (var k = 0; k < Cosines; k++)
        {
            weights[k] = random.NextNormal();
        }

        var values = new float[mean.Length];
        for (var b = 0; b < values.Length; b++)
        {
            double sum = 0;
            double variance = 0;
            for (var k = 0; k < Cosines; k++)
            {
                var cosine = Math.Cos(Math.PI * k * (b + 0.5) / values.Length);
                sum += weights[k] * cosine;
                variance += cosine * cosine;
            }

            values[b] = (float)(mean[b] + (deviation[b] * sum / Math.Sqrt(variance)));
        }

        return values;
    }
}
