using System.Text.Json;
using HsiEdge.Core;

namespace HsiEdge.Demo;

/// <summary>What the demo leaves behind: <c>appsettings.json</c>, <c>data/</c> (the store), <c>overlays/</c>, <c>messages.jsonl</c>.</summary>
internal sealed class DemoFolder
{
    private static readonly JsonSerializerOptions KeysAsWritten = new(HsiEdgeJson.Indented) { PropertyNamingPolicy = null };
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

    /// <summary>Writes the appliance's configuration: <c>hsiedge run --config</c> takes the same file.</summary>
    public string WriteConfiguration(DemoOptions options, int port)
    {
        var path = System.IO.Path.Combine(Path, "appsettings.json");
        var configuration = new
        {
            Appliance = new { Site = "demo", Cart = "cart-1", MinimumLogLevel = "warning" },
            Camera = new { Source = "phantom" },
            Trigger = new { options.IntervalMilliseconds },
            Store = new { DataFolder = Data },
            Mqtt = new { Host = "127.0.0.1", Port = port },
        };
        File.WriteAllText(path, JsonSerializer.Serialize(configuration, KeysAsWritten) + "\n");
        return path;
    }

    /// <summary>Writes the overlay of one result, once.</summary>
    public async Task WriteOverlayAsync(long sequence, string resultId, ReadOnlyMemory<byte> png)
    {
        if (_overlays.Add(resultId))
        {
            await File.WriteAllBytesAsync(System.IO.Path.Combine(Path, "overlays", $"{sequence:0000}-{resultId}.png"), png);
        }
    }
}
