using System.Text.Json;
using HsiEdge.Core.Envi;
using HsiEdge.Core.Record;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using NJsonSchema;
using Xunit;

namespace HsiEdge.Tests.Cli;

public sealed class ResultsVerbTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
    private readonly List<ResultRecord> _records = [];

    private string Data => _folder.File("data");

    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Data);
        var samples = new SampleRecords(_time);
        await using var store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = Data }, _time, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        for (var i = 0; i < 5; i++)
        {
            _records.Add(WithLedger(i, samples.Next(caseId: i < 3 ? "case, \"one\"" : "two", findings: i % 2 == 0)));
            await store.RecordAsync(_records[^1], CancellationToken.None);
            _time.Advance(TimeSpan.FromHours(1));
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task List_shows_the_newest_first_and_obeys_every_filter()
    {
        await AssertListAsync([4, 3, 2, 1, 0]);
        await AssertListAsync([4, 3], "--limit", "2");
        await AssertListAsync([4, 3], "--case", "two");
        await AssertListAsync([4, 2, 0], "--findings");
        await AssertListAsync([3, 2], "--from", "2026-11-24T10:00:00Z", "--to", "2026-11-24T12:00:00");
        await AssertListAsync([2], "--from", "2026-11-24T08:30:00", "--case", "case, \"one\"", "--findings");
    }

    [Fact]
    public async Task List_for_people_says_what_matters_and_that_it_is_synthetic()
    {
        var run = await CliRun.OfAsync("results", "list", "--data-folder", Data);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains(_records[4].Result.Id, run.Out);
        Assert.Contains("SYNTHETIC ALERTS INHIBITED", run.Out);
        Assert.Contains("12.5 mm²", run.Out);
        Assert.Contains("5 results. For research use only.", run.Out);
    }

    [Fact]
    public async Task Show_with_ledger_prints_every_pulse_as_a_table_or_as_JSON()
    {
        var run = await CliRun.OfAsync("results", "show", _records[0].Result.Id, "--ledger", "--data-folder", Data);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains("14 pulses planned, 14 sent: 14 paired, 0 late, 0 missed; 0 spurious frames.", run.Out);
        Assert.Matches(@"\n\s+13\s+13\s+13000\.0\s+13150\.5\s+13152\.5\s+paired\s+53\s+13000000\s+14400\.0\s+249\.5", run.Out);

        var json = await CliRun.OfAsync("results", "show", _records[0].Result.Id, "--ledger", "--json", "--data-folder", Data);
        Assert.Equal(14, json.Json.GetProperty("ledger").GetProperty("pulses").GetArrayLength());
        Assert.Equal(_records[0].Result.Id, json.Json.GetProperty("captureId").GetString());
    }

    [Fact]
    public async Task A_result_without_a_ledger_says_so_with_its_figures()
    {
        var run = await CliRun.OfAsync("results", "show", _records[1].Result.Id, "--ledger", "--data-folder", Data);
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("14 pulses sent, 13 paired", run.ToString());
    }

    private static ResultRecord WithLedger(int index, ResultRecord record) => index == 1 ? record with { Ledger = null } : record;

    [Fact]
    public async Task The_data_folder_of_the_configuration_is_read_when_none_is_named()
    {
        var variables = new Dictionary<string, string> { ["HSIEDGE__Store__DataFolder"] = Data };
        var run = await CliRun.WithAsync(variables, ["results", "list", "--json"]);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(5, run.Json.GetProperty("results").GetArrayLength());
    }

    [Fact]
    public async Task Show_prints_one_result_and_writes_its_overlay()
    {
        var record = _records[2];
        var run = await CliRun.OfAsync(
            "results", "show", record.Result.Id.ToLowerInvariant(), "--data-folder", Data, "--overlay", _folder.File("a.png"), "--json");
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(record.Result.Id, run.Json.GetProperty("id").GetString());
        await AssertSchemaAsync(run.Out);
        Assert.Equal(record.OverlayPng, await File.ReadAllBytesAsync(_folder.File("a.png")));
        Assert.Equal(["a.png", "data"], CliFixtures.Entries(_folder.Path));

        var text = await CliRun.OfAsync("results", "show", record.Result.Id, "--data-folder", Data);
        Assert.Contains("1 lesion: 12.5 mm², mean probability 0.91", text.Out);
        Assert.Contains("drifted, temperature: the sensor has 27.5 °C, had 20 °C", text.Out);
        Assert.Equal("temperature", run.Json.GetProperty("driftReasons")[0].GetString()!.Split(':')[0]);
        Assert.Contains("SYNTHETIC. For research use only.", text.Out);
    }

    [Theory]
    [InlineData(true, "no finding")]
    [InlineData(false, "no target classes")]
    public async Task Show_tells_finding_nothing_from_having_nothing_to_find(bool targets, string expected)
    {
        var record = new SampleRecords(_time).Next(findings: false);
        record = targets ? record : record with { Classes = [.. record.Classes.Select(c => c with { Target = false })] };
        var data = _folder.File("other");
        Directory.CreateDirectory(data);
        await using (var store = await LiteDbResultStore.OpenAsync(
            new StoreOptions { DataFolder = data }, _time, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None))
        {
            await store.RecordAsync(record, CancellationToken.None);
        }

        var run = await CliRun.OfAsync("results", "show", record.Result.Id, "--data-folder", data);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Contains(run.Out.Split('\n'), line => line.StartsWith(expected, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("nonsense", "is not the ID of a result")]
    [InlineData("01JBZ0Q8X6N3V5W7Y9A2C4E6G8", "There is no result")]
    public async Task An_unknown_result_is_bad_input(string id, string message)
    {
        foreach (var verb in new[] { "show", "export" })
        {
            string[] output = verb == "export" ? ["--out", _folder.File("out")] : [];
            var run = await CliRun.OfAsync(["results", verb, id, "--data-folder", Data, .. output]);
            Assert.Equal(3, run.ExitCode);
            Assert.Contains(message, run.Error);
            Assert.Equal(["data"], CliFixtures.Entries(_folder.Path));
        }
    }

    [Fact]
    public async Task A_folder_without_a_store_is_bad_input()
    {
        var run = await CliRun.OfAsync("results", "list", "--data-folder", _folder.File("elsewhere"));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("elsewhere", run.Error);
        Assert.DoesNotContain("   at ", run.Error);
    }

    [Theory]
    [InlineData("--limit", "0")]
    [InlineData("--from", "yesterday")]
    public async Task Filters_without_sense_are_wrong_usage(string option, string value)
    {
        var run = await CliRun.OfAsync("results", "list", "--data-folder", Data, option, value);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains(option, run.Error);
    }

    [Fact]
    public async Task Export_as_JSON_lines_and_as_CSV_keeps_every_value()
    {
        Assert.Equal(0, (await CliRun.OfAsync("results", "export", "--all", "--data-folder", Data, "--out", _folder.File("j"))).ExitCode);
        var lines = await File.ReadAllLinesAsync(_folder.File("j", "results.jsonl"));
        Assert.Equal(_records.Select(r => r.Result.Id).Reverse(), lines.Select(l => JsonDocument.Parse(l).RootElement.GetProperty("id").GetString()!));

        var csv = await CliRun.OfAsync("results", "export", "--all", "--findings", "--data-folder", Data, "--out", _folder.File("c"), "--format", "csv", "--json");
        Assert.Equal(3, csv.Json.GetProperty("results").GetInt32());
        var rows = await File.ReadAllLinesAsync(_folder.File("c", "results.csv"));
        Assert.Equal(4, rows.Length);
        Assert.Contains(",\"case, \"\"one\"\"\",", rows[3]);
        Assert.Contains("\"stale, drifted, resampled\"", rows[3]);
        var findings = await File.ReadAllLinesAsync(_folder.File("c", "findings.csv"));
        Assert.Equal($"{_records[4].Result.Id},1,lesion,128,12.5,0.91,0.99,10.5,12.25,2026-11-24T12:00:00.000Z,two,true", findings[1]);
    }

    [Fact]
    public async Task Export_as_ENVI_writes_what_was_stored()
    {
        var record = _records[0];
        var run = await CliRun.OfAsync("results", "export", record.Result.Id, "--data-folder", Data, "--out", _folder.File("e"), "--format", "envi");
        Assert.True(run.ExitCode == 0, run.ToString());
        var folder = _folder.File("e", record.Result.Id);
        Assert.Equal(7, CliFixtures.Entries(folder).Count);
        using var ledger = JsonDocument.Parse(await File.ReadAllTextAsync(Path.Combine(folder, "ledger.json")));
        Assert.Equal(14, ledger.RootElement.GetProperty("ledger").GetProperty("frames").GetArrayLength());
        Assert.Equal(record.Maps.Classes.Values, EnviClassification.Read(Path.Combine(folder, "classes.hdr")).Values);
        using var image = EnviImage.Open(Path.Combine(folder, "probability.hdr"));
        var values = new float[record.Maps.Probabilities.Values.Length];
        image.ReadPixels(0, record.Maps.Classes.Values.Length, values);
        Assert.Equal(record.Maps.Probabilities.Values, values);
        Assert.Equal(record.OverlayPng, await File.ReadAllBytesAsync(Path.Combine(folder, "overlay.png")));
        await AssertSchemaAsync(await File.ReadAllTextAsync(Path.Combine(folder, "result.json")));
    }

    [Theory]
    [InlineData]
    [InlineData("01JBZ0Q8X6N3V5W7Y9A2C4E6G8", "--all")]
    public async Task Export_wants_one_ID_or_all(params string[] which)
    {
        var run = await CliRun.OfAsync(["results", "export", .. which, "--data-folder", Data, "--out", _folder.File("x")]);
        Assert.Equal(2, run.ExitCode);
        Assert.Equal(["data"], CliFixtures.Entries(_folder.Path));
    }

    private static async Task AssertSchemaAsync(string json)
    {
        var schema = await JsonSchema.FromFileAsync(Path.Combine(SharedData.RepositoryRoot, "docs", "schemas", "replay-result.schema.json"));
        Assert.Empty(schema.Validate(json).Select(e => e.ToString()));
    }

    private async Task AssertListAsync(int[] expected, params string[] filters)
    {
        var run = await CliRun.OfAsync(["results", "list", "--data-folder", Data, "--json", .. filters]);
        Assert.True(run.ExitCode == 0, run.ToString());
        Assert.Equal(expected, run.Json.GetProperty("results").EnumerateArray().Select(r => _records.FindIndex(k => k.Result.Id == r.GetProperty("id").GetString())));
    }
}
