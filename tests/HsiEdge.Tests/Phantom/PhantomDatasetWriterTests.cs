using System.Text.Json;
using HsiEdge.Core;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.ModelBuilder.Data;
using HsiEdge.Phantom;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.Phantom;

public sealed class PhantomDatasetWriterTests
{
    private static readonly PhantomOptions Tiny = new()
    {
        Seed = 4,
        Lines = 12,
        Samples = 14,
        WavelengthAxis = WavelengthAxis.Linear(1000, 1600, 7),
        PixelPitchMillimetres = 1,
    };

    [Fact]
    public void What_is_written_reads_back_as_what_was_made()
    {
        using var folder = new TemporaryFolder();
        var target = folder.File("data");
        PhantomDatasetWriter.Write(target, Tiny, patients: 2, viewsPerPatient: 2);
        using var list = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(target, "dataset.json")));
        Assert.True(list.RootElement.GetProperty("synthetic").GetBoolean());
        var items = list.RootElement.GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["P001", "P001", "P002", "P002"], items.Select(i => i.GetProperty("patient").GetString()));

        using var expected = PhantomGenerator.Generate(Tiny with { Patient = 1, View = 1 });
        using var cube = EnviCube.Open(Path.Combine(target, items[3].GetProperty("cube").GetString()!));
        Assert.Equal(SpectralQuantity.RawCounts, cube.Quantity);
        Assert.Equal(expected.Raw.SaturationCounts, cube.SaturationCounts);
        Assert.Equal(expected.Raw.Wavelengths, cube.Wavelengths);
        var (found, wanted) = (new float[cube.Shape.ValueCount], new float[cube.Shape.ValueCount]);
        cube.ReadPixels(0, (int)cube.Shape.PixelCount, found);
        expected.Raw.ReadPixels(0, (int)cube.Shape.PixelCount, wanted);
        Assert.Equal(wanted, found);
        var labels = EnviClassification.Read(Path.Combine(target, items[3].GetProperty("labels").GetString()!));
        Assert.Equal(expected.Labels, labels.Values);
        Assert.Equal(["unlabelled", "normal wall", "hidden lesion"], labels.Names);
        using var white = EnviCube.Open(Path.Combine(target, items[3].GetProperty("white").GetString()!));
        white.ReadPixels(20, 1, found);
        Assert.Equal(expected.White.Spectrum(1, 6).ToArray(), found[..7], (a, b) => Math.Abs(a - b) <= 0.5f);
    }

    [Fact]
    public void Training_reads_what_is_written()
    {
        using var folder = new TemporaryFolder();
        PhantomDatasetWriter.Write(folder.Path, Tiny, patients: 3);
        var spectra = DatasetReader.Read(folder.Path, new DatasetReadOptions(), progress: null, CancellationToken.None);
        Assert.True(spectra.Synthetic);
        Assert.Equal(["normal wall", "hidden lesion"], spectra.Classes.Select(c => c.Name));
        Assert.Equal(["P001", "P002", "P003"], spectra.Patients);
        Assert.Equal(SpectralQuantity.Reflectance, spectra.Quantity);
        Assert.InRange(spectra.Count, 200, 3 * 12 * 14);
        Assert.All(spectra.Values, v => Assert.InRange(v, -0.1f, 3f));
    }

    [Fact]
    public void A_folder_with_a_data_set_is_not_written_over()
    {
        using var folder = new TemporaryFolder();
        PhantomDatasetWriter.Write(folder.Path, Tiny, patients: 1);
        var error = Assert.Throws<BadInputException>(() => PhantomDatasetWriter.Write(folder.Path, Tiny, patients: 1));
        Assert.Contains("dataset.json", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_stopped_run_leaves_no_list()
    {
        using var folder = new TemporaryFolder();
        using var stop = new CancellationTokenSource();
        var progress = new StopAtOnce(stop);
        Assert.Throws<OperationCanceledException>(() => PhantomDatasetWriter.Write(folder.Path, Tiny, patients: 3, progress: progress, cancellationToken: stop.Token));
        Assert.False(File.Exists(folder.File("dataset.json")));
    }

    private sealed class StopAtOnce(CancellationTokenSource stop) : IProgress<double>
    {
        public void Report(double value) => stop.Cancel();
    }
}
