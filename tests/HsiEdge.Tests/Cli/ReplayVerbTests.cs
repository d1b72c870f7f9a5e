using System.Text.Json;
using HsiEdge.Core.Envi;
using HsiEdge.Testing;
using HsiEdge.Tests.Infer;
using NJsonSchema;
using SkiaSharp;
using Xunit;

namespace HsiEdge.Tests.Cli;

public sealed class ReplayVerbTests : IDisposable
{
    private static readonly string[] AllFiles = ["classes.hdr", "classes.img", "overlay.png", "probability.hdr", "probability.img", "result.json"];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_reflectance_cube_gives_a_whole_folder_whose_files_agree()
    {
        var run = await CliRun.OfAsync("replay", CliFixtures.Cube, "--model", CliFixtures.PackFitting(_folder), "--out", _folder.File("out"), "--json", "--pitch-mm", "0.5");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(AllFiles, CliFixtures.Entries(_folder.File("out")));
        Assert.Equal(["fits.hsimodel", "out"], CliFixtures.Entries(_folder.Path));

        var text = await File.ReadAllTextAsync(_folder.File("out", "result.json"));
        Assert.Equal(text.Trim(), run.Out.Trim());
        await AssertMatchesSchemaAsync(text);
        var result = run.Json;
        Assert.Equal("replay", result.GetProperty("cause").GetString());
        Assert.Equal("resampled", result.GetProperty("flags").GetString());
        Assert.Contains("resampled to the model's", result.GetProperty("input").GetProperty("resampling").GetString());

        var classes = EnviClassification.Read(_folder.File("out", "classes.hdr"));
        Assert.Equal(["no data", "class 0", "class 1", "class 2"], classes.Names!);
        Assert.Equal(["#000000", "#000000", "#000001", "#000002"], classes.Colours!);
        foreach (var (name, index) in classes.Names!.Skip(1).Select((n, i) => (n, i + 1)))
        {
            Assert.Equal(classes.Values.Count(v => v == index), result.GetProperty("classPixels").GetProperty(name).GetInt32());
        }

        AssertProbabilitiesAgree(classes);
        using var overlay = SKBitmap.Decode(_folder.File("out", "overlay.png"));
        Assert.True(overlay.Width >= 640);
    }

    [Fact]
    public async Task A_model_without_targets_is_said_to_have_none_instead_of_no_finding()
    {
        var bundle = CliFixtures.PackFitting(_folder, targets: false);
        var run = await CliRun.OfAsync("replay", CliFixtures.Cube, "--model", bundle, "--out", _folder.File("out"));
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("no target classes", run.Out);
        Assert.DoesNotContain("no finding", run.Out);
    }

    [Fact]
    public async Task Raw_counts_with_white_and_dark_are_calibrated()
    {
        var (raw, white, dark) = CliFixtures.WriteRawScene(_folder);
        var run = await CliRun.OfAsync("replay", raw, "--model", CliFixtures.PackFitting(_folder), "--white", white, "--dark", dark, "--out", _folder.File("out"), "--workers", "1");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("taken as rawCounts", run.Out);
        var json = await File.ReadAllTextAsync(_folder.File("out", "result.json"));
        await AssertMatchesSchemaAsync(json);
        var result = JsonDocument.Parse(json).RootElement;
        Assert.Equal("white+dark", result.GetProperty("calibrationId").GetString());
        Assert.Equal(24 * 18, result.GetProperty("pixels").GetProperty("valid").GetInt32());
    }

    [Fact]
    public async Task A_raw_cube_with_a_dark_reference_alone_is_refused_with_the_reason()
    {
        var run = await RefusedAsync(
            3,
            SharedData.Path("plantcv-envi-raw-dark", "corn-kernel-hyperspectral.hdr"),
            "--dark",
            SharedData.Path("plantcv-envi-raw-dark", "darkReference.hdr"));
        Assert.Contains("--white", run.Error);
        Assert.Contains("a dark reference alone cannot give it", run.Error);
    }

