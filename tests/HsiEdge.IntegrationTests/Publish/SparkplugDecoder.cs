using System.Diagnostics;
using System.Globalization;
using System.Text;
using HsiEdge.Testing;

namespace HsiEdge.IntegrationTests.Publish;

/// <summary>Reads and writes Sparkplug payloads with protoc and a description of its own: nothing of the product's encoder takes part.</summary>
internal static class SparkplugDecoder
{
    private static string Folder => Path.Combine(SharedData.RepositoryRoot, "tests", "HsiEdge.IntegrationTests", "Publish");

    /// <summary>Decodes payloads.</summary>
    public static async Task<List<Decoded>> DecodeAsync(IEnumerable<byte[]> payloads)
    {
        using var all = new MemoryStream();
        foreach (var payload in payloads)
        {
            // Field 1, length-delimited.
            all.WriteByte(0x0A);
            for (var length = payload.Length; ; length >>= 7)
            {
                all.WriteByte((byte)(length > 0x7F ? (length & 0x7F) | 0x80 : length));
                if (length <= 0x7F)
                {
                    break;
                }
            }

            await all.WriteAsync(payload);
        }

        return Parse(Encoding.UTF8.GetString(await ProtocAsync("--decode=All", all.ToArray())));
    }

    /// <summary>Decodes one payload.</summary>
    public static async Task<Decoded> DecodeAsync(byte[] payload) => (await DecodeAsync([payload])).Single();

    /// <summary>Encodes a payload from protobuf's text form.</summary>
    public static Task<byte[]> EncodeAsync(string text) => ProtocAsync("--encode=Payload", Encoding.UTF8.GetBytes(text));

    private static async Task<byte[]> ProtocAsync(string mode, byte[] input)
    {
        using var protoc = Process.Start(new ProcessStartInfo("protoc", [mode, "--proto_path=" + Folder, "sparkplug-check.proto"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        using var output = new MemoryStream();
        var reading = protoc.StandardOutput.BaseStream.CopyToAsync(output);
        var errors = protoc.StandardError.ReadToEndAsync();
        await protoc.StandardInput.BaseStream.WriteAsync(input);
        protoc.StandardInput.Close();
        await reading;
        await protoc.WaitForExitAsync();
        return protoc.ExitCode == 0 ? output.ToArray() : throw new InvalidDataException($"protoc: {await errors}");
    }

    private static List<Decoded> Parse(string text)
    {
        var payloads = new List<Decoded>();
        DecodedMetric? metric = null;
        foreach (var line in text.Split('\n').Select(l => l.Trim()).Where(l => l.Length > 0))
        {
            if (line == "payload {")
            {
                payloads.Add(new Decoded());
            }
            else if (line == "metrics {")
            {
                metric = new DecodedMetric();
                payloads[^1].Metrics.Add(metric);
            }
            else if (line == "}")
            {
                metric = null;
            }
            else
            {
                var colon = line.IndexOf(':', StringComparison.Ordinal);
                (metric?.Fields ?? payloads[^1].Fields).Add(line[..colon], line[(colon + 1)..].Trim().Trim('"'));
            }
        }

        return payloads;
    }
}

/// <summary>A payload as protoc read it.</summary>
internal sealed class Decoded
{
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    public List<DecodedMetric> Metrics { get; } = [];

    public int? Sequence => Fields.TryGetValue("seq", out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : null;

    public DecodedMetric this[string name] => Metrics.Single(m => m.Name == name);

    public bool Has(string name) => Metrics.Exists(m => m.Name == name);
}

/// <summary>A metric as protoc read it.</summary>
internal sealed class DecodedMetric
{
    public Dictionary<string, string> Fields { get; } = new(StringComparer.Ordinal);

    public string Name => Fields["name"];

    public string Type => Fields["datatype"];

    public bool IsHistorical => Fields.GetValueOrDefault("is_historical") == "true";

    public bool IsNull => Fields.GetValueOrDefault("is_null") == "true";

    public string? Value => Fields.Where(f => f.Key.EndsWith("_value", StringComparison.Ordinal)).Select(f => f.Value).SingleOrDefault();
}
