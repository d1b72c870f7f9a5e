using HsiEdge.Core;
using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Pipeline;

namespace HsiEdge.ModelBuilder.Data;

/// <summary>
/// A cube with a label image as an item. Counts become reflectance by the same references, limits and arithmetic as in the box, and
/// pixels that the box would call no data are left out.
/// </summary>
internal sealed class LabelledCube : LabelledItem
{
    private const int RunPixels = 2048;
    private readonly EnviCube _cube;
    private readonly EnviClassification _labels;
    private readonly ReflectanceCalibrator? _calibrator;
    private readonly int[] _groupOf;

    private LabelledCube(EnviCube cube, EnviClassification labels, CalibrationSet? calibration, string patient)
    {
        _cube = cube;
        _labels = labels;
        var allBands = Enumerable.Range(0, cube.Shape.Bands).ToArray();
        _calibrator = calibration is null ? null : new ReflectanceCalibrator(calibration, cube.Shape, allBands, new ProcessingOptions().MinimumSignalCounts);
        (Groups, _groupOf) = Group(labels, patient);
    }

    public override WavelengthAxis Wavelengths => _cube.Wavelengths;

    public override IReadOnlyList<LabelledGroup> Groups { get; }

    public override bool HasReflectance => _cube.Quantity != SpectralQuantity.Absorbance;

    /// <summary>Opens a cube, its labels and its references.</summary>
    /// <param name="folder">Folder that the item's paths are relative to.</param>
    /// <param name="item">The item.</param>
    /// <exception cref="BadInputException">A file cannot be read, sizes differ, or counts come without a white reference.</exception>
    public static LabelledCube Open(string folder, DatasetItem item)
    {
        var path = Path.Combine(folder, item.Cube!);
        var white = item.White is null ? null : Path.Combine(folder, item.White);
        var cube = EnviCube.Open(path, white is null ? item.Quantity : SpectralQuantity.RawCounts);
        try
        {
            if (white is null && cube.Quantity == SpectralQuantity.RawCounts)
            {
                throw new BadInputException($"{path} holds counts ({cube.QuantityReason}); name its \"white\" (and \"dark\") reference in {DatasetDocument.FileName}.");
            }

            var labelsPath = Path.Combine(folder, item.Labels!);
            var labels = EnviClassification.Read(labelsPath);
            if (labels.Lines != cube.Shape.Lines || labels.Samples != cube.Shape.Samples)
            {
                throw new BadInputException(
                    $"{labelsPath} has {labels.Lines} lines × {labels.Samples} samples, the cube {path} {cube.Shape.Lines} × {cube.Shape.Samples}; label the same pixels.");
            }

            if (labels.Names is null)
            {
                throw new BadInputException($"{labelsPath}: the header has no \"class names\"; expected the names of its classes, unlabelled first.");
            }

            var calibration = white is null ? null : ReferenceLoader.Load(cube, white, item.Dark is null ? null : Path.Combine(folder, item.Dark));
            return new LabelledCube(cube, labels, calibration, item.Patient);
        }
        catch
        {
            cube.Dispose();
            throw;
        }
    }

    public override long Read(IReadOnlyList<int[]> wanted, TakeSpectrum take, CancellationToken cancellationToken)
    {
        var bands = _cube.Shape.Bands;
        var values = new float[RunPixels * bands];
        var isWanted = new bool[RunPixels];
        var ranks = new RankCursor(wanted);
        long unusable = 0;
        for (long first = 0; first < _cube.Shape.PixelCount; first += RunPixels)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = (int)Math.Min(RunPixels, _cube.Shape.PixelCount - first);
            var any = false;
            for (var i = 0; i < count; i++)
            {
                var label = _labels.Values[first + i];
                isWanted[i] = label > 0 && ranks.Next(_groupOf[label]);
                any |= isWanted[i];
            }

            if (!any)
            {
                continue;
            }

            _cube.ReadPixels(first, count, values);
            for (var i = 0; i < count; i++)
            {
                if (!isWanted[i])
                {
                    continue;
                }

                var spectrum = values.AsSpan(i * bands, bands);
                if (Calibrate(first + i, spectrum))
                {
                    take(_groupOf[_labels.Values[first + i]], HasReflectance ? SpectralQuantity.Reflectance : SpectralQuantity.Absorbance, spectrum);
                }
                else
                {
                    unusable++;
                }
            }
        }

        return unusable;
    }

    public override void Dispose() => _cube.Dispose();

    private static (IReadOnlyList<LabelledGroup> Groups, int[] GroupOf) Group(EnviClassification labels, string patient)
    {
        var counts = new int[256];
        foreach (var label in labels.Values)
        {
            counts[label]++;
        }

        var groups = new List<LabelledGroup>();
        var groupOf = new int[256];
        for (var c = 1; c < labels.Names!.Count; c++)
        {
            groupOf[c] = groups.Count;
            groups.Add(new LabelledGroup(labels.Names[c], labels.Colours is { } colours && c < colours.Count ? colours[c] : null, patient, counts[c]));
        }

        return (groups, groupOf);
    }

    /// <summary>Turns a pixel's counts into reflectance; false where the box would see no data.</summary>
    private bool Calibrate(long pixel, Span<float> spectrum)
    {
        foreach (var value in spectrum)
        {
            if (!float.IsFinite(value) || value >= (_cube.SaturationCounts ?? double.PositiveInfinity))
            {
                return false;
            }
        }

        if (_calibrator is null)
        {
            return true;
        }

        var (line, sample) = ((int)(pixel / _cube.Shape.Samples), (int)(pixel % _cube.Shape.Samples));
        return !_calibrator.IsDead(line, sample) && _calibrator.Apply(line, sample, spectrum, spectrum) == ReflectanceCalibrator.Verdict.Calibrated;
    }
}
