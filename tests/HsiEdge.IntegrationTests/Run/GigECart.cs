using System.Globalization;
using System.Text.Json.Nodes;
using HsiEdge.Testing;
using MQTTnet;
using Xunit;

namespace HsiEdge.IntegrationTests.Run;

/// <summary>
/// A whole cart in processes: <c>hsiedge run</c>, a broker, and the scene server as its GigE Vision camera, wired to the simulated board by its socket. A room client
/// is the foot on the switch and the eye on the lamps. Nothing between the switch and the broker is a stand-in.
/// </summary>
public sealed class GigECart : IAsyncDisposable
{
    public const string Prefix = "hsiedge/v1/site/cart/";
    private readonly TemporaryFolder _folder = new();
    private readonly LoopbackAddress _address;
    private readonly MosquittoBroker _broker;
    private readonly string _plan;

    private GigECart(LoopbackAddress address, MosquittoBroker broker, MqttObserver observer, string plan) => (_address, _broker, Observer, _plan) = (address, broker, observer, plan);

    public MqttObserver Observer { get; }

    public RunningProgram Run { get; private set; } = null!;

    public RoomClient Room { get; private set; } = null!;

    public SceneCamera Scene { get; private set; } = null!;

    /// <summary>Serial number of its camera.</summary>
    public string Serial => _address.Name;

    /// <summary>Starts it, without waiting until the box is ready.</summary>
    /// <param name="plan">Path of the box's plan.</param>
    public static async Task<GigECart> StartAsync(string plan)
    {
        var address = await LoopbackAddress.AddAsync();
        var broker = await MosquittoBroker.StartAsync();
        var cart = new GigECart(address, broker, await MqttObserver.ConnectAsync(broker.Port), plan);
        try
        {
            cart.Run = cart.StartBox();
            cart.Room = await RoomClient.ConnectAsync(cart._folder.File("room"));
            await cart.PlugInAsync();
            return cart;
        }
        catch
        {
            await cart.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var part in new IAsyncDisposable?[] { Scene, Room, Run }.OfType<IAsyncDisposable>())
        {
            await part.DisposeAsync();
        }

        await Observer.DisposeAsync();
        await _broker.DisposeAsync();
        await _address.DisposeAsync();
        _folder.Dispose();
    }

    public static string FirmwarePath(string folder, string file) => Path.Combine(SharedData.RepositoryRoot, "firmware-config", folder, file);

    /// <summary>Waits for a state of a component's health with a reason.</summary>
    public Task WaitForHealthAsync(string component, string state, string reason) => Observer.WaitAsync(
        m => LastOf(m, "health/" + component) is { } health && (string)health["state"]! == state && ((string)health["reason"]!).Contains(reason, StringComparison.Ordinal), 60);

    /// <summary>Payload of the last message on a topic below the cart's; null before the first.</summary>
    public static JsonNode? LastOf(IEnumerable<Received> messages, string topic) => messages.LastOrDefault(m => m.Topic == Prefix + topic)?.Json;

    /// <summary>Plugs the camera in: a new process with the same serial number.</summary>
    public async Task PlugInAsync() =>
        Scene = await SceneCamera.StartAsync(Serial, FirmwarePath("plans", "gige-48.json"), _address.Address, _folder.File("room"), "160x128");

    /// <summary>Presses the footswitch and waits for what the ledger says of it.</summary>
    public async Task<JsonNode> PressAsync()
    {
        var before = Observer.Messages.Count;
        await Room.PressAsync();
        return await LedgerAfterAsync(before);
    }

    /// <summary>The first message of the ledger after so many messages.</summary>
    public async Task<JsonNode> LedgerAfterAsync(int before)
    {
        var messages = await Observer.WaitAsync(m => m.Skip(before).Any(r => r.Topic == Prefix + "ledger"), 60);
        return messages.Skip(before).First(r => r.Topic == Prefix + "ledger").Json;
    }

    /// <summary>Turns to a pose, presses when the box is ready, and gives the message of the ledger and the result.</summary>
    public async Task<(JsonNode Ledger, JsonNode Result)> CaptureAsync(int pose)
    {
        await Room.WaitForAsync("readyLamp", active: true);
        await Scene.TellAsync(string.Create(CultureInfo.InvariantCulture, $"pose {pose}"));
        var ledger = await PressAsync();
        Assert.True((string)ledger["verdict"]! == "captured", ledger.ToJsonString() + string.Join('\n', Run.Lines));
        var messages = await Observer.WaitAsync(m => m.Any(r => IsResultOf(r, ledger)), 60);
        return (ledger, messages.First(r => IsResultOf(r, ledger)).Json);
    }

    /// <summary>Whether a message is the result of a capture.</summary>
    public static bool IsResultOf(Received message, JsonNode ledger) =>
        message.Topic == Prefix + "result" && (string)message.Json["id"]! == (string)ledger["captureId"]!;

    /// <summary>What <c>hsiedge results show ID --ledger --json</c> prints beside the running box.</summary>
    public async Task<JsonNode> ShowLedgerAsync(string id)
    {
        var shown = await ProgramRun.StartAsync(RunningProgram.PathOf("hsiedge"), ["results", "show", id, "--ledger", "--json", "--config", _folder.File("machine.json")]);
        Assert.True(shown.ExitCode == 0, shown.Output + shown.Error);
        return JsonNode.Parse(shown.Output)!;
    }

    /// <summary>Sends a command and waits for its answer.</summary>
    public async Task<JsonObject> CommandAsync(string verb, string payload)
    {
        var topic = "answers/" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture);
        await Observer.PublishAsync(
            new MqttApplicationMessageBuilder().WithTopic(Prefix + "command/" + verb).WithPayload(payload).WithResponseTopic(topic).WithCorrelationData([1, 2]).Build());
        var messages = await Observer.WaitAsync(m => m.Any(r => r.Topic == topic), 90);
        return messages.First(r => r.Topic == topic).Json.AsObject();
    }

    private RunningProgram StartBox()
    {
        var configuration = new JsonObject
        {
            ["Mqtt"] = new JsonObject { ["Port"] = _broker.Port },
            ["Store"] = new JsonObject { ["DataFolder"] = _folder.File("data") },
            ["Camera"] = new JsonObject
            {
                ["Source"] = "GenICam",
                ["Device"] = Serial,
                ["FeaturesPath"] = FirmwarePath("cameras", "scene-server.json"),
                ["PlanPath"] = _plan,
            },
            ["Board"] = new JsonObject { ["ProfilePath"] = FirmwarePath("boards", "simulated.json"), ["SimulatedSocketPath"] = _folder.File("room"), ["PulsePriority"] = 0 },

            // A frame of a machine that is busy with other tests is neither late nor lost.
            ["Acquire"] = new JsonObject { ["FrameTimeoutMilliseconds"] = 2000, ["LateAfterMilliseconds"] = 1500 },
        };
        File.WriteAllText(_folder.File("machine.json"), configuration.ToJsonString());
        return RunningProgram.Start("hsiedge", ["run", "--config", _folder.File("machine.json")]);
    }
}
