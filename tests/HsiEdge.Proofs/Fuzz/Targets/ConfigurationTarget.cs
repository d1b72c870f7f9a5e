using System.Text;
using HsiEdge.Appliance.Configuration;

namespace HsiEdge.Proofs.Fuzz.Targets;

/// <summary>All layers of the configuration: the machine's file, the environment and the command line, a line an entry. Loading never throws: every fault is a message.</summary>
internal sealed class ConfigurationTarget : IFuzzTarget
{
    private readonly string _folder = ProductFiles.Scratch();

    public IReadOnlyList<PartKind> Kinds { get; } = [PartKind.Json, PartKind.Text, PartKind.Text];

    public IReadOnlyList<string> Words { get; } =
    [
        .. DocumentTarget.SchemaWords("appsettings.schema.json"), .. ApplianceConfiguration.Load([], new Dictionary<string, string>(StringComparer.Ordinal), "/nowhere").Values.Select(v => v.Key),
        "--config", "--Camera:Source", "HSIEDGE__Camera__Source", "HSIEDGE_CONFIG", "$schema", ":", "__", "=",
    ];

    public IEnumerable<FuzzInput> Seeds()
    {
        yield return new FuzzInput(["{}"u8.ToArray(), [], []]);
        yield return new FuzzInput([File.ReadAllBytes(ProductFiles.Path("firmware-config", "appsettings.json")), [], []]);
        yield return new FuzzInput([
            Encoding.UTF8.GetBytes("""{ "Camera": { "Source": "phantom", "FramePeriodMilliseconds": 2.5 }, "Trigger": { "IntervalMilliseconds": 100 }, "Interpret": { }, "Model": { "TrustedPublicKeyPaths": ["a", "b"] } }"""),
            "HSIEDGE__Mqtt__Port=1884\nHSIEDGE__Appliance__Cart=cart-2\nHSIEDGE__Model__TrustedPublicKeyPaths__0=k"u8.ToArray(),
            "--Camera:PhantomSeed\n7\n--Mqtt:Host=127.0.0.1"u8.ToArray()]);
    }

    public ValueTask<string> RunAsync(FuzzInput input)
    {
        var file = Path.Combine(_folder, "machine.json");
        ProductFiles.Write(file, input.Parts[0]);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var line in Lines(input.Parts[1]))
        {
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            environment[equals < 0 ? line : line[..equals]] = equals < 0 ? "" : line[(equals + 1)..];
        }

        var configuration = ApplianceConfiguration.Load(["--config", file, .. Lines(input.Parts[2])], environment, _folder);
        _ = configuration.CanReachBroker;
        return ValueTask.FromResult(configuration.Faults.Count == 0
            ? FormattableString.Invariant($"read {configuration.Values.Count} options")
            : "refused " + configuration.Faults[^1].Message);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string[] Lines(byte[] bytes) => Encoding.UTF8.GetString(bytes).Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
