using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.ModelBuilder.Data;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class DatasetReaderTests : IDisposable
{
    private const int Lines = 4;
    private const int Samples = 5;
    private static readonly WavelengthAxis Axis = WavelengthAxis.Linear(1000, 1020, 3);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Counts_with_references_become_reflectance_and_unusable_pixels_are_left_out_and_counted()
    {
        WriteScene();

        var data = Read("""{"items":[{"patient":"P1","cube":"a.hdr","labels":"l.hdr","white":"w.hdr","dark":"d.hdr"}]}""");

        // 20 pixels: 7 unlabelled, 1 saturated among the labelled.
        Assert.Equal(12, data.Count);
        Assert.Equal(1, data.Unusable);
        Assert.Equal(13, data.Available);
        Assert.Equal(["wall", "lesion"], data.Classes.Select(c => c.Name));
        Assert.Equal("#00FF00", data.Classes[0].Color);
        Assert.Equal(SpectralQuantity.Reflectance, data.Quantity);
        for (var i = 0; i < data.Count; i++)
        {
            // raw = 100 + 1000·label·(band + 1)/4, dark = 100, white = 2100
            float[] expected = [.. Enumerable.Range(1, 3).Select(b => (data.Labels[i] + 1) * b / 8f)];
            Assert.Equal(expected, data.Spectrum(i).ToArray());
        }
    }

    [Fact]
    public void Absorbance_beside_reflectance_becomes_reflectance_and_other_bands_are_resampled()
    {
        File.WriteAllText(_folder.File("r.csv"), "label,1000,1010,1020\nwall,0.1,0.2,0.3\nwall,0.1,0.2,0.3\n");
        File.WriteAllText(_folder.File("a.csv"), "label,1000,1020\nlesion,1,0\nlesion,1,0\n");

        var data = Read("""{"items":[{"patient":"P1","spectra":"r.csv"},{"patient":"P2","spectra":"a.csv","quantity":"absorbance"}]}""");

        Assert.Equal(SpectralQuantity.Reflectance, data.Quantity);
        Assert.Equal(["P1", "P2"], data.Patients);
        var lesion = data.Spectrum(2).ToArray();
        Assert.Equal([0.1, 0.55, 1], lesion.Select(v => Math.Round(v, 5)));
    }

    [Fact]
    public void More_spectra_than_wanted_are_sampled_evenly_over_classes_and_patients()
    {
        foreach (var (file, walls) in new[] { ("a.csv", 900), ("b.csv", 60) })
        {
            File.WriteAllLines(_folder.File(file), ["label,1000", .. Enumerable.Repeat("wall,0.5", walls), .. Enumerable.Repeat("lesion,0.25", 30)]);
        }

        const string Json = """{"items":[{"patient":"P1","spectra":"a.csv"},{"patient":"P2","spectra":"b.csv"}]}""";
        var data = Read(Json, maximum: 200);

        Assert.Equal(1020, data.Available);
        Assert.Equal([140, 60], data.ClassCounts());
        Assert.Equal(60, Enumerable.Range(0, data.Count).Count(i => data.Labels[i] == 0 && data.PatientIndices[i] == 1));
    }

    [Theory]
    [InlineData("""{"items":[]}""", "empty")]
    [InlineData("""{"itmes":[]}""", "itmes")]
    [InlineData("""{"items":[{"spectra":"t.csv"}]}""", "patient")]
    [InlineData("""{"items":[{"patient":" ","spectra":"t.csv"}]}""", "patient")]
    [InlineData("""{"items":[{"patient":"P1"}]}""", "neither")]
    [InlineData("""{"items":[{"patient":"P1","spectra":"t.csv","cube":"a.hdr","labels":"l.hdr"}]}""", "both")]
    [InlineData("""{"items":[{"patient":"P1","cube":"a.hdr"}]}""", "labels")]
    [InlineData("""{"items":[{"patient":"P1","cube":"a.hdr","labels":"l.hdr","dark":"d.hdr"}]}""", "white")]
    [InlineData("""{"items":[{"patient":"P1","cube":"a.hdr","labels":"l.hdr"}]}""", "counts")]
    [InlineData("""{"items":[{"patient":"P1","cube":"a.hdr","labels":"small.hdr","white":"w.hdr"}]}""", "2 lines × 2 samples")]
    [InlineData("""{"items":[{"patient":"P1","cube":"a.hdr","labels":"unnamed.hdr","white":"w.hdr"}]}""", "unnamed.hdr: line 0, sample 2")]
    [InlineData("""{"items":[{"patient":"P1","cube":"a.hdr","labels":"none.hdr","white":"w.hdr"}]}""", "none.hdr")]
    [InlineData("""{"items":[{"patient":"P1","spectra":"t.csv","white":"w.hdr"}]}""", "belong to a cube")]
    [InlineData("""{"items":[{"patient":"P1","spectra":"one.csv"}]}""", "found 1 classes")]
    [InlineData("""{"items":[{"patient":"P1","spectra":"t.csv"}]}""", "\"lesion\" has 1 labelled")]
    [InlineData("""{"classes":[{"name":"wall"},{"name":"vessel"}],"items":[{"patient":"P1","spectra":"one.csv"}]}""", "\"vessel\" has 0 labelled")]
    [InlineData("""{"classes":[{"name":"wall"},{"name":"wall"}],"items":[{"patient":"P1","spectra":"one.csv"}]}""", "twice")]
    [InlineData("""{"classes":[{"name":"vessel"},{"name":"lesion"}],"items":[{"patient":"P1","spectra":"t.csv"}]}""", "labelled \"wall\"")]
    [InlineData("""{"wavelengthsNanometres":[1000,2000],"items":[{"patient":"P1","spectra":"two.csv"}]}""", "two.csv")]
    [InlineData("""{"wavelengthsNanometres":[1020,1000],"items":[{"patient":"P1","spectra":"two.csv"}]}""", "wavelengthsNanometres")]
    [InlineData("""{"items":[{"patient":"P1","spectra":"t.csv","quantity":"rawCounts"}]}""", "rawCounts")]
    [InlineData("""{"items":[{"patient":"P1","spectra":"t\u0000.csv"}]}""", "Null character")]
    [InlineData("""{"items":[null]}""", "items[0] is null")]
    [InlineData("""{"classes":[null],"items":[{"patient":"P1","spectra":"t.csv"}]}""", "\"classes\" holds null")]
    [InlineData("""{"items":[{"patient":"P1","spectra":"t.csv","table":{"labelRules":[null]}}]}""", "labelRules holds null")]
    [InlineData("""{"items": nonsense""", "dataset.json")]
    public void What_is_wrong_is_named(string json, string named)
    {
        WriteScene();
        File.WriteAllText(_folder.File("t.csv"), "label,1000,1010,1020\nwall,0.1,0.2,0.3\nwall,0.1,0.2,0.3\nlesion,0.1,0.2,0.3\n");
        File.WriteAllText(_folder.File("one.csv"), "label,1000,1010,1020\nwall,0.1,0.2,0.3\nwall,0.1,0.2,0.3\n");
        File.WriteAllText(_folder.File("two.csv"), "label,1000,1010,1020\nwall,0.1,0.2,0.3\nwall,0.1,0.2,0.3\nlesion,0.1,0.2,0.3\nlesion,0.1,0.2,0.3\n");

        Assert.Contains(named, Assert.Throws<BadInputException>(() => Read(json)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_without_a_list_and_a_name_without_a_file_are_refused()
    {
        Assert.Contains("dataset.json", Assert.Throws<BadInputException>(() => Open(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("nowhere", Assert.Throws<BadInputException>(() => Open(_folder.File("nowhere"))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_stands_for_itself()
    {
        var data = Open(SharedData.Path("muufl-gulfport", "training_spectra.csv"));

        Assert.Equal("muufl-gulfport/training_spectra", data.Name);
        Assert.Equal([8, 10, 10, 5, 5], data.ClassCounts());
        Assert.Equal(72, data.Bands);
        Assert.Equal(["training_spectra"], data.Patients);
        Assert.False(data.Synthetic);
    }

    private static LabelledSpectra Open(string path, int maximum = 1000) =>
        DatasetReader.Read(path, new DatasetReadOptions { MaximumSpectra = maximum }, progress: null, CancellationToken.None);

    private LabelledSpectra Read(string json, int maximum = 1000)
    {
        File.WriteAllText(_folder.File("dataset.json"), json);
        return Open(_folder.Path, maximum);
    }

    private void WriteScene()
    {
        var shape = new CubeShape(Lines, Samples, Axis.Count);
        byte[] labels = [.. Enumerable.Range(0, Lines * Samples).Select(i => (byte)(i % 3))];
        labels[0] = 0;
        var raw = new ushort[shape.ValueCount];
        for (var pixel = 0; pixel < labels.Length; pixel++)
        {
            for (var b = 0; b < Axis.Count; b++)
            {
                raw[(pixel * Axis.Count) + b] = (ushort)(100 + (1000 * Math.Max((int)labels[pixel], 1) * (b + 1) / 4));
            }
        }

        raw[4 * Axis.Count] = ushort.MaxValue;
        EnviWriter.WriteCube<ushort>(_folder.File("a.hdr"), shape, Interleave.Bip, raw, Axis);
        EnviWriter.WriteCube<ushort>(_folder.File("w.hdr"), shape, Interleave.Bip, [.. raw.Select(_ => (ushort)2100)], Axis);
        EnviWriter.WriteCube<ushort>(_folder.File("d.hdr"), shape, Interleave.Bip, [.. raw.Select(_ => (ushort)100)], Axis);
        string[] names = ["unlabelled", "wall", "lesion"];
        string[] colours = ["#000000", "#00FF00", "#FF0000"];
        EnviWriter.WriteClassification(_folder.File("l.hdr"), Lines, Samples, labels, names, colours);
        EnviWriter.WriteClassification(_folder.File("small.hdr"), 2, 2, [0, 1, 2, 1], names, colours);
        EnviWriter.WriteClassification(_folder.File("unnamed.hdr"), Lines, Samples, labels, names, colours);
        var header = File.ReadAllText(_folder.File("unnamed.hdr"));
        File.WriteAllText(_folder.File("unnamed.hdr"), header.Replace(", lesion", "", StringComparison.Ordinal)
            .Replace("classes = 3", "classes = 2", StringComparison.Ordinal).Replace(", 255, 0, 0", "", StringComparison.Ordinal));
    }
}
