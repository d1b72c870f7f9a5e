using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>Reads labelled cubes and tables into memory as spectra on one axis and in one quantity.</summary>
public static class DatasetReader
{
    private const double ToleranceNanometres = 0.5;

    /// <summary>Reads what <c>--data</c> names.</summary>
    /// <param name="path">Folder with a <c>dataset.json</c>, such a file itself, or a CSV file of spectra.</param>
    /// <param name="options">How much is kept.</param>
    /// <param name="progress">Receives the share done, 0…1, or null.</param>
    /// <param name="cancellationToken">Stops between runs of pixels.</param>
    /// <exception cref="BadInputException">Something of it cannot be used; the message names the file and the place.</exception>
    public static LabelledSpectra Read(string path, DatasetReadOptions options, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var (document, folder, file) = DatasetFile.Load(path);
        var items = new List<LabelledItem>();
        try
        {
            var drawn = false;
            foreach (var item in document.Items)
            {
                var opened = Open(folder, item, ref drawn);
                items.Add(opened);
            }

            var groups = items.SelectMany(item => item.Groups).ToList();
            var classes = Classes(file, document, groups);
            var axis = Axis(file, document, items);
            var collector = new Collector(axis, items.Any(item => item.HasReflectance) ? SpectralQuantity.Reflectance : SpectralQuantity.Absorbance, classes);
            var wanted = StratifiedSample.Choose(groups, options.MaximumSpectra, options.Seed);
            var first = 0;
            for (var i = 0; i < items.Count; i++)
            {
                var item = items[i];
                collector.Read(file, document.Items[i], item, wanted.AsSpan(first, item.Groups.Count).ToArray(), cancellationToken);
                first += item.Groups.Count;
                progress?.Report((double)(i + 1) / items.Count);
            }

            return collector.Finish(document.Name!, document.Synthetic || drawn, groups.Sum(group => (long)group.Count));
        }
        finally
        {
            items.ForEach(item => item.Dispose());
        }
    }

    private static LabelledItem Open(string folder, DatasetItem item, ref bool drawn)
    {
        if (item.Spectra is null)
        {
            return LabelledCube.Open(folder, item);
        }

        var table = SpectraTableReader.Read(Path.Combine(folder, item.Spectra), item.Patient, item.Quantity, item.Table);
        drawn |= table.Drawn;
        return new LabelledTable(table);
    }

    private static WavelengthAxis Axis(string file, DatasetDocument document, List<LabelledItem> items)
    {
        if (document.WavelengthsNanometres is not { } nanometres)
        {
            return items[0].Wavelengths;
        }

        try
        {
            return new WavelengthAxis([.. nanometres]);
        }
        catch (ArgumentException error)
        {
            throw new BadInputException($"{file}: wavelengthsNanometres: {error.Message}", error);
        }
    }

    private static IReadOnlyList<DatasetClass> Classes(string file, DatasetDocument document, List<LabelledGroup> groups)
    {
        var classes = document.Classes;
        if (classes is null)
        {
            classes = [.. groups
                .GroupBy(group => group.Class, StringComparer.Ordinal)
                .Select(g => new DatasetClass { Name = g.Key, Color = g.Select(group => group.Color).FirstOrDefault(color => color is not null) })];
        }
        else if (groups.Find(group => group.Count > 0 && classes.All(c => c.Name != group.Class)) is { } unknown)
        {
            throw new BadInputException(
                $"{file}: {unknown.Count} spectra of patient {unknown.Patient} are labelled \"{unknown.Class}\", which is not among its classes {string.Join(", ", classes.Select(c => c.Name))}. "
                + "Add the class or mend the labels.");
        }

        foreach (var c in classes)
        {
            var count = groups.Where(group => group.Class == c.Name).Sum(group => (long)group.Count);
            if (count < 2)
            {
                throw new BadInputException(
                    $"{file}: class \"{c.Name}\" has {count} labelled spectra; at least 2 are needed. Label more, or leave the class out of the data (for label images: list the others under \"classes\").");
            }
        }

        return classes.Count is >= 2 and <= 255 ? classes : throw new BadInputException(
            $"{file}: found {classes.Count} classes ({string.Join(", ", classes.Take(5).Select(c => c.Name))}); a classifier needs 2…255.");
    }

    /// <summary>Gathers spectra on the common axis.</summary>
    private sealed class Collector(WavelengthAxis axis, SpectralQuantity quantity, IReadOnlyList<DatasetClass> classes)
    {
        private readonly List<float[]> _spectra = [];
        private readonly List<int> _labels = [];
        private readonly List<int> _patients = [];
        private readonly List<string> _patientNames = [];
        private long _unusable;

        public void Read(string file, DatasetItem source, LabelledItem item, int[][] wanted, CancellationToken cancellationToken)
        {
            BandResampler resampler;
            try
            {
                resampler = BandResampler.Create(item.Wavelengths, axis, ToleranceNanometres);
            }
            catch (BadInputException error)
            {
                throw new BadInputException($"{file}: {source.Cube ?? source.Spectra}: {error.Message}", error);
            }

            var labels = item.Groups.Select(group => LabelOf(group.Class)).ToArray();
            var patients = item.Groups.Select(group => PatientOf(group.Patient)).ToArray();
            _unusable += item.Read(wanted, Take, cancellationToken);

            void Take(int group, SpectralQuantity found, Span<float> spectrum)
            {
                if (found == SpectralQuantity.Absorbance && quantity == SpectralQuantity.Reflectance)
                {
                    QuantityConversion.ToReflectance(spectrum);
                }

                var resampled = new float[axis.Count];
                resampler.Apply(spectrum, 1, resampled);
                _spectra.Add(resampled);
                _labels.Add(labels[group]);
                _patients.Add(patients[group]);
            }
        }

        public LabelledSpectra Finish(string name, bool synthetic, long available)
        {
            var values = new float[(long)_spectra.Count * axis.Count];
            for (var i = 0; i < _spectra.Count; i++)
            {
                _spectra[i].CopyTo(values, i * axis.Count);
            }

            return new LabelledSpectra
            {
                Name = name,
                Synthetic = synthetic,
                Classes = classes,
                Patients = _patientNames,
                Wavelengths = axis,
                Quantity = quantity,
                Values = values,
                Labels = [.. _labels],
                PatientIndices = [.. _patients],
                Available = available,
                Unusable = _unusable,
            };
        }

        private int LabelOf(string name)
        {
            for (var c = 0; c < classes.Count; c++)
            {
                if (classes[c].Name == name)
                {
                    return c;
                }
            }

            return -1;
        }

        private int PatientOf(string name)
        {
            var index = _patientNames.IndexOf(name);
            if (index < 0)
            {
                index = _patientNames.Count;
                _patientNames.Add(name);
            }

            return index;
        }
    }
}
