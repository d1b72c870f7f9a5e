using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using Microsoft.Extensions.Logging.Abstractions;

namespace HsiEdge.IntegrationTests.Cli;

/// <summary>A box on which something is wrong for real: files, processes and brokers that go with the test.</summary>
internal sealed class DoctorStage : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly List<IAsyncDisposable> _running = [];

    public DoctorStage() => Directory.CreateDirectory(DataFolder);

    public string DataFolder => _folder.File("data");

    /// <summary>Variables of the doctor's environment.</summary>
    public Dictionary<string, string> Environment { get; } = new(StringComparer.Ordinal);

    public string File(string name) => _folder.File(name);

    public string Write(string name, string text)
    {
        System.IO.File.WriteAllText(File(name), text);
        return File(name);
    }

    /// <summary>Keeps something until the end.</summary>
    public T Own<T>(T running)
        where T : IAsyncDisposable
    {
        _running.Add(running);
        return running;
    }

    /// <summary>A program that runs until the end.</summary>
    public async Task<Process> StartAsync(string program, params string[] arguments)
    {
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, UseShellExecute = false })!;
        Own(new Killed(process));
        await process.StandardOutput.ReadLineAsync();
        return process;
    }

    /// <summary>A store with one result, made at a time.</summary>
    public async Task WithResultAsync(TimeProvider time, Func<SampleRecords, HsiEdge.Core.Record.ResultRecord> make)
    {
        await using var store = await LiteDbResultStore.OpenAsync(new StoreOptions { DataFolder = DataFolder }, time, NullLogger<LiteDbResultStore>.Instance, CancellationToken.None);
        await store.RecordAsync(make(new SampleRecords(time)), CancellationToken.None);
    }

    /// <summary>Runs the real program on a configuration: JSON, to which data folder and a silenced broker are added where it names none.</summary>
    public async Task<ProgramRun> DoctorAsync(string configuration, params string[] more)
    {
        var path = File("machine.json");
        if (configuration.StartsWith('{') && TryParse(configuration) is { } json)
        {
            json.TryAdd("Store", new JsonObject { [nameof(DataFolder)] = DataFolder });
            json.TryAdd("Mqtt", new JsonObject { ["Enabled"] = false });
            configuration = json.ToJsonString();
        }

        await System.IO.File.WriteAllTextAsync(path, configuration);
        return await ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), ["doctor", "--config", path, .. more], environment: Environment);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var running in Enumerable.Reverse(_running))
        {
            await running.DisposeAsync();
        }

        _folder.Dispose();
    }

    public static string Port(int port) => port.ToString(CultureInfo.InvariantCulture);

    private static JsonObject? TryParse(string text)
    {
        try
        {
            return JsonNode.Parse(text) as JsonObject;
        }
        catch (System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private sealed class Killed(Process process) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            process.Kill(entireProcessTree: true);
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }
}
