using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using SkiaSharp;
using Xunit;

namespace HsiEdge.IntegrationTests.Cli;

/// <summary>What <c>hsiedge results export</c> writes beside a running writer, read by GDAL, Spectral Python and Python's csv and json.</summary>
public sealed class ExportPeersTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Other_peoples_programs_read_every_value_of_an_export()
    {
        var options = new StoreOptions { DataFolder = _folder.File("data") };
        await using var store = await LiteDbResultStore.OpenAsync(options, TimeProvider.System, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        var record = Record();
        await store.RecordAsync(record, CancellationToken.None);
        await ExportAsync("e", record.Result.Id, "--format", "envi");
        await ExportAsync("c", "--all", "--format", "csv", "--ledgers");
        await ExportAsync("j", "--all");

        var script = Path.Combine(SharedData.RepositoryRoot, "tests", "HsiEdge.IntegrationTests", "Cli", "export_peers.py");
        // Debian's interpreter by its path: another python3 may come first on PATH.
        var read = await ProgramRun.StartAsync("/usr/bin/python3", [script, _folder.File("e", record.Result.Id), _folder.File("c"), _folder.File("j", "results.jsonl")]);
        Assert.True(read.ExitCode == 0, read.Output + read.Error);
        using var json = JsonDocument.Parse(read.Output);
        AssertImages(json.RootElement, record);
        AssertTables(json.RootElement, record.Result);
    }

    private static void AssertImages(JsonElement read, ResultRecord record)
    {
        var (classes, probabilities) = (Hash(record.Maps.Classes.Values), Hash(MemoryMarshal.AsBytes(record.Maps.Probabilities.Values.AsSpan())));
        foreach (var peer in new[] { "gdal", "spectral" })
        {
            var images = read.GetProperty(peer);
            Assert.Equal(classes, images.GetProperty("classes").GetProperty("sha256").GetString());
            Assert.Equal(["no data", "mucosa", "lesion", "vessel"], images.GetProperty("classes").GetProperty("classes").EnumerateArray().Select(c => c.GetString()!));
            Assert.Equal(probabilities, images.GetProperty("probability").GetProperty("sha256").GetString());
            Assert.Equal(24, images.GetProperty("raw").GetProperty("shape").EnumerateArray().Aggregate(1, (n, e) => n * e.GetInt32()));
        }

        Assert.Equal("PNG", read.GetProperty("overlay").GetString());
    }

    private static void AssertTables(JsonElement read, CaptureResult result)
    {
        var csv = read.GetProperty("csv");
        var row = Assert.Single(csv.GetProperty("results").EnumerateArray());
        Assert.Equal("'=HYPERLINK(\"http://x\";\"ä, µ\")", row.GetProperty("caseId").GetString());
        Assert.Equal("stale, drifted, resampled", row.GetProperty("flags").GetString());
        Assert.Equal("13", row.GetProperty("pulsesPaired").GetString());
        Assert.Equal("0.3125", row.GetProperty("pixelPitchMillimetres").GetString());
        Assert.Equal("12.5", Assert.Single(csv.GetProperty("findings").EnumerateArray()).GetProperty("areaSquareMillimetres").GetString());
        Assert.Equal(["mucosa", "lesion", "vessel"], csv.GetProperty("classes").EnumerateArray().Select(c => c.GetProperty("className").GetString()!));
        Assert.Equal(14, csv.GetProperty("pulses").GetArrayLength());
        var line = Assert.Single(read.GetProperty("jsonl").EnumerateArray());
        Assert.Equal(result.Id, line.GetProperty("id").GetString());
        Assert.Equal(result.CaseId, line.GetProperty("caseId").GetString());
    }

    private static string Hash(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private ResultRecord Record()
    {
        using (var cube = new RawCube(new CubeShape(3, 4, 2), Interleave.Bip, new WavelengthAxis([1000, 1100]), [.. Enumerable.Range(0, 24).Select(i => (ushort)i)], 65_535))
        {
            EnviWriter.WriteRaw(_folder.File("cube.hdr"), cube);
        }

        using var bitmap = new SKBitmap(8, 6);
        using var png = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        var record = new SampleRecords(TimeProvider.System).Next(caseId: "=HYPERLINK(\"http://x\";\"ä, µ\")");
        return record with { OverlayPng = png.ToArray(), Result = record.Result with { RawCubePath = _folder.File("cube.hdr") } };
    }

    private async Task ExportAsync(string to, params string[] arguments)
    {
        var run = await ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), ["results", "export", .. arguments, "--data-folder", _folder.File("data"), "--out", _folder.File(to)]);
        Assert.True(run.ExitCode == 0, run.Output + run.Error);
    }
}
