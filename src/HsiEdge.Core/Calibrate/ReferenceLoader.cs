using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;

namespace HsiEdge.Core.Calibrate;

/// <summary>
/// Makes a calibration set of ENVI references that belong to a recorded cube: any data type and interleave; full frames of the cube's
/// lines, one averaged line, or any other number of lines, which are averaged to one. Pixels that the references show to be dead are marked.
/// </summary>
public static class ReferenceLoader
{
    private const double WavelengthToleranceNanometres = 0.5;

    /// <summary>Loads the references of a cube.</summary>
    /// <param name="cube">The cube they are for.</param>
    /// <param name="whiteHeaderPath">Header of the white reference.</param>
    /// <param name="darkHeaderPath">Header of the dark reference; null when dark was subtracted already.</param>
    /// <exception cref="BadInputException">A file cannot be used, or its samples, bands or wavelengths are not the cube's; both files and sizes are named.</exception>
    public static CalibrationSet Load(EnviCube cube, string whiteHeaderPath, string? darkHeaderPath)
    {
        ArgumentNullException.ThrowIfNull(cube);
        ArgumentException.ThrowIfNullOrEmpty(whiteHeaderPath);
        var white = LoadFrame(cube, whiteHeaderPath, "white");
        var dark = darkHeaderPath is null ? null : LoadFrame(cube, darkHeaderPath, "dark");
        if (dark is not null && dark.Mean() > white.Mean())
        {
            throw new BadInputException(
                $"The dark reference {darkHeaderPath} (mean {dark.Mean():0.#} counts) is brighter than the white one {whiteHeaderPath} ({white.Mean():0.#}). Were they swapped?");
        }

        return new CalibrationSet
        {
            Id = darkHeaderPath is null ? NameOf(whiteHeaderPath) : $"{NameOf(whiteHeaderPath)}+{NameOf(darkHeaderPath)}",
            CameraSerial = null,
            ExposureMicroseconds = [],
            Wavelengths = cube.Wavelengths,
            TakenUtc = null,
            Dark = dark,
            White = white,
            BadPixels = BadPixelDetector.Find(dark, white),
        };
    }

    /// <summary>Reads an image's bands as a reference: as many lines as wanted are kept, any other number is averaged to one.</summary>
    internal static ReferenceFrame Read(EnviImage image, int[] bands, int cubeLines)
    {
        var shape = image.Shape;
        var average = shape.Lines != cubeLines && shape.Lines != 1;
        var target = new CubeShape(average ? 1 : shape.Lines, shape.Samples, bands.Length);
        if (target.ValueCount > Array.MaxLength)
        {
            throw new BadInputException($"The reference {image.Header.Name} of {shape} does not fit into memory; average it to one line.");
        }

        var values = new float[target.ValueCount];
        var line = new float[shape.Samples * shape.Bands];
        var sums = average ? new double[values.Length] : [];
        var counts = average ? new int[values.Length] : [];
        for (var l = 0; l < shape.Lines; l++)
        {
            image.ReadPixels((long)l * shape.Samples, shape.Samples, line);
            for (var i = 0; i < shape.Samples * bands.Length; i++)
            {
                var value = line[(i / bands.Length * shape.Bands) + bands[i % bands.Length]];
                if (!average)
                {
                    values[(l * shape.Samples * bands.Length) + i] = value;
                }
                else if (float.IsFinite(value))
                {
                    sums[i] += value;
                    counts[i]++;
                }
            }
        }

        for (var i = 0; i < sums.Length; i++)
        {
            // Without a single value: NaN, and the pixel will be no data.
            values[i] = (float)(sums[i] / counts[i]);
        }

        return new ReferenceFrame(target, values);
    }

    private static ReferenceFrame LoadFrame(EnviCube cube, string path, string name)
    {
        using var image = EnviImage.Open(path);
        if (image.Shape.Samples != cube.Shape.Samples)
        {
            throw Mismatch(cube, image, name, "samples");
        }

        return Read(image, Bands(cube, image, name), cube.Shape.Lines);
    }

    /// <summary>Which bands of the reference's file are the cube's, in the cube's order.</summary>
    private static int[] Bands(EnviCube cube, EnviImage image, string name)
    {
        var centres = image.Header.WavelengthsNanometres;
        var sameFileBands = image.Shape.Bands == cube.Image.Shape.Bands;
        if (!sameFileBands && image.Shape.Bands != cube.Shape.Bands)
        {
            throw Mismatch(cube, image, name, "bands");
        }

        var inPlace = sameFileBands ? cube.FileBands.ToArray() : [.. Enumerable.Range(0, image.Shape.Bands)];
        if (centres is null || Farthest(cube.Wavelengths, centres, inPlace) <= WavelengthToleranceNanometres)
        {
            return inPlace;
        }

        // The same bands in another order: the reference was written the other way round.
        int[] sorted = [.. Enumerable.Range(0, centres.Length).Where(b => image.Header.Bbl?[b] ?? true).OrderBy(b => centres[b])];
        if (sorted.Length == cube.Shape.Bands && Farthest(cube.Wavelengths, centres, sorted) <= WavelengthToleranceNanometres)
        {
            return sorted;
        }

        throw new BadInputException(
            $"The {name} reference {image.Header.Name} has wavelengths {centres.Min():0.##}–{centres.Max():0.##} nm, up to " +
            $"{Farthest(cube.Wavelengths, centres, inPlace):0.##} nm from those of the cube {cube.Image.Header.Name} ({cube.Wavelengths}). Give the reference that was taken with the cube.");
    }

    private static double Farthest(WavelengthAxis axis, double[] centres, int[] bands) =>
        bands.Select((b, i) => Math.Abs(centres[b] - axis[i])).Max();

    private static BadInputException Mismatch(EnviCube cube, EnviImage image, string name, string what) =>
        new($"The {name} reference {image.Header.Name} is {image.Shape}, the cube {cube.Image.Header.Name} is {cube.Image.Shape}: the {what} differ. Give the reference that was taken with the cube.");

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);
}
