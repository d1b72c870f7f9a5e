using System.Text;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>A header with its data file: opened as a cube and as a class image, every pixel read.</summary>
internal sealed class EnviCubeTarget : IFuzzTarget
{
    private readonly string _folder = ProductFiles.Scratch();

    /// <summary>Words of headers.</summary>
    public static IReadOnlyList<string> HeaderWords { get; } =
    [
        "samples", "lines", "bands", "data type", "interleave", "byte order", "header offset", "file type", "description", "wavelength units", "wavelength", "fwhm", "bbl", "default bands",
        "data ignore value", "reflectance scale factor", "classes", "class names", "class lookup", "band names", "ceiling", "bit depth", "z plot titles", "file compression", "major frame offsets",
        "bsq", "bil", "bip", "ENVI", "ENVI Standard", "ENVI Classification", "Nanometers", "Micrometers", "Wavenumber", "GHz", "MHz", "Index", "Unknown", "none",
    ];

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Text, PartKind.Bytes];

    public IReadOnlyList<string> Words => HeaderWords;

    /// <summary>Headers of each kind.</summary>
    public static IEnumerable<byte[]> Headers() => Small().Select(i => i.Parts[0]);

    /// <summary>Reads a header from text; what was read is written and has to be read again as the same.</summary>
    public static object? ReadHeader(byte[] bytes)
    {
        var header = EnviHeader.Parse(EnviHeaderText.Decode(bytes), "cube.hdr");
        string text;
        try
        {
            text = header.ToText();
        }
        catch (ArgumentException)
        {
            // A key or value that no header can hold, as documented.
            return header;
        }

        var again = EnviHeader.Parse(text, "again.hdr");
        return again.Shape == header.Shape && again.DataType == header.DataType ? header : throw new InvalidDataException($"Written and read again, {header.Shape} became {again.Shape}.");
    }

    public IEnumerable<FuzzInput> Seeds() => Small();

    public ValueTask<string> RunAsync(FuzzInput input)
    {
        var header = Path.Combine(_folder, "a.hdr");
        ProductFiles.Write(header, input.Parts[0]);
        ProductFiles.Write(Path.Combine(_folder, "a.img"), input.Parts[1]);
        var cube = FuzzTargets.Answer(() => ReadCube(header));
        var classes = FuzzTargets.Answer(() => EnviClassification.Read(header).Values);
        return ValueTask.FromResult(cube.StartsWith("read", StringComparison.Ordinal) || !classes.StartsWith("read", StringComparison.Ordinal) ? cube : classes);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Small cubes of all types and interleaves.</summary>
    public static IEnumerable<FuzzInput> Small()
    {
        foreach (var type in Enum.GetValues<EnviDataType>())
        {
            foreach (var interleave in Enum.GetValues<Interleave>())
            {
                var axis = WavelengthAxis.Linear(1000, 1600, 4);
                var header = EnviHeader.ForCube(new CubeShape(3, 5, 4), type, interleave, axis, byteOrder: interleave == Interleave.Bil ? EnviByteOrder.BigEndian : EnviByteOrder.LittleEndian);
                yield return new FuzzInput([Encoding.UTF8.GetBytes(header.ToText()), [.. Enumerable.Range(0, (int)header.DataBytes).Select(i => (byte)i)]]);
            }
        }

        yield return Of(
            """
            ENVI
            description = {a {nested} one,
              of two lines}
            samples = 4
            lines = 2
            bands = 1
            header offset = 3
            file type = ENVI Classification
            data type = 1
            interleave = bsq
            classes = 3
            class names = {none, mucosa, "lesion, hidden"}
            class lookup = {0,0,0, 1,2,3, 255,254,253}
            """,
            [9, 9, 9, 0, 1, 2, 0, 1, 2, 0, 1]);
        yield return Of(
            """
            ENVI
            samples = 2
            lines = 2
            bands = 3
            data type = 12
            interleave = bil
            byte order = 1
            wavelength units = Micrometers
            wavelength = {1.6, 1.3, 1.0}
            fwhm = {0.01, 0.01, 0.02}
            bbl = {1, 0, 1}
            default bands = {1}
            data ignore value = -9999
            reflectance scale factor = 10000
            band names = {a, b, c}
            sensor bit depth = 12
            z plot titles = {Wavelength (nm), counts}
            """,
            [.. Enumerable.Range(0, 24).Select(i => (byte)(i * 11))]);
    }

    private static FuzzInput Of(string header, byte[] data) => new([Encoding.UTF8.GetBytes(header), data]);

    private static EnviCube ReadCube(string header)
    {
        using var cube = EnviCube.Open(header);
        const int run = 64;
        var pixels = new float[run * cube.Shape.Bands];
        for (long first = 0; first < cube.Shape.PixelCount; first += run)
        {
            cube.ReadPixels(first, (int)Math.Min(run, cube.Shape.PixelCount - first), pixels);
        }

        return cube;
    }
}
