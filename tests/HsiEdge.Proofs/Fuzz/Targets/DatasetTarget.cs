using System.Text;
using HsiEdge.ModelBuilder.Data;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>A folder of labelled data: <c>dataset.json</c>, a table of spectra, a labelled cube.</summary>
internal sealed class DatasetTarget : IFuzzTarget
{
    private static readonly string[] Names = ["dataset.json", "t.csv", "c.hdr", "c.img", "l.hdr", "l.img"];
    private readonly string _folder = ProductFiles.Scratch();

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Json, PartKind.Text, PartKind.Text, PartKind.Bytes, PartKind.Text, PartKind.Bytes];

    public IReadOnlyList<string> Words { get; } =
    [
        "name", "description", "synthetic", "classes", "color", "target", "wavelengthsNanometres", "items", "patient", "cube", "labels", "white", "dark", "spectra", "quantity", "table", "reflectance", "absorbance",
        "rawCounts", "orientation", "columns", "rows", "labelColumn", "label", "labelRules", "t.csv", "c.hdr", "l.hdr", "missing.hdr", "/etc/passwd", .. EnviCubeTarget.HeaderWords,
    ];

    public IEnumerable<FuzzInput> Seeds()
    {
        var cube = """
            ENVI
            samples = 4
            lines = 2
            bands = 3
            data type = 4
            interleave = bip
            byte order = 0
            wavelength units = nm
            wavelength = {1000, 1200, 1400}
            """;
        var labels = """
            ENVI
            samples = 4
            lines = 2
            bands = 1
            file type = ENVI Classification
            data type = 1
            interleave = bsq
            classes = 3
            class names = {unlabelled, mucosa, lesion}
            class lookup = {0,0,0, 1,2,3, 4,5,6}
            """;
        float[] values = [.. Enumerable.Range(0, 24).Select(i => 0.1f + (0.02f * i))];
        var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
        foreach (var document in Documents)
        {
            yield return new FuzzInput([Encoding.UTF8.GetBytes(document), SpectraTarget.Table, Encoding.UTF8.GetBytes(cube), bytes, Encoding.UTF8.GetBytes(labels), [0, 1, 2, 1, 2, 1, 2, 0]]);
        }
    }

    public ValueTask<string> RunAsync(FuzzInput input)
    {
        for (var i = 0; i < Names.Length; i++)
        {
            ProductFiles.Write(Path.Combine(_folder, Names[i]), input.Parts[i]);
        }

        return ValueTask.FromResult(FuzzTargets.Answer(() => DatasetReader.Read(_folder, new DatasetReadOptions { MaximumSpectra = 1000 }, null, CancellationToken.None)));
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static readonly string[] Documents =
    [
        """{ "name": "n", "items": [ { "patient": "P01", "cube": "c.hdr", "labels": "l.hdr" }, { "patient": "P02", "spectra": "t.csv" } ] }""",
        """{ "synthetic": true, "classes": [ { "name": "mucosa", "color": "#112233" }, { "name": "lesion", "target": true } ], "wavelengthsNanometres": [1000, 1200, 1400], "items": [ { "patient": "P02", "spectra": "t.csv", "quantity": "absorbance" } ] }""",
    ];
}