    [Fact]
    public async Task A_raw_cube_without_references_is_refused_with_the_reason()
    {
        var run = await RefusedAsync(3, SharedData.Path("plantcv-envi-raw-dark", "corn-kernel-hyperspectral.hdr"));
        Assert.Contains("cannot be taken as reflectance: integer data (UInt16)", run.Error);
    }

    [Fact]
    public async Task A_missing_cube_is_refused_by_name()
    {
        var run = await RefusedAsync(3, _folder.File("nothing.hdr"));
        Assert.Contains("nothing.hdr", run.Error);
    }

    [Fact]
    public async Task A_truncated_cube_is_refused_with_both_byte_counts()
    {
        File.Copy(CliFixtures.Cube, _folder.File("short.hdr"));
        var data = await File.ReadAllBytesAsync(Path.ChangeExtension(CliFixtures.Cube, ".img"));
        await File.WriteAllBytesAsync(_folder.File("short.img"), data[..^100]);
        var run = await RefusedAsync(3, _folder.File("short.hdr"));
        Assert.Contains("178560", run.Error.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
        Assert.Contains("178460", run.Error.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_cube_whose_wavelengths_do_not_cover_the_models_is_refused()
    {
        SampleModels.Pack(_folder.File("nir.hsimodel"));
        var run = await RefusedAsync(3, CliFixtures.Cube, "--model", _folder.File("nir.hsimodel"));
        Assert.Contains("1600", run.Error);
        Assert.Contains("1043", run.Error);
    }

    [Fact]
    public async Task A_bundle_with_a_changed_byte_is_refused()
    {
        var path = CliFixtures.PackFitting(_folder);
        var bytes = await File.ReadAllBytesAsync(path);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(path, bytes);
        var run = await RefusedAsync(3, CliFixtures.Cube, "--model", path);
        Assert.Contains("fits.hsimodel", run.Error);
    }

    [Theory]
    [InlineData("/proc/hsiedge/out")]
    [InlineData("/etc/hostname/out")]
    public async Task An_output_folder_that_cannot_be_written_fails_before_any_work(string output)
    {
        var run = await CliRun.OfAsync("replay", CliFixtures.Cube, "--model", CliFixtures.PackFitting(_folder), "--out", output);
        Assert.Equal(1, run.ExitCode);
        AssertOneMessage(run);
        Assert.Contains(output, run.Error);
    }

    [Fact]
    public async Task An_output_folder_with_other_files_is_never_touched_and_an_own_one_only_by_force()
    {
        var bundle = CliFixtures.PackFitting(_folder);
        var output = _folder.File("out");
        Task<CliRun> ReplayAsync(params string[] more) => CliRun.OfAsync(["replay", CliFixtures.Cube, "--model", bundle, "--out", output, .. more]);
        Assert.Equal(0, (await ReplayAsync()).ExitCode);
        var first = await File.ReadAllBytesAsync(_folder.File("out", "result.json"));
        Assert.Equal(3, (await ReplayAsync()).ExitCode);
        Assert.Equal(first, await File.ReadAllBytesAsync(_folder.File("out", "result.json")));
        Assert.Equal(0, (await ReplayAsync("--force")).ExitCode);
        Assert.NotEqual(first, await File.ReadAllBytesAsync(_folder.File("out", "result.json")));

        await File.WriteAllTextAsync(_folder.File("out", "notes.txt"), "mine");
        var refused = await ReplayAsync("--force");
        Assert.Equal(3, refused.ExitCode);
        Assert.Contains("notes.txt", refused.Error);
        Assert.Equal([.. AllFiles[..2], "notes.txt", .. AllFiles[2..]], CliFixtures.Entries(output));
        Assert.Equal(["fits.hsimodel", "out"], CliFixtures.Entries(_folder.Path));
    }

    [Fact]
    public async Task Cancelling_leaves_nothing_behind()
    {
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var bundle = CliFixtures.PackFitting(_folder);
        var run = await CliRun.WithAsync(
            new Dictionary<string, string>(), ["replay", CliFixtures.Cube, "--model", bundle, "--out", _folder.File("out")], cancellationToken: stop.Token);
        Assert.Equal(130, run.ExitCode);
        Assert.Equal(["fits.hsimodel"], CliFixtures.Entries(_folder.Path));
    }

    [Fact]
    public async Task Cancelling_at_any_moment_leaves_all_or_nothing()
    {
        var bundle = CliFixtures.PackFitting(_folder);
        foreach (var microseconds in new[] { 100, 1000, 3000, 10_000, 30_000, 60_000 })
        {
            using var stop = new CancellationTokenSource(TimeSpan.FromMicroseconds(microseconds));
            var output = _folder.File($"out{microseconds}");
            var run = await CliRun.WithAsync(
                new Dictionary<string, string>(), ["replay", CliFixtures.Cube, "--model", bundle, "--out", output], cancellationToken: stop.Token);
            Assert.True(run.ExitCode is 0 or 130, run.ToString());
            Assert.Equal(run.ExitCode == 0, Directory.Exists(output));
            Assert.DoesNotContain(CliFixtures.Entries(_folder.Path), e => e.EndsWith(".partial", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Errors_come_as_JSON_too_when_asked()
    {
        var run = await CliRun.OfAsync("replay", _folder.File("nothing.hdr"), "--out", _folder.File("out"), "--json", "--model", "x");
        Assert.Equal(3, run.ExitCode);
        Assert.False(run.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(3, run.Json.GetProperty("exitCode").GetInt32());
        Assert.Equal(run.Error.Trim(), run.Json.GetProperty("error").GetString());
    }

    [Theory]
    [InlineData("--pitch-mm", "0")]
    [InlineData("--pitch-mm", "wide")]
    [InlineData("--workers", "-1")]
    [InlineData("--colour", "red")]
    public async Task Options_without_sense_are_wrong_usage(string option, string value)
    {
        var run = await CliRun.OfAsync("replay", CliFixtures.Cube, "--model", "x", "--out", _folder.File("out"), option, value);
        Assert.Equal(2, run.ExitCode);
        AssertOneMessage(run);
        Assert.Empty(CliFixtures.Entries(_folder.Path));
    }

    [Fact]
    public async Task A_wrong_setting_of_the_pipeline_is_refused_by_key()
    {
        var run = await RefusedAsync(3, CliFixtures.Cube, "--Processing:TilePixels", "3");
        Assert.Contains("Processing:TilePixels", run.Error);
    }

    private static async Task AssertMatchesSchemaAsync(string json)
    {
        var schema = await JsonSchema.FromFileAsync(Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "replay-result.schema.json"));
        Assert.Empty(schema.Validate(json).Select(e => e.ToString()));
    }

    private static void AssertOneMessage(CliRun run)
    {
        Assert.Equal("", run.Out);
        Assert.Single(run.Error.Trim().Split('\n'));
        Assert.DoesNotContain("   at ", run.Error);
    }

    private void AssertProbabilitiesAgree(EnviClassification classes)
    {
        using var image = EnviImage.Open(_folder.File("out", "probability.hdr"));
        Assert.Equal(["class 0", "class 1", "class 2"], image.Header.BandNames!);
        var values = new float[image.Shape.ValueCount];
        image.ReadPixels(0, classes.Values.Length, values);
        for (var i = 0; i < classes.Values.Length; i++)
        {
            var spectrum = values.AsSpan(i * 3, 3);
            Assert.Equal(classes.Values[i] == 0, float.IsNaN(spectrum[0]));
            if (classes.Values[i] != 0)
            {
                Assert.Equal(1.0, spectrum[0] + spectrum[1] + spectrum[2], 1e-4);
            }
        }
    }

    /// <summary>A refused replay: the exit code, one message without a trace, no output folder nor a part of it.</summary>
    private async Task<CliRun> RefusedAsync(int exitCode, params string[] arguments)
    {
        string[] model = arguments.Contains("--model") ? [] : ["--model", CliFixtures.PackFitting(_folder)];
        var before = CliFixtures.Entries(_folder.Path);
        var run = await CliRun.OfAsync(["replay", .. arguments, .. model, "--out", _folder.File("out")]);
        Assert.True(run.ExitCode == exitCode, run.ToString());
        AssertOneMessage(run);
        Assert.Equal(before, CliFixtures.Entries(_folder.Path));
        return run;
    }
}
