using System.Diagnostics;
using HsiEdge.Core.Envi;
using HsiEdge.Inference.Bundle;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.IntegrationTests.ModelBuilder;

/// <summary>The default bundle is what its build command makes, and it finds lesions of patients that it has not seen.</summary>
public sealed class DefaultBundleTests
{
    private static readonly string Folder = Path.Combine(SharedData.RepositoryRoot, "firmware-config", "models");

    [Fact]
    public async Task The_build_command_makes_the_bundle_that_is_shipped()
    {
        using var folder = new TemporaryFolder();
        var bundle = folder.File("gastric-phantom.hsimodel");

        var run = await ProgramRun.StartAsync(
            "bash", [Path.Combine(Folder, "build.sh"), bundle], environment: new Dictionary<string, string> { ["HSIEDGE_MODEL"] = Verbs.ModelProgram },
            timeout: TimeSpan.FromMinutes(5));

        Assert.True(run.ExitCode == 0, run.Error);
        var shipped = Path.Combine(Folder, "gastric-phantom.hsimodel");
        var (expected, actual) = (ModelBundleReader.ReadParts(shipped).Card, ModelBundleReader.ReadParts(bundle).Card);
        Assert.Equal(expected.Metrics.Keys, actual.Metrics.Keys);
        foreach (var (name, value) in expected.Metrics)
        {
            // Counts are the same everywhere; figures move a little with the last bits of another CPU's logarithm.
            Assert.Equal(value, actual.Metrics[name], name.EndsWith("Count", StringComparison.Ordinal) ? 5 : 0.03);
        }

        if (await File.ReadAllTextAsync(Path.Combine(Folder, "gastric-phantom.cpu")) == await File.ReadAllTextAsync(folder.File("gastric-phantom.cpu")))
        {
            Assert.Equal(await File.ReadAllBytesAsync(shipped), await File.ReadAllBytesAsync(bundle));
        }
    }

    [Fact]
    public void The_shipped_card_is_good_on_held_out_patients_and_says_synthetic()
    {
        var shipped = Path.Combine(Folder, "gastric-phantom.hsimodel");
        var card = ModelBundleReader.ReadParts(shipped).Card;

        Assert.True(card.TrainedOnSyntheticData);
        Assert.True(card.Training.Patients >= 8);
        Assert.True(card.Metrics["heldOutPatientCount"] >= 30);
        Assert.True(card.Metrics["heldOutBalancedAccuracy"] >= 0.9);
        Assert.True(card.Quantization.ClassFlipFraction <= 0.01);
        Assert.Equal((96, 1000d, 1600d), (card.WavelengthsNanometres.Count, card.WavelengthsNanometres[0], card.WavelengthsNanometres[^1]));
        Assert.InRange(new FileInfo(shipped).Length, 1, 200_000);
    }

    [Fact]
    public async Task Replay_finds_the_lesions_of_patients_of_another_seed()
    {
        using var folder = new TemporaryFolder();
        await Verbs.SucceedAsync(Verbs.ModelProgram, "phantom", "--out", folder.File("data"), "--patients", "4", "--seed", "77", "--size", "80x64");
        var recalls = new List<double>();
        foreach (var patient in new[] { "P001", "P002", "P003", "P004" })
        {
            string Scene(string name) => folder.File("data", name);
            await Verbs.SucceedAsync(
                Verbs.ApplianceProgram, "replay", Scene($"{patient}.hdr"), "--white", Scene($"{patient}_white.hdr"), "--dark", Scene($"{patient}_dark.hdr"),
                "--model", Path.Combine(Folder, "gastric-phantom.hsimodel"), "--out", folder.File(patient));
            var truth = EnviClassification.Read(Scene($"{patient}_labels.hdr")).Values;
            var map = EnviClassification.Read(folder.File(patient, "classes.hdr")).Values;
            recalls.Add(Recall(truth, map, 1));
            recalls.Add(Recall(truth, map, 2));
        }

        // Patients differ more than pixels do: one hard one among them must not hide that the others are found.
        Assert.True(recalls.Average() >= 0.8, string.Join(", ", recalls.Select(r => $"{r:P0}")));
        Assert.True(recalls.Count(r => r >= 0.9) >= 6, string.Join(", ", recalls.Select(r => $"{r:P0}")));
    }

    [Fact]
    public async Task Interrupted_it_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var process = Process.Start(new ProcessStartInfo(Verbs.ModelProgram, ["phantom", "--out", folder.File("data"), "--patients", "500"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var waited = Stopwatch.StartNew();
        while (Directory.GetDirectories(folder.Path).Length == 0 && waited.Elapsed < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(50);
        }

        Assert.NotEmpty(Directory.GetDirectories(folder.Path));
        await Verbs.SucceedAsync("kill", "-INT", $"{process.Id}");
        await process.WaitForExitAsync(new CancellationTokenSource(TimeSpan.FromSeconds(30)).Token);

        Assert.Equal(130, process.ExitCode);
        Assert.Contains("nothing was written", await process.StandardError.ReadToEndAsync(), StringComparison.Ordinal);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    private static double Recall(byte[] truth, byte[] map, byte wanted)
    {
        var all = truth.Count(value => value == wanted);
        return (double)truth.Zip(map).Count(pair => pair.First == wanted && pair.Second == wanted) / all;
    }
}
