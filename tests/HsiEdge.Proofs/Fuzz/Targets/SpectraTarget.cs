using System.Text;
using HsiEdge.ModelBuilder.Data;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>A table of spectra, by rows and by columns.</summary>
internal sealed class SpectraTarget : IFuzzTarget
{
    private readonly string _path = Path.Combine(ProductFiles.Scratch(), "spectra.csv");

    /// <summary>A good table.</summary>
    public static byte[] Table { get; } = Encoding.UTF8.GetBytes(
        "label,patient,quantity,1000,1200,1400\nmucosa,P1,reflectance,0.5,0.4,0.3\nlesion,P2,absorbance,0.5,0.4,0.3\nlesion,P1,reflectance,0.1,0.2,0.3\n\"mucosa\",P2,reflectance,1e-3,2,3\n");

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Text];

    public IReadOnlyList<string> Words { get; } = ["label", "patient", "quantity", "reflectance", "absorbance", "1000", "1600", "mucosa", "lesion", "\"", ",", ";", "\n", "nan", "inf"];

    public IEnumerable<FuzzInput> Seeds() => [new(Table), new("wavelength,a,b\n1000,0.1,0.2\n1100,0.2,0.3\n"u8.ToArray())];

    public ValueTask<string> RunAsync(FuzzInput input)
    {
        ProductFiles.Write(_path, input.Parts[0]);
        var rows = FuzzTargets.Answer(() => DatasetReader.Read(_path, new DatasetReadOptions { MaximumSpectra = 1000 }, null, CancellationToken.None));
        var columns = FuzzTargets.Answer(() => SpectraTableReader.Read(_path, "P", null, new TableLayout { Orientation = TableOrientation.Columns, Label = "x" }));
        return ValueTask.FromResult(rows.StartsWith("read", StringComparison.Ordinal) || columns.StartsWith("refused", StringComparison.Ordinal) ? rows : columns);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);
        return ValueTask.CompletedTask;
    }
}
