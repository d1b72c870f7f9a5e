using System.Text.Json;
using HsiEdge.Core.Calibrate;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace HsiEdge.Tests.Cli;

/// <summary><c>validate</c>, <c>doctor</c> and <c>model</c>: what they say of a box that is well and of one that is not.</summary>
public sealed class ConfigurationVerbTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Validate_accepts_a_sound_configuration_and_names_its_file()
    {
        var run = await CliRun.OfAsync("validate", "--config", WriteConfiguration());
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains(_folder.File("appsettings.json"), run.Out);
        var json = await CliRun.OfAsync("validate", "--config", _folder.File("appsettings.json"), "--json");
        Assert.True(json.Json.GetProperty("ok").GetBoolean());
        Assert.Equal(40, json.Json.GetProperty("values").GetProperty("Interpret:MinimumPixels").GetInt32());
    }

    [Fact]
    public async Task Validate_names_every_problem_at_once_with_its_place()
    {
        var file = WriteConfiguration();
        var run = await CliRun.WithAsync(
            new Dictionary<string, string> { ["HSIEDGE__Appliance__Cart"] = "a cart" },
            ["validate", "--config", file, "--Interpret:MinimumPixles", "3", "--Processing:TilePixels=7", "--Camera:PlanPath", _folder.File("plan.json")]);
        Assert.Equal(3, run.ExitCode);
        Assert.Equal("", run.Out);
        foreach (var part in new[] { "Interpret:MinimumPixles", "Interpret:MinimumPixels", "Processing:TilePixels", "HSIEDGE__Appliance__Cart", "Camera:PlanPath" })
        {
            Assert.Contains(part, run.Error);
        }

        Assert.Equal(4, run.Error.Trim().Split('\n').Length);
    }

    [Fact]
    public async Task Validate_reads_the_files_that_the_configuration_names()
    {
        var file = WriteConfiguration();
        await File.WriteAllTextAsync(_folder.File("plan.json"), "{ \"name\": \"p\", \"colour\": 1 }");
        var bytes = await File.ReadAllBytesAsync(_folder.File("fits.hsimodel"));
        bytes[^200] ^= 0x40;
        await File.WriteAllBytesAsync(_folder.File("fits.hsimodel"), bytes);
        var run = await CliRun.OfAsync("validate", "--config", file, "--Camera:PlanPath", _folder.File("plan.json"), "--Board:ProfilePath", _folder.File("plan.json"), "--json");
        Assert.Equal(3, run.ExitCode);
        var faults = run.Json.GetProperty("faults").EnumerateArray().Select(f => f.GetProperty("key").GetString());
        Assert.Equal(["Camera:PlanPath", "Board:ProfilePath", "Model:BundlePath"], faults);
    }

    [Theory]
    [InlineData("/proc/hsiedge/data")]
    [InlineData("/dev/null/data")]
    public async Task Validate_tries_whether_the_data_folder_can_be_written_and_leaves_nothing_there(string folder)
    {
        var run = await CliRun.OfAsync("validate", "--config", WriteConfiguration(), "--Store:DataFolder", folder);
        Assert.Equal(3, run.ExitCode);
        Assert.StartsWith($"Store:DataFolder: {folder} cannot be written: ", run.Error, StringComparison.Ordinal);
        var before = Directory.GetFileSystemEntries(_folder.Path);
        Assert.Equal(0, (await CliRun.OfAsync("validate", "--config", _folder.File("appsettings.json"), "--Store:DataFolder", _folder.File("data"))).ExitCode);
        Assert.Equal(before, Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_missing_configuration_file_is_refused_by_name()
    {
        var missing = await CliRun.OfAsync("validate", "--config", _folder.File("none.json"));
        Assert.Equal(3, missing.ExitCode);
        Assert.Contains("none.json", missing.Error);
    }

    [Fact]
    public async Task Doctor_says_of_each_failed_item_what_to_do_and_exits_with_1()
    {
        var file = WriteConfiguration();
        File.Delete(_folder.File("fits.hsimodel"));
        var run = await CliRun.OfAsync(
            "doctor", "--config", file, "--Store:DataFolder", _folder.File("no-data"), "--Mqtt:Port", $"{MosquittoBroker.FreePort()}", "--json");
        Assert.Equal(1, run.ExitCode);
        Assert.False(run.Json.GetProperty("ok").GetBoolean());
        var items = run.Json.GetProperty("items").EnumerateArray().ToDictionary(i => i.GetProperty("check").GetString()!);
        foreach (var check in new[] { "configuration", "data folder", "model", "broker" })
        {
            Assert.Equal("failed", items[check].GetProperty("state").GetString());
            Assert.NotEqual("", items[check].GetProperty("advice").GetString());
        }

        Assert.Equal("ok", items["clock"].GetProperty("state").GetString());
        Assert.Equal("warning", items["camera"].GetProperty("state").GetString());
        Assert.Contains("SYNTHETIC", items["camera"].GetProperty("found").GetString());
        Assert.False(Directory.Exists(_folder.File("no-data")));
    }

    [Fact]
    public async Task Doctor_finds_a_sound_model_and_folder_and_prints_a_table()
    {
        var file = WriteConfiguration();
        Directory.CreateDirectory(_folder.File("data"));
        await File.WriteAllTextAsync(
            _folder.File("fits.json"),
            """{ "name": "fits", "wavelengths": { "firstNanometres": 420, "lastNanometres": 1000, "bands": 60 }, "exposureMicroseconds": 1000, "pixelPitchMillimetres": 0.2 }""");
        var run = await CliRun.OfAsync(
            "doctor", "--config", file, "--Store:DataFolder", _folder.File("data"), "--Mqtt:Enabled", "false", "--Camera:PlanPath", _folder.File("fits.json"));
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("self-test passed", run.Out);
        Assert.Contains("GiB free", run.Out);
        Assert.Contains("Nothing failed.", run.Out);
        Assert.Empty(CliFixtures.Entries(_folder.File("data")));
    }

    [Theory]
    [InlineData("Phantom", "takes new references before its next capture")]
    [InlineData("Replay", "Camera:ReplayFolder")]
    public async Task Doctor_says_of_inhibited_alerts_what_helps_with_that_camera(string camera, string advice)
    {
        var file = WriteConfiguration();
        var record = new SampleRecords(TimeProvider.System).Next();
        await using (var store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = _folder.File("data") }, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None))
        {
            await store.RecordAsync(record with { Result = record.Result with { Flags = CalibrationFlags.Stale, AlertsInhibited = true } }, CancellationToken.None);
        }

        var run = await CliRun.OfAsync(
            "doctor", "--config", file, "--Store:DataFolder", _folder.File("data"), "--Mqtt:Enabled", "false", "--Camera:Source", camera, "--Camera:ReplayFolder", _folder.Path, "--json");
        var item = run.Json.GetProperty("items").EnumerateArray().Single(i => i.GetProperty("check").GetString() == "calibration");
        Assert.Equal("failed", item.GetProperty("state").GetString());
        Assert.Contains("ALERTS INHIBITED", item.GetProperty("found").GetString());
        Assert.Contains(advice, item.GetProperty("advice").GetString());
        Assert.DoesNotContain("reference-dark", item.GetProperty("advice").GetString());
    }

    [Fact]
    public async Task Model_verify_reports_every_step()
    {
        var path = CliFixtures.PackFitting(_folder);
        var good = await CliRun.OfAsync("model", "verify", path, "--json");
        Assert.True(good.ExitCode == 0, good.ToString());
        Assert.Equal(
            ["file", "layout", "signature", "hashes", "card", "guard", "session", "self-test"],
            good.Json.GetProperty("checks").EnumerateArray().Select(c => c.GetProperty("name").GetString()));
        var text = await CliRun.OfAsync("model", "verify", path);
        Assert.Contains("sample-vnir@1.2.3, unsigned", text.Out);
        Assert.Contains("SYNTHETIC", text.Out);

        var unsigned = await CliRun.OfAsync("model", "verify", path, "--require-signature");
        Assert.Equal(3, unsigned.ExitCode);
        Assert.Contains("signature", unsigned.Error);
    }

    [Fact]
    public async Task Model_verify_refuses_a_bundle_whichever_byte_changed()
    {
        var bytes = await File.ReadAllBytesAsync(CliFixtures.PackFitting(_folder));
        for (var part = 1; part < 8; part++)
        {
            var changed = bytes.ToArray();
            changed[bytes.Length * part / 8] ^= 4;
            var path = _folder.File($"changed{part}.hsimodel");
            await File.WriteAllBytesAsync(path, changed);
            var run = await CliRun.OfAsync("model", "verify", path);
            Assert.True(run.ExitCode == 3, $"byte {bytes.Length * part / 8}: {run}");
            Assert.Single(run.Error.Trim().Split('\n'));
        }
    }

    [Fact]
    public async Task Model_list_shows_sound_bundles_and_why_others_are_refused()
    {
        CliFixtures.PackFitting(_folder, "a.hsimodel");
        await File.WriteAllTextAsync(_folder.File("b.hsimodel"), "not a zip");
        var run = await CliRun.OfAsync("model", "list", "--folder", _folder.Path, "--json");
        Assert.True(run.ExitCode == 0, run.ToString());
        var models = run.Json.GetProperty("models").EnumerateArray().ToList();
        Assert.Equal("sample-vnir", models[0].GetProperty("model").GetProperty("name").GetString());
        Assert.Equal(CliFixtures.Bands, models[0].GetProperty("wavelengthsNanometres").GetArrayLength());
        Assert.Contains("b.hsimodel", models[1].GetProperty("error").GetString());
        var text = await CliRun.OfAsync("model", "list", "--folder", _folder.Path);
        Assert.Contains("12: 420–1000 nm", text.Out);
        Assert.Contains("class 2*", text.Out);
        Assert.Equal(3, (await CliRun.OfAsync("model", "list", "--folder", _folder.File("none"))).ExitCode);
    }

    private string WriteConfiguration()
    {
        var settings = new { Interpret = new { MinimumPixels = 40 }, Model = new { BundlePath = CliFixtures.PackFitting(_folder) }, Store = new { DataFolder = _folder.Path } };
        File.WriteAllText(_folder.File("appsettings.json"), JsonSerializer.Serialize(settings));
        return _folder.File("appsettings.json");
    }
}
