using System.IO.Compression;
using System.Text.Json;
using HsiEdge.ModelBuilder.Cli;
using HsiEdge.Testing;
using Xunit;

namespace HsiEdge.Tests.ModelBuilder;

public sealed class ModelBuilderCliTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("phantom")]
    [InlineData("train")]
    [InlineData("quantize")]
    [InlineData("pack")]
    [InlineData("inspect")]
    public async Task Every_verb_explains_itself(string verb)
    {
        var (code, output, _) = await Run(verb, "--help");

        Assert.Equal(ModelBuilderCli.Success, code);
        Assert.Contains("--json", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--data")]
    [InlineData("stain --data x")]
    [InlineData("train")]
    [InlineData("train --data d --out o.hsimodel --epochs 0")]
    [InlineData("train --data d --out o.hsimodel --threshold 2")]
    [InlineData("train --data d --out o.hsimodel --hidden 0")]
    [InlineData("train --data d --out o.hsimodel --model-version one")]
    [InlineData("train --data d --out o.hsimodel --color red")]
    [InlineData("train --data d --out o.hsimodel --max-spectra 1")]
    [InlineData("phantom --out d --separation none")]
    [InlineData("phantom --out d --size 12")]
    [InlineData("phantom --out d --bands 1600:1000:9")]
    public async Task Wrong_usage_ends_with_2_and_a_hint(string line)
    {
        var (code, output, error) = await Run(line.Split(' '));

        Assert.Equal(ModelBuilderCli.WrongUsage, code);
        Assert.Empty(output);
        Assert.Contains("--help", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Bad_input_ends_with_3_and_leaves_nothing()
    {
        await File.WriteAllTextAsync(_folder.File("bad.csv"), "label,1000,1010\nwall,0.5,NaN\n");

        Assert.Contains("line 2", await Refused("train", "--data", _folder.File("bad.csv"), "--out", _folder.File("m.hsimodel")), StringComparison.Ordinal);
        Assert.Contains("no such", await Refused("train", "--data", _folder.File("none"), "--out", _folder.File("m.hsimodel")), StringComparison.Ordinal);
        Assert.Contains(".hsimodel", await Refused("train", "--data", _folder.File("bad.csv"), "--out", _folder.File("m.zip")), StringComparison.Ordinal);
        Assert.Contains("folder", await Refused("train", "--data", _folder.File("bad.csv"), "--out", _folder.File("no", "m.hsimodel")), StringComparison.Ordinal);
        Assert.Contains("bad.csv", await Refused("inspect", _folder.File("bad.csv")), StringComparison.Ordinal);
        Assert.Contains("bad.csv", await Refused("quantize", "--network", _folder.File("bad.csv"), "--data", _folder.File("bad.csv"), "--out", _folder.File("m.hsimodel")), StringComparison.Ordinal);
        Assert.Contains("not an empty folder", await Refused("phantom", "--out", _folder.Path), StringComparison.Ordinal);
        Assert.Equal(["bad.csv"], Directory.GetFileSystemEntries(_folder.Path).Select(Path.GetFileName));

        async Task<string> Refused(params string[] arguments)
        {
            var (code, output, error) = await Run(arguments);
            Assert.Equal(ModelBuilderCli.BadInput, code);
            Assert.Empty(output);
            return error;
        }
    }

    [Fact]
    public async Task A_stopped_run_ends_with_130_and_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        await source.CancelAsync();
        var output = new StringWriter();

        var code = await ModelBuilderCli.RunAsync(
            ["phantom", "--out", _folder.File("data"), "--patients", "2", "--size", "16x16"], output, TextWriter.Null, source.Token);

        Assert.Equal(130, code);
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task From_nothing_to_a_bundle_the_same_bytes_each_time_and_through_every_verb()
    {
        await Succeed("phantom", "--out", _folder.File("data"), "--patients", "6", "--size", "24x20", "--bands", "1000:1350:24", "--separation", "strong");
        string[] train = ["train", "--data", _folder.File("data"), "--name", "small", "--epochs", "15", "--json"];
        var report = Json(await Succeed([.. train, "--out", _folder.File("one.hsimodel"), "--float-out", _folder.File("network.json")]));
        await Succeed([.. train, "--out", _folder.File("two.hsimodel"), "--workers", "3"]);
        await Succeed("quantize", "--network", _folder.File("network.json"), "--data", _folder.File("data"), "--out", _folder.File("three.hsimodel"));

        var bytes = await File.ReadAllBytesAsync(_folder.File("one.hsimodel"));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder.File("two.hsimodel")));
        Assert.Equal(bytes, await File.ReadAllBytesAsync(_folder.File("three.hsimodel")));
        Assert.True(report.GetProperty("synthetic").GetBoolean());
        Assert.True(report.GetProperty("heldOut").GetProperty("balancedAccuracy").GetDouble() > 0.75);

        await ZipFile.ExtractToDirectoryAsync(_folder.File("one.hsimodel"), _folder.File("parts"));
        await Succeed(
            "pack", "--onnx", _folder.File("parts", "model.onnx"), "--card", _folder.File("parts", "card.json"), "--out", _folder.File("four.hsimodel"), "--json");
        var inspection = Json(await Succeed("inspect", _folder.File("four.hsimodel"), "--json"));
        Assert.Equal(3, inspection.GetProperty("network").GetProperty("quantizedConvolutions").GetInt32());
        Assert.Equal(0, inspection.GetProperty("network").GetProperty("floatConvolutions").GetInt32());
        Assert.False(inspection.GetProperty("model").GetProperty("signed").GetBoolean());
        var card = inspection.GetProperty("card");
        Assert.Equal("hidden lesion", card.GetProperty("classes").EnumerateArray().Single(c => c.GetProperty("target").GetBoolean()).GetProperty("name").GetString());
        Assert.Contains("Research use only", card.GetProperty("intendedUse").GetString(), StringComparison.Ordinal);
        Assert.Contains("not signed", await Succeed("inspect", _folder.File("one.hsimodel")), StringComparison.Ordinal);
        Assert.DoesNotContain(Directory.GetFileSystemEntries(_folder.Path), entry => entry.EndsWith(".tmp", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Results_for_people_say_synthetic_and_what_was_split()
    {
        await Succeed("phantom", "--out", _folder.File("data"), "--patients", "3", "--size", "16x16", "--bands", "1000,1100,1210,1300");

        var text = await Succeed("train", "--data", _folder.File("data"), "--out", _folder.File("m.hsimodel"), "--epochs", "2", "--color", "normal wall=#123456");

        Assert.Contains("SYNTHETIC", text, StringComparison.Ordinal);
        Assert.Contains("split by patient", text, StringComparison.Ordinal);
        Assert.Contains("(synthetic)", text, StringComparison.Ordinal);
        Assert.Contains("absorbance, snv, center, scale", text, StringComparison.Ordinal);
    }

    private static JsonElement Json(string text)
    {
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }

    private static async Task<string> Succeed(params string[] arguments)
    {
        var (code, output, error) = await Run(arguments);
        Assert.True(code == ModelBuilderCli.Success, $"exit {code}: {error}");
        return output;
    }

    private static async Task<(int Code, string Output, string Error)> Run(params string[] arguments)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        var code = await ModelBuilderCli.RunAsync(arguments, output, error, CancellationToken.None);
        return (code, output.ToString(), error.ToString());
    }
}
