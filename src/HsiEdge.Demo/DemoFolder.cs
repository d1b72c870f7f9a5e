using System.Text.Json;
using System.Text.Json.Serialization;
using HsiEdge.Core;

namespace HsiEdge.Demo;

/// <summary>What the demo leaves behind: <c>appsettings.json</c>, <c>data/</c> (the store), <c>overlays/</c>, <c>messages.jsonl</c>.</summary>
internal sealed class DemoFolder
{
    private static readonly JsonSerializerOptions KeysAsWritten = new(HsiEdgeJson.Indented) { PropertyNamingPolicy = null, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly HashSet<string> _overlays = new(StringComparer.Ordinal);

    /// <summary>Prepares a new or empty folder.</summary>
    /// <exception cref="BadInputException">It holds something already, or cannot be written.</exception>
    public DemoFolder(string path)
    {
        try
        {
            Directory.CreateDirectory(path);
            if (Directory.EnumerateFileSystemEntries(path).Any())
            {
                throw new BadInputException($"The folder {path} is not empty; --out takes a new or empty folder, so that the demo's results are its own.");
            }

            Directory.CreateDirectory(System.IO.Path.Combine(path, "overlays"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"The folder {path} cannot be written: {e.Message} Choose another with --out.", e);
        }

        Path = path;
    }

    /// <summary>Absolute path.</summary>
    public string Path { get; }

    /// <summary>The store's folder.</summary>
    public string Data => System.IO.Path.Combine(Path, "data");

    /// <summary>Every message of the broker, one JSON object a line.</summary>
    public string Messages => System.IO.Path.Combine(Path, "messages.jsonl");

    /// <summary>Number of overlays written.</summary>
    public int OverlayCount => _overlays.Count;

    /// <summary>The plan of <c>--camera gige</c>.</summary>
    public string PlanPath => System.IO.Path.Combine(Path, "gige-48.json");

    /// <summary>Where the simulated board of <c>--camera gige</c> offers its wires: short, as paths of sockets must be.</summary>
    public string WiresPath { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"hsiedge-{Guid.NewGuid():N}"[..16]);

    /// <summary>Writes the appliance's configuration: <c>hsiedge run --config</c> takes the same file.</summary>
    /// <param name="options">What the command line asks.</param>
    /// <param name="port">The broker's.</param>
    /// <param name="cameraSerial">Serial number of the scene camera, for <c>--camera gige</c>.</param>
    public string WriteConfiguration(DemoOptions options, int port, string cameraSerial)
    {
        var isGigE = options.Camera == DemoCamera.GigE;
        if (isGigE)
        {
            CopyFromProgram("gige-48.json");
            CopyFromProgram("scene-server.json");
            CopyFromProgram("simulated.json");
        }

        var path = System.IO.Path.Combine(Path, "appsettings.json");
        var configuration = new
        {
            Appliance = new { Site = "demo", Cart = "cart-1", MinimumLogLevel = "warning" },
            Camera = isGigE
                ? (object)new { Source = "genICam", Device = cameraSerial, FeaturesPath = System.IO.Path.Combine(Path, "scene-server.json"), PlanPath }
                : new { Source = "phantom" },
            Board = isGigE ? new { ProfilePath = System.IO.Path.Combine(Path, "simulated.json"), SimulatedSocketPath = WiresPath, PulsePriority = 0 } : null,
            Trigger = new { IntervalMilliseconds = isGigE ? 0 : options.IntervalMilliseconds },
            Store = new { DataFolder = Data },
            Mqtt = new { Host = "127.0.0.1", Port = port },
        };
        File.WriteAllText(path, JsonSerializer.Serialize(configuration, KeysAsWritten) + "\n");
        return path;
    }

    private void CopyFromProgram(string name) =>
        File.Copy(System.IO.Path.Combine(AppContext.BaseDirectory, "demo", name), System.IO.Path.Combine(Path, name));

    /// <summary>Writes the overlay of one result, once.</summary>
    public async Task WriteOverlayAsync(long sequence, string resultId, ReadOnlyMemory<byte> png)
    {
        if (_overlays.Add(resultId))
        {
            await File.WriteAllBytesAsync(System.IO.Path.Combine(Path, "overlays", $"{sequence:0000}-{resultId}.png"), png);
        }
    }
}
