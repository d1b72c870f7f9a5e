using System.Text.Json;
using HsiEdge.Delivery.Record;
using HsiEdge.Fhir.Cli;
using HsiEdge.Testing;
using HsiEdge.Tests.Cli;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace HsiEdge.Tests.Fhir;

/// <summary><c>results export --format fhir</c> with the real program <c>hsiedge-fhir</c>, and that program's verbs.</summary>
public sealed class FhirExportTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<string> _ids = [];

    private string Data => _folder.File("data");

    public async ValueTask InitializeAsync()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 11, 24, 8, 0, 0, TimeSpan.Zero));
        var samples = new SampleRecords(time);
        await using var store = await LiteDbResultStore.OpenAsync(new StoreOptions { DataFolder = Data }, time, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        for (var i = 0; i < 3; i++)
        {
            var record = samples.Next(6, 7);
            await store.RecordAsync(record, CancellationToken.None);
            _ids.Add(record.Result.Id);
            time.Advance(TimeSpan.FromHours(1));
        }
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task An_export_as_FHIR_is_valid_and_whole_and_in_the_audit_log()
    {
        var run = await ExportAsync(AppContext.BaseDirectory, "--all", "--case-system", "https://hospital.example/cases");
        Assert.True(run.ExitCode == 0, run.ToString());
        var file = _folder.File("out", "observations.ndjson");
        var lines = (await File.ReadAllLinesAsync(file)).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        Assert.All(lines, FhirRules.AssertObservation);
        Assert.Equal(Enumerable.Reverse(_ids).SelectMany(id => new[] { id, id + "-f1" }), lines.Select(l => l.GetProperty("id").GetString()!));
        Assert.All(lines, l => Assert.Equal("https://hospital.example/cases", l.GetProperty("subject").GetProperty("identifier").GetProperty("system").GetString()));
        Assert.Equal($"{file}: 6 resources, valid FHIR R4.", (await FhirAsync("", "check", file)).Out.Trim());
        var audit = await File.ReadAllTextAsync(_folder.File("data", "audit.jsonl"));
        Assert.Contains("\"fhir\"", audit, StringComparison.Ordinal);
        Assert.Contains(_folder.File("out"), audit, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_the_program_the_message_says_how_to_get_it_and_nothing_is_written()
    {
        var run = await ExportAsync(_folder.Path, "--all");
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("hsiedge-fhir", run.Error, StringComparison.Ordinal);
        Assert.Contains("dotnet publish src/HsiEdge.Fhir", run.Error, StringComparison.Ordinal);
        Assert.Equal(["data"], CliFixtures.Entries(_folder.Path));
    }

    [Fact]
    public async Task A_program_that_fails_is_the_reason_and_leaves_nothing()
    {
        var broken = _folder.File("broken");
        await File.WriteAllTextAsync(broken, "#!/bin/sh\ncat > /dev/null\necho 'no space left' >&2\nexit 1\n");
        File.SetUnixFileMode(broken, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var run = await ExportAsync(_folder.Path, "--all", "--fhir-program", broken);
        Assert.Equal(1, run.ExitCode);
        Assert.Contains("no space left", run.Error, StringComparison.Ordinal);
        Assert.Equal(["broken", "data"], CliFixtures.Entries(_folder.Path).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("{\"id\":1}", "standard input, line 1")]
    [InlineData("not JSON", "standard input, line 1")]
    public async Task A_line_that_is_no_result_is_named_and_nothing_is_written(string line, string named)
    {
        var run = await FhirAsync(line, "convert", "--out", _folder.File("o.ndjson"));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains(named, run.Error, StringComparison.Ordinal);
        Assert.Equal(["data"], CliFixtures.Entries(_folder.Path));
    }

    [Fact]
    public async Task Exported_lines_become_a_Bundle_and_a_file_that_is_there_is_not_replaced_unasked()
    {
        Assert.Equal(0, (await CliRun.OfAsync("results", "export", "--all", "--data-folder", Data, "--out", _folder.File("j"))).ExitCode);
        string[] arguments = ["convert", "--in", _folder.File("j", "results.jsonl"), "--out", _folder.File("b.json"), "--as", "bundle"];
        var first = await FhirAsync("", arguments);
        Assert.True(first.ExitCode == 0, first.ToString());
        using var bundle = JsonDocument.Parse(await File.ReadAllTextAsync(_folder.File("b.json")));
        Assert.Equal(6, bundle.RootElement.GetProperty("entry").GetArrayLength());
        var again = await FhirAsync("", arguments);
        Assert.Equal(3, again.ExitCode);
        Assert.Contains("--force", again.Error, StringComparison.Ordinal);
        Assert.Equal(0, (await FhirAsync("", [.. arguments, "--force"])).ExitCode);
    }

    [Fact]
    public async Task A_file_with_a_fault_is_found_with_its_line()
    {
        await File.WriteAllTextAsync(_folder.File("x.ndjson"), "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"a\"}}\n{\"resourceType\":\"Observation\"}\n");
        var run = await FhirAsync("", "check", _folder.File("x.ndjson"));
        Assert.Equal(3, run.ExitCode);
        Assert.Contains("x.ndjson, line 2", run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("convert")]
    [InlineData("check")]
    public async Task The_help_stands_in_the_docs_word_for_word(string verb)
    {
        var run = await FhirAsync("", [.. verb.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);
        var document = await File.ReadAllTextAsync(Path.Combine(SharedData.RepositoryRoot, "docs", "fhir.md"));
        var lines = string.Join('\n', run.Out.TrimEnd().Split('\n').Select(l => l.TrimEnd()));
        Assert.True(document.Contains(lines, StringComparison.Ordinal), $"docs/fhir.md does not hold this help:\n{lines}");
    }

    [Fact]
    public async Task A_wrong_call_is_exit_code_2()
    {
        Assert.Equal(2, (await FhirAsync("", "convrt")).ExitCode);
        Assert.Equal(2, (await FhirAsync("", "convert", "--as", "xml")).ExitCode);
        Assert.Equal(3, (await FhirAsync("", "convert", "--case-system", "not a uri")).ExitCode);
    }

    private static async Task<CliRun> FhirAsync(string input, params string[] arguments)
    {
        var (output, error) = (new StringWriter(), new StringWriter());
        var exitCode = await FhirCli.RunAsync(arguments, new FhirConsole(new StringReader(input), output, error), CancellationToken.None);
        return new CliRun(exitCode, output.ToString(), error.ToString());
    }

    private Task<CliRun> ExportAsync(string programFolder, params string[] arguments) => CliRun.WithAsync(
        new Dictionary<string, string>(), ["results", "export", "--format", "fhir", .. arguments, "--data-folder", Data, "--out", _folder.File("out")], programFolder);
}
