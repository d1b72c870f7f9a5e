using HsiEdge.Core.Calibrate;
using HsiEdge.Core.Cubes;

namespace HsiEdge.Core.Envi;

/// <summary>
/// A recorded dark or white reference made to fit a recorded cube, whatever its type, interleave and number of lines: bands in the cube's order, bands that the cube leaves
/// out left out. As many lines as the cube has stay a full frame; any other number is averaged to one line (missing values apart).
/// </summary>
public sealed class EnviReference
{
    private EnviReference(ReferenceFrame frame, IReadOnlyList<string> warnings)
    {
        Frame = frame;
        Warnings = warnings;
    }

    /// <summary>The counts: 1 or the cube's lines × samples × bands of the cube.</summary>
    public ReferenceFrame Frame { get; }

    /// <summary>What was passed over, defaulted or guessed in the reference's files: one sentence each.</summary>
    public IReadOnlyList<string> Warnings { get; }

    /// <summary>Reads a reference for a cube.</summary>
    /// <param name="headerPath">The reference's header.</param>
    /// <param name="cube">The cube.</param>
    /// <param name="toleranceNanometres">How far a band centre of the reference may lie from the cube's, in nm.</param>
    /// <exception cref="BadInputException">As <see cref="EnviImage.Open"/>, or samples or bands do not fit the cube; the message says both sides.</exception>
    public static EnviReference Read(string headerPath, EnviCube cube, double toleranceNanometres = 0.5)
    {
        ArgumentNullException.ThrowIfNull(cube);
        using var image = EnviImage.Open(headerPath);
        var shape = image.Shape;
        if (shape.Samples != cube.Shape.Samples)
        {
            throw new BadInputException(
                $"{headerPath} has {shape.Samples} samples, the cube {cube.Image.Header.Name} {cube.Shape.Samples}; a reference is taken with the same frame. Take one that fits.");
        }

        var bands = MatchBands(image.Header, cube, toleranceNanometres);
        var full = shape.Lines == cube.Shape.Lines && cube.Shape.ValueCount <= Array.MaxLength;
        return new EnviReference(full ? ReadFull(image, bands) : ReadAveraged(image, bands), image.Warnings);
    }

    /// <summary>For each band of the cube, the reference's.</summary>
    private static int[] MatchBands(EnviHeader header, EnviCube cube, double tolerance)
    {
        if (header.WavelengthsNanometres is not { } centres)
        {
            return header.Bands == cube.Image.Header.Bands
                ? cube.FileBands.ToArray()
                : throw new BadInputException(
                    $"{header.Name} has {header.Bands} bands without usable wavelengths, the cube {cube.Image.Header.Name} {cube.Image.Header.Bands}; expected as many. Take a reference that fits.");
        }

        // Overlapping detectors: the band at the same place is meant where it is as near as any.
        var places = cube.FileBands;
        var bands = new int[cube.Shape.Bands];
        for (var b = 0; b < bands.Length; b++)
        {
            var wanted = cube.Wavelengths[b];
            var nearest = header.Bands == cube.Image.Header.Bands ? places[b] : 0;
            for (var i = 0; i < centres.Length; i++)
            {
                if (Math.Abs(centres[i] - wanted) < Math.Abs(centres[nearest] - wanted))
                {
                    nearest = i;
                }
            }

            if (Math.Abs(centres[nearest] - wanted) > tolerance)
            {
                throw new BadInputException(
                    $"{header.Name} has no band within {tolerance} nm of the cube's {wanted:0.###} nm ({cube.Image.Header.Name}); its nearest is {centres[nearest]:0.###} nm. Take a reference that fits.");
            }

            bands[b] = nearest;
        }

        return bands;
    }

    private static ReferenceFrame ReadFull(EnviImage image, int[] bands)
    {
        var shape = new CubeShape(image.Shape.Lines, image.Shape.Samples, bands.Length);
        var values = new float[shape.ValueCount];
        image.ReadBands(0, checked((int)shape.PixelCount), bands, 1, values);
        return new ReferenceFrame(shape, values);
    }

    private static ReferenceFrame ReadAveraged(EnviImage image, int[] bands)
    {
        var shape = new CubeShape(1, image.Shape.Samples, bands.Length);
        var line = new float[shape.ValueCount];
        var sums = new double[line.Length];
        var counts = new int[line.Length];
        for (var l = 0; l < image.Shape.Lines; l++)
        {
            image.ReadBands((long)l * image.Shape.Samples, image.Shape.Samples, bands, 1, line);
            for (var i = 0; i < line.Length; i++)
            {
                if (!float.IsNaN(line[i]))
                {
                    sums[i] += line[i];
                    counts[i]++;
                }
            }
        }

        for (var i = 0; i < line.Length; i++)
        {
            line[i] = counts[i] == 0 ? float.NaN : (float)(sums[i] / counts[i]);
        }

        return new ReferenceFrame(shape, line);
    }
}
