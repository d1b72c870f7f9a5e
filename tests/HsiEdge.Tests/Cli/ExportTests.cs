using System.Text.Json;
using HsiEdge.Appliance.Cli.Export;
using HsiEdge.Core.Cubes;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Cli;

/// <summary><c>results export</c> beyond what <see cref="ResultsVerbTests"/> holds: pages, formulas, ledgers, raw cubes, all or nothing.</summary>
public sealed class ExportTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private SampleRecords _samples = null!;
    private LiteDbResultStore _store = null!;

    private StoreOptions Options => new() { DataFolder = _folder.File("data") };

    public async ValueTask InitializeAsync()
    {
        _samples = new SampleRecords(_time);
        _store = await LiteDbResultStore.OpenAsync(Options, _time, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0")]
    [InlineData("+1", "'+1")]
    [InlineData("-1", "'-1")]
    [InlineData("@SUM(A1)", "'@SUM(A1)")]
    [InlineData("\t=1", "'\t=1")]
    [InlineData("\r=1", "\"'\r=1\"")]
    [InlineData("a, \"b\"", "\"a, \"\"b\"\"\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    [InlineData("case-1", "case-1")]
    [InlineData("", "")]
    public void A_cell_is_text_for_any_spreadsheet(string text, string cell) => Assert.Equal(cell, CsvTable.Cell(text));

    [Fact]
    public void Numbers_keep_their_sign_and_every_digit()
    {
        Assert.Equal("-0.1", CsvTable.Cell(-0.1));
        Assert.Equal("0.30000000000000004", CsvTable.Cell(0.1 + 0.2));
        Assert.Equal("18446744073709551615", CsvTable.Cell(ulong.MaxValue));
        Assert.Equal("true", CsvTable.Cell(true));
        Assert.Equal("", CsvTable.Cell(null));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(200)]
    public async Task Pages_give_each_result_once_newest_first_also_many_of_one_millisecond(int pageResults)
    {
        var ids = await RecordAsync(4, TimeSpan.FromSeconds(1));
        ids.AddRange(await RecordAsync(11, TimeSpan.Zero));
        _time.Advance(TimeSpan.FromMilliseconds(1));
        ids.AddRange(await RecordAsync(5, TimeSpan.FromMilliseconds(1)));

        var pages = new ResultPages(cancellationToken => ResultStoreReader.OpenAsync(Options, cancellationToken), pageResults);
        var read = await ReadAsync(pages, new ResultQuery(int.MaxValue));
        Assert.Equal(ids.Order(StringComparer.Ordinal), read.Order(StringComparer.Ordinal));
        var times = read.Select(id => ids.IndexOf(id)).ToList();
        Assert.Equal([19, 18, 17, 16, 15], times.Take(5));
        Assert.Equal([3, 2, 1, 0], times.TakeLast(4));
        Assert.Equal(read.Take(6), await ReadAsync(pages, new ResultQuery(6)));
    }

    [Fact]
    public async Task Results_recorded_during_an_export_stay_out_and_the_store_may_checkpoint_between_pages()
    {
        var ids = await RecordAsync(9, TimeSpan.FromSeconds(1));
        var read = new List<string>();
        var pages = new ResultPages(cancellationToken => ResultStoreReader.OpenAsync(Options, cancellationToken), pageResults: 2);
        await foreach (var page in pages.ReadAsync(new ResultQuery(int.MaxValue), CancellationToken.None))
        {
            read.AddRange(page.Results.Select(r => r.Id));
            await RecordAsync(1, TimeSpan.FromSeconds(1));
        }

        Assert.Equal(Enumerable.Reverse(ids), read);
    }

    [Fact]
    public async Task Ledgers_come_along_when_asked_for()
    {
        var ids = await RecordAsync(2, TimeSpan.FromSeconds(1));
        await ExportAsync("j", "--all", "--ledgers");
        var lines = (await File.ReadAllLinesAsync(_folder.File("j", "results.jsonl"))).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.All(lines, l => Assert.Equal(14, l.GetProperty("triggerLedger").GetProperty("ledger").GetProperty("pulses").GetArrayLength()));
        Assert.All(lines, l => Assert.Equal(13, l.GetProperty("ledger").GetProperty("paired").GetInt32()));

        await ExportAsync("c", "--all", "--ledgers", "--format", "csv");
        var pulses = await File.ReadAllLinesAsync(_folder.File("c", "pulses.csv"));
        Assert.Equal(1 + 28, pulses.Length);
        Assert.Equal($"{ids[1]},13,13,13000,13150.5,13152.5,paired,53,13000000,14400,249.5", pulses[14]);
        await ExportAsync("n", "--all", "--format", "csv");
        Assert.Equal(["classes.csv", "findings.csv", "results.csv"], CliFixtures.Entries(_folder.File("n")).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Filters_choose_without_all()
    {
        var ids = await RecordAsync(4, TimeSpan.FromHours(1));
        await ExportAsync("f", "--from", "2026-11-24T09:30:00Z", "--to", "2026-11-24T11:00:00Z");
        var line = Assert.Single(await File.ReadAllLinesAsync(_folder.File("f", "results.jsonl")));
        Assert.Equal(ids[2], JsonDocument.Parse(line).RootElement.GetProperty("id").GetString());
        var run = await CliRun.OfAsync("results", "export", ids[0], "--case", "case-1", "--data-folder", Options.DataFolder, "--out", _folder.File("x"));
        Assert.Equal(2, run.ExitCode);
    }

    [Fact]
    public async Task A_raw_cube_that_was_kept_is_copied_and_one_that_is_gone_is_said()
    {
        var header = _folder.File("cube.hdr");
        using (var cube = new RawCube(new CubeShape(3, 4, 2), Interleave.Bip, new WavelengthAxis([1000, 1100]), [.. Enumerable.Repeat((ushort)7, 24)], 65_535))
        {
            EnviWriter.WriteRaw(header, cube);
        }

        var kept = await RecordOneAsync(header);
        var gone = await RecordOneAsync(_folder.File("gone.hdr"));

        var report = await ExportAsync("e", "--all", "--format", "envi", "--json");
        Assert.Equal([gone], report.GetProperty("withoutRawCube").EnumerateArray().Select(e => e.GetString()!));
        using var image = EnviImage.Open(_folder.File("e", kept, "raw.hdr"));
        var values = new ushort[24];
        image.ReadValues<ushort>(0, 12, values);
        Assert.All(values, v => Assert.Equal(7, v));
        Assert.DoesNotContain(CliFixtures.Entries(_folder.File("e", gone)), name => name.StartsWith("raw", StringComparison.Ordinal));

        await ExportAsync("w", "--all", "--format", "envi", "--without-raw");
        Assert.False(File.Exists(_folder.File("w", kept, "raw.hdr")));
    }

    [Theory]
    [InlineData("jsonl")]
    [InlineData("csv")]
    [InlineData("envi")]
    public async Task An_export_that_is_stopped_leaves_nothing(string format)
    {
        await RecordAsync(3, TimeSpan.FromSeconds(1));
        using var stop = new CancellationTokenSource();
        await stop.CancelAsync();
        var before = CliFixtures.Entries(_folder.Path);
        var run = await CliRun.WithAsync(
            new Dictionary<string, string>(), ["results", "export", "--all", "--format", format, "--data-folder", Options.DataFolder, "--out", _folder.File("x")],
            cancellationToken: stop.Token);
        Assert.Equal(130, run.ExitCode);
        Assert.Equal(before, CliFixtures.Entries(_folder.Path));
    }

    private static async Task<List<string>> ReadAsync(ResultPages pages, ResultQuery query)
    {
        var read = new List<string>();
        await foreach (var page in pages.ReadAsync(query, CancellationToken.None))
        {
            read.AddRange(page.Results.Select(r => r.Id));
        }

        return read;
    }

    private async Task<JsonElement> ExportAsync(string to, params string[] arguments)
    {
        var run = await CliRun.OfAsync(["results", "export", .. arguments, "--data-folder", Options.DataFolder, "--out", _folder.File(to)]);
        Assert.True(run.ExitCode == 0, run.ToString());
        return arguments.Contains("--json") ? run.Json : default;
    }

    private async Task<List<string>> RecordAsync(int count, TimeSpan apart)
    {
        var ids = new List<string>();
        for (var i = 0; i < count; i++)
        {
            var record = _samples.Next(4, 5);
            await _store.RecordAsync(record, CancellationToken.None);
            ids.Add(record.Result.Id);
            _time.Advance(apart);
        }

        return ids;
    }

    private async Task<string> RecordOneAsync(string rawCubePath)
    {
        var record = _samples.Next(4, 5);
        await _store.RecordAsync(record with { Result = record.Result with { RawCubePath = rawCubePath } }, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(1));
        return record.Result.Id;
    }
}
