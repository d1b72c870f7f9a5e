using System.Globalization;
using System.Text.Json.Nodes;
using HsiEdge.Delivery.Record;
using HsiEdge.Testing;
using MQTTnet;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary>A cart with a broker, a dashboard and a configuration file that a person edits.</summary>
internal sealed class Cart : IAsyncDisposable
{
    public const string Prefix = "hsiedge/v1/site/cart/";
    private readonly TemporaryFolder _folder = new();

    private Cart(MosquittoBroker broker, MqttObserver observer) => (Broker, Observer) = (broker, observer);

    public MosquittoBroker Broker { get; }

    public MqttObserver Observer { get; }

    public string DataFolder => _folder.File("data");

    public string ConfigurationPath => _folder.File("machine.json");

    public static async Task<Cart> CreateAsync()
    {
        var broker = await MosquittoBroker.StartAsync();
        return new Cart(broker, await MqttObserver.ConnectAsync(broker.Port));
    }

    public string File(string name) => _folder.File(name);

    /// <summary>Writes the configuration: broker and data folder are added where it names none.</summary>
    public void Configure(string configuration)
    {
        var json = JsonNode.Parse(configuration)!.AsObject();
        json.TryAdd("Mqtt", new JsonObject { ["Port"] = Broker.Port });
        json.TryAdd("Store", new JsonObject { [nameof(DataFolder)] = DataFolder });
        System.IO.File.WriteAllText(ConfigurationPath, json.ToJsonString());
    }

    /// <summary>Starts the worker on a configuration.</summary>
    public RunningProgram Start(string configuration, IReadOnlyDictionary<string, string>? environment = null)
    {
        Configure(configuration);
        return RunningProgram.Start("hsiedge", ["run", "--config", ConfigurationPath], environment);
    }

    /// <summary>Runs another verb on the same configuration.</summary>
    public Task<ProgramRun> VerbAsync(params string[] arguments) =>
        ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), [.. arguments, "--config", ConfigurationPath]);

    /// <summary>Waits for a status that came after a number of messages.</summary>
    public async Task<JsonNode> WaitForStatusAsync(Func<JsonNode, bool> isSo, int after = 0, int seconds = 60)
    {
        var messages = await Observer.WaitAsync(m => m.Skip(after).Any(r => r.Topic == Prefix + "status" && isSo(r.Json)), seconds);
        return messages.Skip(after).First(r => r.Topic == Prefix + "status" && isSo(r.Json)).Json;
    }

    public Task<JsonNode> WaitForStateAsync(string state, int after = 0) => WaitForStatusAsync(s => (string)s["state"]! == state, after);

    public async Task<JsonObject> CommandAsync(string verb, string payload = "")
    {
        var topic = "answers/" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await Observer.PublishAsync(
            new MqttApplicationMessageBuilder().WithTopic(Prefix + "command/" + verb).WithPayload(payload).WithResponseTopic(topic).WithCorrelationData([1, 2]).Build());
        var messages = await Observer.WaitAsync(m => m.Any(r => r.Topic == topic), 30);
        return messages.First(r => r.Topic == topic).Json.AsObject();
    }

    /// <summary>A command that has to be carried out.</summary>
    public async Task<JsonObject> DoAsync(string verb, string payload = "")
    {
        var answer = await CommandAsync(verb, payload);
        Assert.True((bool)answer["ok"]!, answer.ToJsonString());
        return answer;
    }

    public Task<ResultStoreReader> OpenStoreAsync() => ResultStoreReader.OpenAsync(new StoreOptions { DataFolder = DataFolder });

    public static async Task StopAsync(RunningProgram run, string signal = "TERM")
    {
        var (exitCode, _) = await run.StopAsync(signal);
        Assert.True(exitCode == 0, string.Join('\n', run.Lines));
    }

    public async ValueTask DisposeAsync()
    {
        await Observer.DisposeAsync();
        await Broker.DisposeAsync();
        _folder.Dispose();
    }
}
